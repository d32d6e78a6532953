/** Software of a simulated appliance in memory: uploads, and updates that take their time and two reboots. */
import { createHash } from 'node:crypto'
import { crossesActivation, packageVersion, skipsStop } from '../../formats/software-package.ts'
import { compareVersions } from '../../formats/version.ts'
import { DeviceError } from '../../reconcile/device-error.ts'
import type { Observation, PackageSource, Write } from '../../reconcile/driver.ts'
import { isoNow, newId, type MemoryAppliance, type MemoryWorld } from './world.ts'

/** Parts of the update during which nothing answers. */
const reboots = [
  { from: 0.5, until: 0.55 },
  { from: 0.9, until: 0.97 },
] as const

/** Takes a package in, piece by piece. */
export async function uploadPackage(
  appliance: MemoryAppliance,
  { source, onSent }: Write & { type: 'uploadPackage' },
): Promise<void> {
  if (source.sizeBytes > appliance.freeBytes) throw new DeviceError('UPDATE_NO_SPACE', 'There is too little space.')
  const version = packageVersion(source.name)
  if (version === undefined) throw refused(`${source.name} is no update package`)
  if ((await receive(source, onSent)) !== source.sha256) throw refused('what arrived has another hash')
  appliance.uploaded = { name: source.name, version, sha256: source.sha256 }
  appliance.revision++
}

async function receive({ open }: PackageSource, onSent: (bytes: number) => void): Promise<string> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const piece of open()) {
    hash.update(piece)
    onSent((bytes += piece.length))
  }
  return hash.digest('hex')
}

const refused = (why: string): DeviceError =>
  new DeviceError('UPDATE_PACKAGE_REFUSED', `The package is refused: ${why}.`)

/** Begins an update. */
export function updateSoftware(world: MemoryWorld, appliance: MemoryAppliance, sha256: string): void {
  const { uploaded, softwareVersion, activation } = appliance
  if (uploaded?.sha256 !== sha256) throw refused('it was not uploaded')
  if (skipsStop(softwareVersion, uploaded.version) || compareVersions(uploaded.version, softwareVersion) <= 0) {
    throw new DeviceError('UPDATE_PATH_REFUSED', `No way leads from ${softwareVersion} to ${uploaded.version}.`)
  }
  if (activation.status !== 'Valid') throw new DeviceError('UPDATE_NOT_ACTIVATED', 'The sensor is not activated.')
  const startedMs = world.clock.monotonic()
  appliance.update = {
    id: newId(world, 'update'),
    startedAt: isoNow(world),
    startedMs,
    lastsMs: appliance.updateMs,
    to: uploaded.version,
  }
  appliance.revision++
}

const shareOf = (world: MemoryWorld, { startedMs, lastsMs }: NonNullable<MemoryAppliance['update']>): number =>
  (world.clock.monotonic() - startedMs) / lastsMs

/** True while nothing answers, as in a reboot. */
export function isAway(world: MemoryWorld, { update, gone }: MemoryAppliance): boolean {
  const share = update ? shareOf(world, update) : -1
  return gone || reboots.some(({ from, until }) => share >= from && share < until)
}

/** Ends an update whose time has come. */
export function endDueUpdate(world: MemoryWorld, appliance: MemoryAppliance): void {
  const { update, softwareVersion: from, failUpdates } = appliance
  if (!update || shareOf(world, update) < 1) return
  const { to } = update
  const error = failUpdates > 0 ? 'VALIDATING_SYSTEM_SANITY failed: the version before is back.' : null
  appliance.failUpdates = Math.max(0, failUpdates - 1)
  appliance.update = null
  appliance.uploaded = null
  appliance.lastUpdate = { from, to, finishedAt: isoNow(world), error }
  appliance.revision++
  if (error !== null) return
  appliance.softwareVersion = to
  if (crossesActivation(from, to)) appliance.activation = { ...appliance.activation, status: 'NotActivated' }
  const record = world.records.find(({ name }) => name === appliance.activation.name)
  if (record && appliance.activation.status === 'Valid') record.softwareVersion = to
}

/** The parts of a read that are about software. */
export function softwareOf(
  world: MemoryWorld,
  { uploaded, lastUpdate, freeBytes, update }: MemoryAppliance,
): Required<Pick<Observation, 'software'>> & Pick<Observation['unfinished'], 'job'> {
  const software = { uploaded, lastUpdate, freeBytes }
  if (!update) return { software }
  const percentage = Math.floor(shareOf(world, update) * 100)
  const stage = percentage < 50 ? 'UPDATING_LIBRARIES' : 'STARTING_PROCESSES'
  return { software, job: { id: update.id, type: 'update', percentage, startedAt: update.startedAt, stage } }
}
