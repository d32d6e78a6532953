/** Any settings that documents may declare, made of the samples of their fields. */
import * as fc from 'fast-check'
import { parsePath } from '../../schemas/fields.ts'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import type { Sample } from '../drivers/samples.ts'
import { settingsWith } from '../drivers/settings-with.ts'

const actionKinds = ['email', 'syslog', 'netwitness', 'webhook'] as const
const kindOf = (path: string) => actionKinds.find((kind) => parsePath(path)[5] === kind)

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !('fromEnv' in value) && !('content' in value)

/** Settings laid over others. */
export function mergeSettings(a: Json, b: Json): Json {
  const result = { ...a }
  for (const [key, value] of Object.entries(b)) {
    const before = result[key]
    result[key] = isObject(before) && isObject(value) ? mergeSettings(before, value) : value
  }
  return result
}

/** Any subset of the sampled fields, each with one of its values; a rule's action has one kind. */
export function anySettings(samples: readonly Sample[], maxLength = 12): fc.Arbitrary<DesiredSettings> {
  const kinds = actionKinds.filter((kind) => samples.some(({ path }) => kindOf(path) === kind))
  return fc
    .record({
      kind: fc.constantFrom(...kinds),
      picks: fc.array(fc.tuple(fc.constantFrom(...samples), fc.constantFrom(0, 1)), { maxLength }),
    })
    .map(({ kind, picks }) => {
      // An email beside a mail server that is off is refused while loading.
      const chosen = picks.filter(([{ path, beside }]) =>
        path.startsWith('forwarding')
          ? (kindOf(path) ?? besideKind(beside)) === kind
          : kind !== 'email' || path !== 'mailServer.enabled',
      )
      const parts = chosen.map(([sample, index]) => settingsWith(sample, sample.values[index]) as Json)
      return parts.reduce(mergeSettings, {})
    })
}

/** The kind of the action that a field of a rule needs beside it. */
const besideKind = (beside: DesiredSettings | undefined) => {
  const action = beside?.forwarding?.rules?.['ops']?.actions?.['a'] ?? {}
  return actionKinds.find((kind) => kind in action)
}
