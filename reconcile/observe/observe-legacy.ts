import { appliancesOf, type Fleet } from '../../schemas/fleet.ts'
import { legacyCandidates, legacyRecordOf, type LegacyRecord } from '../compare/legacy-record.ts'
import { runningVersion } from '../compare/software-diff.ts'
import { compareVersions } from '../../formats/version.ts'
import { newActivationVersion } from '../../formats/software-package.ts'
import { DeviceError } from '../device-error.ts'
import type { Observation } from '../driver.ts'
import type { Sight, World } from '../engine.ts'
import type { Remembered } from '../memory.ts'
import type { RegistrationRecord } from '../registrar.ts'

/**
 * Keeps in mind which registration a sensor has before it crosses 22.1, and looks for it until it is gone. A registrar
 * that cannot be asked tells nothing: then nothing is said of it.
 */
export async function observeLegacy(
  fleet: Fleet,
  world: World,
  { desired, observation, records }: Pick<Sight, 'desired' | 'records'> & { observation: Observation },
  remembered: Remembered | undefined,
): Promise<Pick<Sight, 'legacy'>> {
  const now = legacyRecordOf(desired, observation, records.live)
  const known = now ?? knownOf(remembered, observation)
  if (now && now.createdAt !== remembered?.legacyRecord?.createdAt) {
    await world.memory.remember(desired.key, { legacyRecord: now })
  }
  const listed = known && fleet.registrars.has(known.registrar) ? await listAll(world, known) : undefined
  if (!known || !listed) return {}
  const legacy = legacyCandidates(known, listed, declaredNames(fleet))
  if (legacy.length === 0 && hasBegunAnew(observation)) {
    await world.memory.remember(desired.key, { legacyRecord: undefined })
  }
  return { legacy }
}

/** Of the very sensor that stands there. */
const knownOf = (remembered: Remembered | undefined, { identity }: Observation): LegacyRecord | undefined =>
  remembered?.legacyRecord?.identity === identity ? remembered.legacyRecord : undefined

async function listAll(world: World, { registrar }: LegacyRecord): Promise<readonly RegistrationRecord[] | undefined> {
  try {
    return await world.registrarReader(registrar).list?.()
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error
    return undefined
  }
}

const declaredNames = (fleet: Fleet): ReadonlySet<string> =>
  new Set(appliancesOf(fleet).flatMap(({ settings: { name } }) => name?.toLowerCase() ?? []))

const hasBegunAnew = (observation: Observation): boolean =>
  compareVersions(runningVersion({ observation, live: observation.live }) ?? '0', newActivationVersion) >= 0
