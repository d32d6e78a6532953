/** What a resource does besides its settings, when it goes and when its appliance does not answer. */
import type { Attributes } from '../../../schemas/terraform/schema.ts'
import type { Diagnostic, Diagnostics } from '../../model/diagnostic.ts'
import { isEqual, textOf, type ObjectValue } from '../../model/value.ts'

const words = {
  on_unreachable: ['fail', 'keep'],
  on_destroy: ['leave', 'unregister'],
} as const

export const unreachableAttribute: Attributes = {
  on_unreachable: {
    type: 'string',
    optional: true,
    description:
      'What a plan does while the appliance does not answer: `fail`, or `keep` what is known of it and go on with a warning. Left out: `fail`. A change of this alone goes on in any case.',
  },
}

export const destroyAttribute: Attributes = {
  on_destroy: {
    type: 'string',
    optional: true,
    description:
      'What destroying does: `leave` the sensor as it is, or `unregister` it, which deletes its registration, so that the cloud no longer takes what it sends. Only while nobody else has adopted it, and only if it answers. Left out: `leave`. A change of this alone is made while the sensor does not answer, too.',
  },
}

/** Words that are none. */
export const checkConduct = (config: ObjectValue): Diagnostics =>
  Object.entries(words).flatMap(([name, known]): Diagnostic[] => {
    const word = textOf(config[name])
    if (word === undefined || (known as readonly string[]).includes(word)) return []
    const detail = `Write one of ${known.map((one) => `"${one}"`).join(', ')}. (VALUE_INVALID)`
    return [{ severity: 'error', summary: `${name} cannot be "${word}"`, detail, path: [name] }]
  })

export const keepsUnreachable = ({ on_unreachable: word }: ObjectValue): boolean => word === 'keep'
export const unregisters = ({ on_destroy: word }: ObjectValue): boolean => word === 'unregister'

/** What is planned leaves the appliance as it is: only how the provider treats it is new. */
export const changesConductOnly = (prior: ObjectValue, planned: ObjectValue): boolean =>
  isEqual(prior, { ...planned, ...Object.fromEntries(Object.keys(words).map((name) => [name, prior[name] ?? null])) })
