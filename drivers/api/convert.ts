/**
 * Between the wire and the engine: the bulk read becomes a flat map, values to write become a merge patch. Pure.
 *
 * @module
 */
import type {
  ConsoleSights,
  LiveValue,
  ManagedSensor,
  Observation,
  SecretTag,
  Unfinished,
  WriteValue,
} from '../../reconcile/driver.ts'
import { fieldTable, flatten, parsePath } from '../../schemas/fields.ts'
import { applianceSchemas } from '../../schemas/documents.ts'
import type { ApplianceRead, CertificateImport, ConsoleRead, ManagedAppliances } from '../../schemas/generated/wire.ts'

const sensorFields = fieldTable(applianceSchemas.Sensor.settings)
const consoleFields = fieldTable(applianceSchemas.ManagementConsole.settings)

/** Every field that the appliance has set. */
export function toLive(read: ApplianceRead | ConsoleRead): Map<string, LiveValue> {
  const live = new Map<string, LiveValue>()
  const isSensor = read.kind === 'sensor'
  if (isSensor && read.activation.name !== null) live.set('name', read.activation.name)
  if (isSensor && read.activation.mode !== null) live.set('activation.mode', read.activation.mode)
  if (isSensor) live.set('software.version', read.softwareVersion)
  const { settings } = applianceSchemas[isSensor ? 'Sensor' : 'ManagementConsole']
  const { find } = isSensor ? sensorFields : consoleFields
  for (const [path, value] of flatten(settings, read.settings, { raw: true })) {
    const liveValue = toLiveValue(find(path)?.type, value)
    if (liveValue !== undefined) live.set(path, liveValue)
  }
  return live
}

function toLiveValue(type: string | undefined, value: unknown): LiveValue | undefined {
  if (type === 'file') return { content: value as string }
  if (type !== 'secret') return value as LiveValue
  const { set, tag } = value as { set: boolean; tag: SecretTag | null }
  return set ? { set, tag } : undefined
}

/** What a run left under way. */
export function toUnfinished({ pending, lease, intent }: ApplianceRead | ConsoleRead): Unfinished {
  const networkChange = 'networkChange' in pending ? pending.networkChange : null
  const { job } = pending
  return {
    ...(networkChange && { networkChange }),
    ...(job && {
      job: {
        id: job.id,
        type: job.type,
        percentage: job.percentage,
        startedAt: job.startedAt,
        ...(job.stage && { stage: job.stage }),
      },
    }),
    ...(intent && { intent }),
    ...(lease && { lease }),
  }
}

/** An unchanged read says nothing about the lease, and time went on for a change that waits to be confirmed. */
export function ageUnfinished({ networkChange, job, intent }: Unfinished, elapsedSeconds: number): Unfinished {
  const rest = { ...(job && { job }), ...(intent && { intent }) }
  if (!networkChange) return rest
  const remainingSeconds = Math.max(0, networkChange.remainingSeconds - Math.max(0, elapsedSeconds))
  return { ...rest, networkChange: { ...networkChange, remainingSeconds } }
}

/** Clock of the appliance minus ours, half of the way there and back taken off. */
export function driftSeconds(
  applianceClock: string | undefined,
  { sentAt, receivedAt }: { sentAt: number; receivedAt: number },
): number | undefined {
  const at = Date.parse(applianceClock ?? '')
  return Number.isNaN(at) ? undefined : Math.round(at - (sentAt + receivedAt) / 2) / 1000
}

type Facts = Pick<
  Observation,
  | 'softwareVersion'
  | 'hardwareProfile'
  | 'revision'
  | 'owner'
  | 'backups'
  | 'software'
  | 'activation'
  | 'consoleConnection'
  | 'console'
>

