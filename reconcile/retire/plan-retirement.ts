/**
 * What retiring a key would do. Looks at memory, and with `unregister` at the registrar; the appliance itself is never
 * contacted, as it may be scrap.
 *
 * @module
 */
import type { Fleet } from '../../schemas/fleet.ts'
import type { Problem } from '../../schemas/problem.ts'
import { reportedOf, seenAt, whereOf } from '../compare/records.ts'
import { DeviceError } from '../device-error.ts'
import type { World } from '../engine.ts'
import type { Remembered } from '../memory.ts'
import { problemOf } from '../observe/problem-of.ts'
import type { RecordLookup, RegistrarReader } from '../registrar.ts'
import { boundRecord, otherUserOf, type BoundRecord } from './bound-record.ts'
import type { Retirement } from './retirement.ts'

type Looking = Pick<World, 'memory' | 'registrarReader' | 'signal'>

export interface Retiring {
  key: string
  remembered: Remembered
  /** Deletes its registration. */
  unregister: boolean
  /** Removes its entry on the management console. Default: with its registration. */
  leaveConsole?: boolean
}

/** Plans the end of a key that is remembered and not declared. */
export async function planRetirement(
  fleet: Fleet,
  world: Looking,
  { key, remembered, unregister, leaveConsole = unregister }: Retiring,
): Promise<Retirement> {
  const facts = withEntry(factsOf(key, remembered), fleet, leaveConsole)
  const record = boundRecord(remembered)
  if (!unregister) return { ...facts, ...(record && { record: { ...record, state: 'kept' } }) }
  // A management console has no registration: nothing of it can be left behind.
  if (!record) return isNeverRegistered(remembered) ? facts : refused(facts, unboundProblem(key))
  const other = otherUserOf(record, fleet, await othersThan(key, world))
  if (other !== undefined)
    return { ...refused(facts, inUseProblem(key, record, other)), record: { ...record, state: 'inUse' } }
  if (!fleet.registrars.has(record.registrar))
    return { ...refused(facts, noRegistrarProblem(key, record)), record: { ...record, state: 'unknown' } }
  return judge(facts, record, await lookUp(world.registrarReader(record.registrar), record, world.signal, key))
}

function factsOf(key: string, { identity, endpoint, lastRead, appliedAt, lastApplied }: Remembered): Retirement {
  const console = lastApplied?.['managementConsole.console']
  return {
    key,
    ...(identity !== undefined && { identity }),
    ...(endpoint !== undefined && { endpoint }),
    ...(lastRead && { lastObserved: lastRead.observedAt }),
    ...(appliedAt !== undefined && { appliedAt }),
    ...(typeof console === 'string' && { console }),
    state: 'planned',
    problems: [],
  }
}

/** A console that no document declares cannot be signed in to. */
function withEntry(facts: Retirement, fleet: Fleet, leaveConsole: boolean): Retirement {
  const { console, identity } = facts
  if (console === undefined) return facts
  const leaves = leaveConsole && identity !== undefined && fleet.managementConsoles.has(console)
  return { ...facts, consoleEntry: leaves ? 'leaving' : 'kept' }
}

const refused = (facts: Retirement, problem: Problem): Retirement => ({
  ...facts,
  ...(facts.consoleEntry && { consoleEntry: 'kept' }),
  state: 'refused',
  problems: [problem],
})

/** What was read shows no name and no run under way, or there was never a read: no registration can be its own. */
const isNeverRegistered = ({ lastRead }: Remembered): boolean =>
  !lastRead || (reportedOf({ observation: lastRead }).name === null && lastRead.unfinished.intent === undefined)

async function othersThan(key: string, { memory }: Looking): Promise<Map<string, Remembered>> {
  const others = new Map<string, Remembered>()
  for (const other of await memory.keys()) {
    const remembered = other === key ? undefined : await memory.recall(other)
    if (remembered) others.set(other, remembered)
  }
  return others
}

/** A fresh look at one record. What the registrar cannot tell is a problem as data. */
export async function lookUp(
  registrar: Pick<RegistrarReader, 'lookup' | 'support'>,
  { name, mode, site }: BoundRecord,
  signal: AbortSignal | undefined,
  key: string,
): Promise<RecordLookup | { problem: Problem }> {
  const place = { mode, ...(site !== undefined && { site }) }
  try {
    return seenAt(await registrar.lookup(name, { fresh: true, ...whereOf(place), ...(signal && { signal }) }), place)
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error
    return { problem: problemOf(error, key) }
  }
}

function judge(facts: Retirement, record: BoundRecord, lookup: RecordLookup | { problem: Problem }): Retirement {
  if ('problem' in lookup) return { ...refused(facts, lookup.problem), record: { ...record, state: 'unknown' } }
  if (lookup.state === 'absent') return { ...facts, record: { ...record, state: 'absent' } }
  if (lookup.state === 'notObservable') {
    return {
      ...refused(facts, notObservable(facts.key, record, lookup.reason)),
      record: { ...record, state: 'unknown' },
    }
  }
  const { connected, lastContact } = lookup.record
  const seen = { ...record, ...(lastContact !== undefined && { lastContact }) }
  return connected
    ? { ...refused(facts, connectedProblem(facts.key, record)), record: { ...seen, state: 'connected' } }
    : { ...facts, record: { ...seen, state: 'present' } }
}

const error = (key: string, code: string, summary: string, hint: string): Problem => ({
  severity: 'error',
  code,
  key,
  summary,
  hint,
})

const unboundProblem = (key: string): Problem =>
  error(
    key,
    'RECORD_UNBOUND',
    `Nothing says which registration is that of ${key}: it was never applied with a registrar`,
    'Delete the registration in the portal, and retire the key without --unregister.',
  )

const inUseProblem = (key: string, { name }: BoundRecord, other: string): Problem =>
  error(
    key,
    'RECORD_IN_USE',
    `The registration ${name} is not deleted: it is also that of ${other}`,
    `If ${other} is the same sensor under a new key, declare "formerKey: ${key}" there, or retire ${key} without --unregister.`,
  )

const noRegistrarProblem = (key: string, { name, registrar }: BoundRecord): Problem =>
  error(
    key,
    'REGISTRAR_UNKNOWN',
    `The registration ${name} of ${key} lies with the registrar ${registrar}, which the documents no longer declare`,
    'Declare the registrar again, or retire the key without --unregister.',
  )

const notObservable = (key: string, { name, registrar }: BoundRecord, reason: string): Problem =>
  error(
    key,
    'RECORD_UNSEEN',
    `Whether the registration ${name} is still connected is not known: ${registrar} cannot tell (${reason})`,
    `Delete the sensor ${name} in the portal (Sites and sensors > Delete sensor), and retire the key without --unregister.`,
  )

export const connectedProblem = (key: string, { name }: BoundRecord): Problem =>
  error(
    key,
    'RECORD_CONNECTED',
    `The registration ${name} is not deleted: the sensor is still connected`,
    'Switch the sensor off or reset it, wait until the cloud shows it as disconnected (up to 15 minutes), and retire it then.',
  )
