/**
 * Terraform's walk over one resource, with all of core's rules held to every answer: plan with what is known, plan
 * again, apply, read, and nothing left to do. For any resource, over any connection.
 */
import type { ObjectValue, Value } from '../../../provider/model/value.ts'
import { isEqual, isObject, isWhollyKnown, unknown } from '../../../provider/model/value.ts'
import * as messages from '../../../provider/wire/messages.ts'
import { decodeValue, encodeValue } from '../../../provider/wire/msgpack.ts'
import type { TypeOf } from '../../../provider/wire/protobuf.ts'
import { isNested, objectType, type Attributes } from '../../../schemas/terraform/schema.ts'
import { inconsistent, invalidPlan, proposeNew } from './core-rules.ts'
import type { Connected } from './plugin-client.ts'

export interface Subject {
  client: Connected
  typeName: string
  attributes: Attributes
}

/** What Terraform has stored. */
export interface Stored {
  state: ObjectValue | null
  private: Uint8Array
}

export const nothing: Stored = { state: null, private: new Uint8Array() }

/** What breaks a rule is thrown, with the paths. */
export class RuleBrokenError extends Error {
  override readonly name = 'RuleBrokenError'
}

type Broken = readonly string[]

function hold(when: string, broken: Broken): void {
  if (broken.length > 0) throw new RuleBrokenError(`${when}: ${broken.join(', ')}`)
}

type Diagnostics = readonly TypeOf<typeof messages.diagnostic>[] | undefined

const errorsOf = (diagnostics: Diagnostics): Broken =>
  (diagnostics ?? []).filter(({ severity }) => severity === 1).map(({ summary = '' }) => summary)

/** One `terraform apply`: `early` is the configuration while some of it is unknown. */
export async function applyConfiguration(
  subject: Subject,
  stored: Stored,
  { config, early }: { config: ObjectValue; early: ObjectValue },
): Promise<Stored> {
  const first = await plan(subject, stored, early)
  const prior = first.replaces ? nothing : stored
  if (first.replaces && stored.state) await destroy(subject, stored)
  const [planned, again] = [
    first.replaces ? await plan(subject, prior, early) : first,
    await plan(subject, { ...prior, private: first.private }, config),
  ]
  hold('the second plan', inconsistent(planned.planned, again.planned))
  const after = await apply(subject, prior, again, config)
  const read = await refresh(subject, after)
  hold('reading after apply', isEqual(read.state, after.state) ? [] : ['differs'])
  const last = await plan(subject, read, config)
  hold('planning after apply', isEqual(last.planned, read.state) ? [] : ['is not empty'])
  return read
}

interface Planned {
  planned: Value
  private: Uint8Array
  replaces: boolean
}

async function plan({ client, typeName, attributes }: Subject, stored: Stored, config: ObjectValue): Promise<Planned> {
  const type = objectType(attributes)
  const wire = (value: Value) => ({ msgpack: encodeValue(type, value) })
  const answer = await client.call('PlanResourceChange', messages.planResourceChange, {
    typeName,
    priorState: wire(stored.state),
    proposedNewState: wire(proposeNew(attributes, stored.state, config)),
    config: wire(config),
    priorPrivate: stored.private,
  })
  hold('a plan', errorsOf(answer.diagnostics))
  const planned = decodeValue(type, answer.plannedState?.msgpack ?? new Uint8Array())
  hold('a plan', invalidPlan(attributes, stored.state, config, planned))
  return {
    planned,
    private: answer.plannedPrivate ?? new Uint8Array(),
    replaces: stored.state !== null && (answer.requiresReplace ?? []).length > 0,
  }
}

async function apply(
  { client, typeName, attributes }: Subject,
  prior: Stored,
  { planned, private: plannedPrivate }: Planned,
  config: ObjectValue,
): Promise<Stored> {
  const type = objectType(attributes)
  const wire = (value: Value) => ({ msgpack: encodeValue(type, value) })
  const answer = await client.call('ApplyResourceChange', messages.applyResourceChange, {
    typeName,
    priorState: wire(prior.state),
    plannedState: wire(planned),
    config: wire(config),
    plannedPrivate,
  })
  hold('an apply', errorsOf(answer.diagnostics))
  const state = decodeValue(type, answer.newState?.msgpack ?? new Uint8Array())
  hold('the result of an apply', isWhollyKnown(state) && isObject(state) ? inconsistent(planned, state) : ['unknown'])
  return { state: isObject(state) ? state : null, private: answer.private ?? new Uint8Array() }
}