/** The parts of a read that are not settings. */
export function toFacts(read: ApplianceRead | ConsoleRead): Facts {
  const { revision, softwareVersion, owner } = read
  const own = { revision, softwareVersion, ...(owner !== null && { owner }) }
  if (read.kind === 'managementConsole') return { ...own, console: sightsOf(read) }
  const { supported, latest, lastError, lastRestore } = read.backups
  const { serialNumber: identity, ...connection } = read.consoleConnection
  return {
    ...own,
    hardwareProfile: read.hardwareProfile,
    activation: read.activation,
    consoleConnection: { ...connection, identity },
    software: read.software,
    backups: {
      supported,
      latest: latest && { name: latest.name, createdAt: latest.createdAt },
      lastError,
      lastRestore,
    },
  }
}

/** What a console tells of itself beside its settings; its sensors are a list of their own. */
const sightsOf = ({ sites, sensorBackups }: ConsoleRead): ConsoleSights => ({
  sites: sites.map(({ name, zones }) => ({ name, zones: zones.map((zone) => ({ id: zone.id, name: zone.name })) })),
  backupsError: sensorBackups.lastError,
  sensors: [],
})

/** A sensor of the documented list. */
export function toManagedSensor({
  uid,
  name,
  version,
  connectionState,
  zoneId,
}: ManagedAppliances[number]): ManagedSensor {
  const state = typeof connectionState === 'string' ? { id: connectionState, description: undefined } : connectionState
  return {
    identity: uid,
    name,
    connection: state.id,
    ...(state.description !== undefined && { description: state.description }),
    ...(typeof version === 'string' && { softwareVersion: version }),
    ...(typeof zoneId === 'number' && { zoneId }),
  }
}

interface Patch {
  [key: string]: Patch | Leaf
}
type Leaf = string | number | boolean | readonly string[] | { value: string; tag: SecretTag | null } | null

/**
 * The merge patch (RFC 7396) of one aspect. An action is replaced whole by the appliance, so what is unset inside one
 * is simply not sent, and an action of which nothing is left is removed.
 */
export function toPatch(values: ReadonlyMap<string, WriteValue>): Patch {
  const patch = emptyPatch()
  for (const [path, value] of values) {
    const segments = parsePath(path)
    const inAction = segments.length > actionDepth && segments[0] === 'forwarding' && segments[3] === 'actions'
    if (inAction && value === null) place(patch, segments.slice(1, actionDepth), undefined)
    else place(patch, segments.slice(1), toLeaf(value))
  }
  return patch
}

/** `forwarding.rules.<rule>.actions.<action>` */
const actionDepth = 5

const emptyPatch = (): Patch => Object.create(null) as Patch

/** Places a leaf; without one, `null` where nothing else stands. */
function place(patch: Patch, segments: readonly string[], leaf: Leaf | undefined): void {
  let current = patch
  for (const segment of segments.slice(0, -1)) {
    const next = current[segment]
    current = isPatch(next) ? next : (current[segment] = emptyPatch())
  }
  const last = segments.at(-1) ?? ''
  if (leaf !== undefined) current[last] = leaf
  else current[last] ??= null
}

const isPatch = (value: Patch | Leaf | undefined): value is Patch =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null

function toLeaf(value: WriteValue): Leaf {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value as Leaf
  const group = value as Exclude<WriteValue, string | number | boolean | readonly string[] | null>
  return 'secret' in group ? { value: group.secret, tag: group.tag } : group.content
}

/** The body of a certificate import. */
export function toCertificateImport(values: ReadonlyMap<string, WriteValue>): CertificateImport {
  const patch = toPatch(values)
  const text = (key: string) => (patch[key] ?? null) as string | null
  const secret = (key: string) => (patch[key] ?? null) as { value: string; tag: SecretTag | null } | null
  return {
    name: text('name'),
    certificate: text('certificate') ?? '',
    chain: text('chain'),
    privateKey: secret('privateKey')?.value ?? '',
    privateKeyTag: secret('privateKey')?.tag ?? null,
    passphrase: secret('passphrase')?.value ?? null,
    passphraseTag: secret('passphrase')?.tag ?? null,
  }
}

/** Secret values among those of a write, to keep them out of messages. */
export const secretsOf = (values: ReadonlyMap<string, WriteValue>): string[] =>
  [...values.values()].flatMap((value) =>
    typeof value === 'object' && value !== null && 'secret' in value ? [value.secret] : [],
  )
