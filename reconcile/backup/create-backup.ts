/** Makes a backup now. */
import { LeaseKeeper, type LeaseChannel } from '../apply/lease-keeper.ts'
import { DeviceError } from '../device-error.ts'
import type { BackupState, Driver, Target, Writer } from '../driver.ts'
import type { World } from '../engine.ts'
import type { Memory } from '../memory.ts'
import { listBackups } from '../restore/plan-restore.ts'

export interface CreatedBackup {
  /** What the sensor reports as the newest. */
  latest: BackupState['latest']
  /** Names of those that had to make room. */
  overwritten: readonly string[]
}

/** Under a lease, so that it meets no run. `onBegin` is called once nothing stands in the way. Throws a DeviceError. */
export async function createBackup(
  driver: Driver,
  target: Target,
  { clock, memory }: Pick<World, 'clock' | 'memory'>,
  { holder, onBegin }: { holder: string; onBegin: () => void },
): Promise<CreatedBackup> {
  const writer = driver.writer(target)
  try {
    const { identity, backups } = await writer.observe()
    if (!driver.support.backupNow || backups?.supported === false) {
      throw new DeviceError('NOT_SUPPORTED', 'The sensor makes no backups.', {
        advice: 'Its hardware profile or its driver offers none.',
      })
    }
    const before = await listBackups(driver, target)
    const lease = new LeaseKeeper(clock, holder, () => channelOf(writer, identity, memory))
    await lease.acquire()
    let latest: BackupState['latest']
    try {
      onBegin()
      await writer.write({ type: 'createBackup' }, { fence: lease.fenceForWrite(), signal: lease.lost })
      latest = (await writer.observe()).backups?.latest ?? null
    } finally {
      await lease.release({ clearIntent: false })
    }
    const after = new Set((await listBackups(driver, target)).backups.map(({ name }) => name))
    return { latest, overwritten: before.backups.map(({ name }) => name).filter((name) => !after.has(name)) }
  } finally {
    await writer.close()
  }
}

function channelOf(writer: Writer, identity: string, memory: Memory): LeaseChannel {
  if (writer.lease && writer.release) return writer as Writer & LeaseChannel
  return {
    lease: (request) => memory.lease(identity, request),
    release: (fence, options) => memory.release(identity, fence, options),
  }
}
