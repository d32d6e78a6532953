/**
 * Between the wire and the engine: the bulk read becomes a flat map, values to write become a merge patch. Pure.
 *
 * @module
 */
import type {
  ActivationState,
  LiveValue,
  Observation,
  SecretTag,
  Unfinished,
  WriteValue,
} from '../../reconcile/driver.ts'
import { fieldTable, flatten, parsePath } from '../../schemas/fields.ts'
import type { ApplianceRead, CertificateImport } from '../../schemas/generated/wire.ts'
import { sensorSettings } from '../../schemas/sensor.ts'

const { find } = fieldTable(sensorSettings)

/** Every field that the appliance has set. */
export function toLive({ settings, activation }: ApplianceRead): Map<string, LiveValue> {
  const live = new Map<string, LiveValue>()
  if (activation.name !== null) live.set('name', activation.name)
  if (activation.mode !== null) live.set('activation.mode', activation.mode)
  for (const [path, value] of flatten(sensorSettings, settings, { raw: true })) {
    const read = toLiveValue(find(path)?.type, value)
    if (read !== undefined) live.set(path, read)
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
export function toUnfinished({ pending, lease, intent }: ApplianceRead): Unfinished {
  const { networkChange, job } = pending
  return {
    ...(networkChange && { networkChange }),
    ...(job && {
      job: { id: job.id, type: job.type, percentage: job.percentage, startedAt: job.startedAt },
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

/** The parts of a read that are not settings. */
export function toFacts(
  read: ApplianceRead,
): Pick<Observation, 'softwareVersion' | 'hardwareProfile' | 'revision' | 'backups'> & { activation: ActivationState } {
  const { supported, latest, lastError } = read.backups
  return {
    revision: read.revision,
    softwareVersion: read.softwareVersion,
    hardwareProfile: read.hardwareProfile,
    activation: read.activation,
    backups: { supported, latest: latest && { name: latest.name, createdAt: latest.createdAt }, lastError },
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
