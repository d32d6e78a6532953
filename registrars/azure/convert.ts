/**
 * Between Resource Manager's bodies and registrations. All api-versions are previews, so reading is lenient: unknown
 * words are kept, missing fields are left out, and nothing that a server sends is shown as it came.
 *
 * @module
 */
import type { OfferedUpdate, Placement, RegistrationRecord } from '../../reconcile/registrar.ts'
import { sanitise } from '../../transport/sanitise.ts'

/** Where a resource was found; locally managed sensors have no site. */
export type RecordPlace = { mode: 'cloud'; site: string } | { mode: 'local' }

/** Writable properties of a sensor (2021-09-01-preview). A PUT replaces them all. */
export interface SensorProperties {
  zone?: string
  tiAutomaticUpdates?: boolean
  sensorType: string
}

type Json = Readonly<Record<string, unknown>>

const objectOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? sanitise(value) || undefined : undefined

/** The name of a resource as it is, for comparing and for paths; nothing when it has none that could be one. */
export function nameOf(resource: unknown): string | undefined {
  const { name } = objectOf(resource)
  return typeof name === 'string' && /^[^\p{C}]{1,260}$/u.test(name) ? name : undefined
}

/** A registration, or nothing for what is none. */
export function toRecord(resource: unknown, place: RecordPlace): RegistrationRecord | undefined {
  const name = nameOf(resource)
  if (name === undefined) return undefined
  const { properties, systemData } = objectOf(resource)
  const createdAt = toInstant(objectOf(systemData)['createdAt'])
  const observed = place.mode === 'cloud' ? toObserved(objectOf(properties)) : { connected: false }
  return { name, ...place, ...observed, ...(createdAt !== undefined && { createdAt }) }
}

function toObserved(properties: Json): Omit<RegistrationRecord, 'name' | 'mode'> {
  const { tiAutomaticUpdates } = properties
  const zone = textOf(properties['zone'])
  const status = textOf(properties['sensorStatus'])
  const lastContact = toInstant(properties['connectivityTime'])
  const softwareVersion = textOf(properties['sensorVersion'])
  return {
    ...(zone !== undefined && { zone }),
    ...(typeof tiAutomaticUpdates === 'boolean' && { tiAutomaticUpdates }),
    ...(status !== undefined && { status }),
    connected: status?.toLowerCase() === 'ok',
    ...(lastContact !== undefined && { lastContact }),
    ...(softwareVersion !== undefined && { softwareVersion }),
  }
}

/**
 * ISO 8601 in UTC. A time in a form of its own is kept as it is, because that there is one already tells that the sensor
 * connected; year 1, the zero of the platform behind, means that there is none.
 */
function toInstant(value: unknown): string | undefined {
  const text = textOf(value)
  if (text === undefined || text.startsWith('0001-')) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? text : new Date(at).toISOString()
}

/** What a PUT sends: what is declared, else what is there already. */
export function toSensorProperties({ zone, tiAutomaticUpdates }: Placement, existing: unknown): SensorProperties {
  const live = objectOf(objectOf(existing)['properties'])
  const keptZone = zone ?? live['zone']
  const keptUpdates = tiAutomaticUpdates ?? live['tiAutomaticUpdates']
  return {
    ...(typeof keptZone === 'string' && { zone: keptZone }),
    ...(typeof keptUpdates === 'boolean' && { tiAutomaticUpdates: keptUpdates }),
    sensorType: typeof live['sensorType'] === 'string' ? live['sensorType'] : 'Ot',
  }
}

/**
 * Updates of sensors, as `packageDownloads` lists them; nothing when the body is no such list. Versions are what they are
 * compared by, so that an item without one is left out.
 */
export function toOfferedUpdates(body: unknown): OfferedUpdate[] | undefined {
  const { upgrade } = objectOf(objectOf(body)['sensor'])
  if (!Array.isArray(upgrade)) return undefined
  return upgrade.flatMap((item: unknown) => {
    const version = versionOf(objectOf(item)['version'])
    const fromVersion = versionOf(objectOf(item)['fromVersion'])
    return version === undefined ? [] : { version, ...(fromVersion !== undefined && { fromVersion }) }
  })
}

const versionOf = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\d{1,9}(\.\d{1,9}){1,3}(-[\w.-]{1,40})?$/.test(value) ? value : undefined

/** One page of a list; nothing when the body is none. */
export function toPage(body: unknown): { value: readonly unknown[]; nextLink?: string } | undefined {
  const { value, nextLink } = objectOf(body)
  if (!Array.isArray(value)) return undefined
  return { value, ...(typeof nextLink === 'string' && nextLink !== '' && { nextLink }) }
}

/** Code and message of Resource Manager's error body, fit to be shown once `redact` took out what must not be. */
export function toArmError(body: unknown, redact: (text: string) => string): { code?: string; message?: string } {
  const error = objectOf(objectOf(body)['error'])
  const shown = (value: unknown) => (typeof value === 'string' ? textOf(redact(value)) : undefined)
  const code = shown(error['code'])
  const message = shown(error['message'])
  return { ...(code !== undefined && { code }), ...(message !== undefined && { message }) }
}
