import { appliancesOf, type DesiredSettings, type Fleet } from '../../schemas/fleet.ts'
import { rememberedRegistrar } from '../compare/former-record.ts'
import { liesAt, reportedOf, reportedPlace, seenAt, whereOf, type Reported } from '../compare/records.ts'
import { DeviceError } from '../device-error.ts'
import type { Observation } from '../driver.ts'
import type { Elsewhere, Sight, World } from '../engine.ts'
import type { Remembered } from '../memory.ts'
import type { RecordLookup, RegistrationRecord } from '../registrar.ts'

/**
 * Asks every other registrar for the record that a sensor reports, where the declared one has none and nothing remembers
 * with which one the sensor was registered. A record that another document declares is that one's.
 */
export async function observeElsewhere(
  fleet: Fleet,
  world: World,
  { desired, observation, records }: Pick<Sight, 'desired' | 'records'> & { observation: Observation },
  remembered: Remembered | undefined,
): Promise<Pick<Sight, 'elsewhere'>> {
  const reported = reportedOf({ observation })
  const { registrar } = desired.settings.registration ?? {}
  const own = records.live && seenAt(records.live, reportedPlace(reported))
  if (reported.name === null || own?.state !== 'absent' || rememberedRegistrar(remembered) !== undefined) return {}
  const { name } = reported
  const others = [...fleet.registrars.keys()].filter((other) => other !== registrar)
  const asked = await Promise.all(
    others.map(async (other) => ({ registrar: other, lookup: await lookUp(world, other, name, reported) })),
  )
  return { elsewhere: asked.filter((one) => one.lookup.state !== 'absent' && !isDeclared(fleet, desired.key, one)) }
}

async function lookUp(world: World, registrar: string, name: string, reported: Reported): Promise<RecordLookup> {
  const place = reportedPlace(reported)
  try {
    const reader = world.registrarReader(registrar)
    // Where a person keeps the records, nothing is deleted.
    if (!reader.support.observe || !reader.support.register) return { state: 'absent' }
    return seenAt(await reader.lookup(name, whereOf(place)), place)
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error
    return { state: 'notObservable', reason: error.message }
  }
}

/** True for the record that another document asks for. */
const isDeclared = (fleet: Fleet, key: string, { registrar, lookup }: Elsewhere): boolean =>
  lookup.state === 'present' &&
  appliancesOf(fleet).some(({ key: other, settings }) => other !== key && asksFor(settings, registrar, lookup.record))

const asksFor = (
  { name, registration, activation }: DesiredSettings,
  registrar: string,
  record: RegistrationRecord,
): boolean =>
  registration?.registrar === registrar &&
  name === record.name &&
  (activation?.mode ?? record.mode) === record.mode &&
  (registration.site === undefined || liesAt(record, { mode: record.mode, site: registration.site }))
