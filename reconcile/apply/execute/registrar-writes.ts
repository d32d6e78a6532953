/**
 * Writes to a registrar, which knows no fence: each begins only if it surely ends inside the lease just renewed, and is
 * judged by what a fresh lookup shows.
 *
 * @module
 */
import { DeviceError } from '../../device-error.ts'
import { StepError } from '../../observe/problem-of.ts'
import { seenAt, whereOf, type Place } from '../../compare/records.ts'
import type { Placement, RecordLookup, Registrar, RegistrationRecord } from '../../registrar.ts'
import type { StepContext } from './step-context.ts'

const mostRepeats = 2

/** A fresh look at the record in one place. One of the same name elsewhere is another sensor's: here it is absent. */
export async function lookUp(
  { session }: StepContext,
  registrar: Registrar,
  name: string,
  place: Place,
): Promise<RecordLookup> {
  return seenAt(await registrar.lookup(name, { fresh: true, signal: session.signal, ...whereOf(place) }), place)
}

/** Creates the record, or brings its zone and updates to what is declared. */
export async function registerRecord(
  context: StepContext,
  registrar: Registrar,
  name: string,
  placement: Placement,
): Promise<RegistrationRecord> {
  const write = () => registrar.register(name, placement, context.session.signal)
  const isDone = (lookup: RecordLookup) =>
    lookup.state === 'present' && hasFlags(lookup.record, placement) ? lookup.record : undefined
  return writeRecord(context, registrar, { name, place: placement }, write, isDone)
}

/** Deletes a record. */
export async function deleteRecord(
  context: StepContext,
  registrar: Registrar,
  record: RegistrationRecord,
): Promise<void> {
  const write = async () => {
    await registrar.deregister(record, context.session.signal)
    return record
  }
  const isDone = (lookup: RecordLookup) => (lookup.state === 'absent' ? record : undefined)
  await writeRecord(context, registrar, { name: record.name, place: record }, write, isDone)
}

/** Zone and updates are as declared, as far as they are declared and the registrar tells. */
export const hasFlags = (record: RegistrationRecord, placement: Placement): boolean =>
  placement.mode === 'local' ||
  ((placement.zone === undefined || record.zone === placement.zone) &&
    (placement.tiAutomaticUpdates === undefined || record.tiAutomaticUpdates === placement.tiAutomaticUpdates))

async function writeRecord(
  context: StepContext,
  registrar: Registrar,
  { name, place }: { name: string; place: Place },
  write: () => Promise<RegistrationRecord>,
  isDone: (lookup: RecordLookup) => RegistrationRecord | undefined,
): Promise<RegistrationRecord> {
  for (let repeats = 0; ; repeats++) {
    await beginWrite(context, registrar)
    const result = await write().catch((error: unknown) => {
      if (!isUnclear(error) || repeats === mostRepeats) throw error
      return undefined
    })
    const lookup = await lookUp(context, registrar, name, place).catch((error: unknown) => {
      throw result || !isUnclear(error) ? error : leftOpen(context, registrar, name, error)
    })
    if (lookup.state === 'notObservable' && result) return result
    const done = isDone(lookup)
    if (done) return done
    if (result) throw notTaken(context, registrar, name)
  }
}

/** Errors after which the write may or may not have taken effect. */
const unclear = new Set(['REGISTRAR_UNREACHABLE', 'REGISTRAR_ERROR', 'CONNECTION_LOST', 'TIMEOUT', 'SERVER_ERROR'])
const isUnclear = (error: unknown): error is DeviceError => error instanceof DeviceError && unclear.has(error.code)

const leftOpen = ({ plan }: StepContext, registrar: Registrar, name: string, error: DeviceError): StepError =>
  new StepError(
    {
      code: error.code,
      key: plan.key,
      field: 'registration',
      summary: `Whether ${registrar.name} changed the record ${name} is not known: it did not answer, neither then nor when it was asked. ${error.message}`,
      hint: 'Plan again when it answers: the next run looks what is there and goes on.',
    },
    'unknown',
  )

/** Renews the lease, and throws when a write that begins now might not end inside it. */
export async function beginWrite({ session, plan }: StepContext, { writeTimeoutMs }: Registrar): Promise<void> {
  await session.renewLease()
  if (session.lease.remainingMs > writeTimeoutMs) return
  throw new StepError({
    code: 'LEASE_TOO_SHORT',
    key: plan.key,
    summary: `A write to the registrar may take ${writeTimeoutMs / 1000} s, longer than the lease of the sensor lasts.`,
    hint: 'Nothing was written. Plan again.',
  })
}

const notTaken = ({ plan }: StepContext, registrar: Registrar, name: string): StepError =>
  new StepError({
    code: 'READ_BACK_DIFFERS',
    key: plan.key,
    field: 'registration',
    summary: `${registrar.name} accepted a change of the record ${name}, but looking it up shows it unchanged.`,
    hint: 'Look at the sensor in the portal, then plan again.',
  })