/** One read, as before every plan. */
export async function refresh({ client, typeName, attributes }: Subject, stored: Stored): Promise<Stored> {
  const type = objectType(attributes)
  const answer = await client.call('ReadResource', messages.readResource, {
    typeName,
    currentState: { msgpack: encodeValue(type, stored.state) },
    private: stored.private,
  })
  hold('a read', errorsOf(answer.diagnostics))
  const state = decodeValue(type, answer.newState?.msgpack ?? new Uint8Array())
  hold('a read', isWhollyKnown(state) ? [] : ['is not wholly known'])
  return { state: isObject(state) ? state : null, private: answer.private ?? new Uint8Array() }
}

/** Plans and applies the end of a resource. */
export async function destroy({ client, typeName, attributes }: Subject, stored: Stored): Promise<void> {
  const type = objectType(attributes)
  const none = { msgpack: encodeValue(type, null) }
  const priorState = { msgpack: encodeValue(type, stored.state) }
  const planned = await client.call('PlanResourceChange', messages.planResourceChange, {
    typeName,
    priorState,
    proposedNewState: none,
    config: none,
    priorPrivate: stored.private,
  })
  hold('a plan to destroy', errorsOf(planned.diagnostics))
  hold('a plan to destroy', isNone(planned.plannedState) ? [] : ['is not null'])
  const { newState, diagnostics } = await client.call('ApplyResourceChange', messages.applyResourceChange, {
    typeName,
    priorState,
    plannedState: none,
    config: none,
    ...(planned.plannedPrivate && { plannedPrivate: planned.plannedPrivate }),
  })
  hold('a destroy', [...errorsOf(diagnostics), ...(isNone(newState) ? [] : ['leaves a state'])])
}

/**
 * One read of a data source, validated while some of it is unknown: an error, or a wholly known object that says what
 * is configured. Answers with the object; null with an error.
 */
export async function readData(
  { client, typeName, attributes }: Subject,
  { config, early }: { config: ObjectValue; early: ObjectValue },
): Promise<ObjectValue | null> {
  const type = objectType(attributes)
  const wire = (value: Value) => ({ typeName, config: { msgpack: encodeValue(type, value) } })
  const checks = [early, config].map(async (said) => {
    const { diagnostics } = await client.call('ValidateDataResourceConfig', messages.validateConfig, wire(said))
    hold('a validation', mishapsOf(diagnostics))
    return errorsOf(diagnostics)
  })
  const [open = [], known = []] = await Promise.all(checks)
  hold('a validation of what is not known', known.length === 0 ? open : [])
  if (known.length > 0) return null
  const { state, diagnostics } = await client.call('ReadDataSource', messages.readDataSource, wire(config))
  hold('a read', mishapsOf(diagnostics))
  if (errorsOf(diagnostics).length > 0) return null
  const value = decodeValue(type, state?.msgpack ?? new Uint8Array())
  if (!isObject(value) || !isWhollyKnown(value)) throw new RuleBrokenError('a read: is not a wholly known object')
  hold('a read', inconsistent(configuredPart(config), configuredPart(value, config)))
  return value
}

/** What is told where the provider itself is wrong. */
const mishapsOf = (diagnostics: Diagnostics): Broken =>
  errorsOf(diagnostics).filter((summary) => summary.startsWith('The provider made a mistake'))

/** Of a value, what a configuration says. */
const configuredPart = (value: ObjectValue, config = value): ObjectValue =>
  Object.fromEntries(Object.entries(value).filter(([name]) => (config[name] ?? null) !== null))

const isNone = (wire: TypeOf<typeof messages.dynamicValue> | undefined): boolean => wire?.msgpack?.[0] === 0xc0

/** The same configuration while some of it is unknown: `choices` says, one value after the other, which. */
export function hideParts(attributes: Attributes, config: ObjectValue, choices: readonly boolean[]): ObjectValue {
  let next = 0
  const isHidden = () => choices[next++ % choices.length] === true
  const object = (attributes: Attributes, value: ObjectValue): ObjectValue =>
    Object.fromEntries(
      Object.entries(attributes).map(([name, attribute]) => {
        const item = value[name] ?? null
        if (item === null) return [name, null]
        if (isHidden()) return [name, unknown]
        if (!isNested(attribute)) return [name, item]
        const inner = (one: Value): Value => (isObject(one) ? object(attribute.attributes, one) : one)
        if (Array.isArray(item)) return [name, item.map(inner)]
        if (attribute.nesting === 'single' || !isObject(item)) return [name, inner(item)]
        return [name, Object.fromEntries(Object.entries(item).map(([key, one]) => [key, inner(one)]))]
      }),
    )
  return object(attributes, config)
}
