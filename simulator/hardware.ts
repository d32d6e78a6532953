/** Hardware in a place of the rack: each has a disk of its own, and one of them is switched on. */
import { join } from 'node:path'
import type { SimulatedSensorOptions } from './options.ts'
import { fileDisk, memoryDisk, readIfThere, replaceFile, type Disk } from './sensor/disk.ts'
import type { ApplianceState } from './sensor/state.ts'
import type { World } from './world.ts'

export interface Hardware {
  serialNumber: string
  softwareVersion?: string
}

export interface Rack<State extends ApplianceState> {
  /** Of what stands there now. */
  disk(): Disk<State>
  swap: (hardware: Hardware) => Promise<void>
}

/** A disk that is empty gets a new installation. What was swapped in stands there in the next process, too. */
export async function createRack<State extends ApplianceState>(
  { stateFolder, key, world }: { stateFolder: string | undefined; key: string; world: World },
  install: (hardware: Hardware | undefined) => Promise<State>,
): Promise<Rack<State>> {
  /** What stands there, for the next process. */
  const note = stateFolder === undefined ? undefined : join(stateFolder, `${encodeURIComponent(key)}.standing`)
  const prepare = async (name: string, hardware?: Hardware): Promise<Disk<State>> => {
    const disk =
      stateFolder === undefined
        ? memoryDisk<State>()
        : fileDisk<State>(join(stateFolder, `${encodeURIComponent(name)}.json`))
    const uptimeMs = world.clock.uptimeMs()
    if (!disk.load(uptimeMs)) disk.save(await install(hardware), uptimeMs)
    return disk
  }
  const serialOf = (disk: Disk<State>): string => disk.load(world.clock.uptimeMs())?.serialNumber ?? ''
  const first = await prepare(key)
  const disks = new Map<string, Disk<State>>([[serialOf(first), first]])
  let current = first
  const rack: Rack<State> = {
    disk: () => current,
    async swap(hardware) {
      const { serialNumber } = hardware
      current = disks.get(serialNumber) ?? (await prepare(`${key} ${serialNumber}`, hardware))
      disks.set(serialNumber, current)
      if (note !== undefined) replaceFile(note, serialNumber)
    },
  }
  const standing = note === undefined ? undefined : readIfThere(note)
  if (standing !== undefined) await rack.swap({ serialNumber: standing })
  return rack
}

/** As it comes from the vendor: neither set up nor activated. */
export const asDelivered = ({
  settings: _settings,
  activated: _activated,
  ...options
}: SimulatedSensorOptions): SimulatedSensorOptions => options
