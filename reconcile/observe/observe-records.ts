import type { DesiredAppliance } from '../../schemas/fleet.ts'
import type { Problem } from '../../schemas/problem.ts'
import { DeviceError } from '../device-error.ts'
import type { Observation } from '../driver.ts'
import type { Sight, World } from '../engine.ts'
import { updateIsDue } from '../compare/software-diff.ts'
import { abandonedClaim, reportedOf, reportedPlace, wantedOf, whereOf, type Place } from '../compare/records.ts'
import type { LookupOptions, RecordLookup, RegistrarReader } from '../registrar.ts'

/** What registrars said of one sensor. */
export type RecordSight = Pick<Sight, 'records' | 'fileAtHand' | 'offers' | 'problems'>

/**
 * Looks up the records of the live and of the desired name, each where it is expected: names are unique within a site
 * only. A registrar that cannot be asked leaves the registration
 * unverifiable, with a warning, and nothing else.
 */
export async function observeRecords(
  desired: DesiredAppliance,
  observation: Pick<Observation, 'live' | 'activation' | 'softwareVersion' | 'unfinished'>,
  world: World,
  options: Pick<LookupOptions, 'fresh'> = {},
): Promise<RecordSight> {
  const registrar = desired.settings.registration?.registrar
  if (registrar === undefined) return { records: {} }
  const reported = reportedOf({ observation })
  const wanted = wantedOf({ desired }, reported)
  const claim = abandonedClaim(reported, wanted, observation.unfinished.intent?.data)
  const names: Names = {
    ...(reported.name !== null && { live: { name: reported.name, place: reportedPlace(reported) } }),
    ...(wanted && { desired: { name: wanted.name, place: wanted.placement } }),
    ...(claim && { claimed: { name: claim.name, place: claim.place } }),
  }
  try {
    const reader = world.registrarReader(registrar)
    const sight = await ask(reader, names, options)
    return updateIsDue(desired, observation) ? { ...sight, ...(await askForUpdates(reader, desired.key)) } : sight
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error
    return unasked(desired.key, names, error)
  }
}

/** That nobody knows what is offered leaves the documented path alone. */
async function askForUpdates(reader: RegistrarReader, key: string): Promise<Pick<RecordSight, 'offers' | 'problems'>> {
  try {
    const offers = await reader.offeredUpdates?.()
    return offers ? { offers } : {}
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error
    return { problems: [notListed(key, error)] }
  }
}

const notListed = (key: string, { message, advice }: DeviceError): Problem => ({
  severity: 'warning',
  code: 'UPDATES_NOT_LISTED',
  key,
  field: 'software.version',
  summary: `${message.replace(/\.?$/, '.')} The way to the declared version is held to the documented path alone.`,
  ...(advice !== undefined && { hint: advice }),
})

interface Names {
  live?: Expected
  desired?: Expected
  claimed?: Expected
}

interface Expected {
  name: string
  place: Place | undefined
}

async function ask(reader: RegistrarReader, names: Names, options: Pick<LookupOptions, 'fresh'>): Promise<RecordSight> {
  const records: Sight['records'] = {}
  for (const side of ['live', 'desired', 'claimed'] as const) {
    const expected = names[side]
    if (expected) records[side] = await reader.lookup(expected.name, { ...whereOf(expected.place), ...options })
  }
  const file = names.desired ?? names.live
  const fileAtHand = file && (await reader.fileAtHand?.(file.name))
  return { records, ...(fileAtHand !== undefined && { fileAtHand }) }
}

function unasked(key: string, names: Names, error: DeviceError): RecordSight {
  const lookup: RecordLookup = { state: 'notObservable', reason: error.message }
  const problem: Problem = {
    // A secret that this machine lacks is a fault of the run, and no state of the registrar.
    severity: error.code === 'SECRET_MISSING' ? 'error' : 'warning',
    code: error.code,
    key,
    field: 'registration',
    summary: `${error.message.replace(/\.?$/, '.')} The registration is not compared.`,
    ...(error.advice !== undefined && { hint: error.advice }),
  }
  const records = {
    ...(names.live && { live: lookup }),
    ...(names.desired && { desired: lookup }),
  }
  return { records, problems: [problem] }
}
