import type { DesiredSensor } from '../../schemas/fleet.ts'
import type { Problem } from '../../schemas/problem.ts'
import { DeviceError } from '../device-error.ts'
import type { Observation } from '../driver.ts'
import type { Sight, World } from '../engine.ts'
import type { RecordLookup, RegistrarReader } from '../registrar.ts'

type RecordSight = Pick<Sight, 'records' | 'fileAtHand' | 'problems'>

/**
 * Looks up the records of the live and of the desired name. A registrar that cannot be asked leaves the registration
 * unverifiable, with a warning, and nothing else.
 */
export async function observeRecords(
  { key, settings }: DesiredSensor,
  { live }: Pick<Observation, 'live'>,
  world: World,
): Promise<RecordSight> {
  const registrar = settings.registration?.registrar
  if (registrar === undefined) return { records: {} }
  const liveName = live.get('name')
  const names = { live: typeof liveName === 'string' ? liveName : undefined, desired: settings.name }
  try {
    return await ask(world.registrarReader(registrar), names)
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error
    return unasked(key, names, error)
  }
}

interface Names {
  live: string | undefined
  desired: string | undefined
}

async function ask(reader: RegistrarReader, names: Names): Promise<RecordSight> {
  const records: Sight['records'] = {}
  for (const side of ['live', 'desired'] as const) {
    const name = names[side]
    if (name !== undefined) records[side] = await reader.lookup(name)
  }
  const fileName = names.desired ?? names.live
  const fileAtHand = fileName === undefined ? undefined : await reader.fileAtHand?.(fileName)
  return { records, ...(fileAtHand !== undefined && { fileAtHand }) }
}

function unasked(key: string, names: Names, error: DeviceError): RecordSight {
  const lookup: RecordLookup = { state: 'notObservable', reason: error.message }
  const problem: Problem = {
    severity: 'warning',
    code: error.code,
    key,
    field: 'registration',
    summary: `${error.message} The registration is not compared.`,
    ...(error.advice !== undefined && { hint: error.advice }),
  }
  const records = {
    ...(names.live !== undefined && { live: lookup }),
    ...(names.desired !== undefined && { desired: lookup }),
  }
  return { records, problems: [problem] }
}
