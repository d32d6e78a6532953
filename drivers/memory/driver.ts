import { DeviceError } from '../../reconcile/device-error.ts'
import type {
  Driver,
  Guard,
  LiveValue,
  Observation,
  Operator,
  PlannedPeer,
  Reader,
  Support,
  Target,
  Unfinished,
  Write,
  Writer,
} from '../../reconcile/driver.ts'
import * as device from './appliance.ts'
import { backupsOf, createBackup, listBackups, restoreBackup } from './backup.ts'
import { assignZone, checkConnection, connectionStringOf, consoleOf, removeSensor, sightsOf } from './console.ts'
import { softwareOf, updateSoftware, uploadPackage } from './software.ts'
import { called, isoNow, type MemoryAppliance, type MemoryWorld } from './world.ts'

/** Everything that a driver can offer. */
export const richSupport: Support = {
  default: { read: true, write: 'automatic' },
  fields: {},
  lease: true,
  owner: true,
  tags: true,
  guardedNetworkChange: true,
  activationUpload: 'automatic',
  backupNow: true,
  restore: true,
  audit: true,
  managementConsoles: true,
  peerCheck: true,
}

export interface MemoryDriverOptions {
  support?: Support
  /** Says whether the driver can read a field. */
  reads?: (path: string) => boolean
}

/** A driver for the appliances of a world in memory. */
export function createMemoryDriver(world: MemoryWorld, options: MemoryDriverOptions = {}): Driver {
  const support = options.support ?? richSupport
  const connect = (target: Target) => new MemoryConnection(world, target, support, options.reads ?? (() => true))
  return {
    name: 'memory',
    support,
    reader: (target) => readerOf(connect(target), target, support),
    writer: (target) => writerOf(connect(target), target, support),
    ...(support.restore && { operator: (target: Target) => operatorOf(connect(target)) }),
  }
}

const readerOf = (connection: MemoryConnection, { kind }: Target, { audit, peerCheck }: Support): Reader => ({
  observe: (known) => connection.observe(known),
  close: () => connection.close(),
  ...(peerCheck && {
    checkPeers: (_: string | null, planned: readonly PlannedPeer[] = []) =>
      connection.call('checkPeers', (one) => device.checkPeers(one, planned)),
  }),
  ...(audit && { audit: (since: string) => connection.audit(since) }),
  ...(kind === 'ManagementConsole' && {
    connectionString: () => connection.call('connectionString', (one) => connectionStringOf(consoleOf(one))),
  }),
})

const writerOf = (connection: MemoryConnection, target: Target, support: Support): Writer => ({
  ...readerOf(connection, target, support),
  write: (write, guard) => connection.write(write, guard),
  ...(support.lease && {
    lease: (request) =>
      connection.call('lease', (appliance) => device.grantLease(connection.world, appliance, request)),
    release: async (fence, { clearIntent }) => {
      await connection
        .call('release', (appliance) => device.releaseLease(appliance, fence, clearIntent))
        .catch(() => undefined)
    },
  }),
})

const operatorOf = (connection: MemoryConnection): Operator => ({
  listBackups: () => connection.call('listBackups', listBackups),
  close: () => connection.close(),
})

class MemoryConnection {
  readonly world: MemoryWorld
  readonly #target: Target
  readonly #support: Support
  readonly #reads: (path: string) => boolean
  #endpoint: string | undefined

  constructor(world: MemoryWorld, target: Target, support: Support, reads: (path: string) => boolean) {
    this.world = world
    this.#target = target
    this.#support = support
    this.#reads = reads
  }

  async call<T>(method: string, work: (appliance: MemoryAppliance) => T | Promise<T>): Promise<T> {
    const endpoint = (this.#endpoint ??= await this.#signIn())
    this.#target.signal?.throwIfAborted()
    const appliance = device.applianceAt(this.world, endpoint)
    if (!appliance) {
      this.#endpoint = undefined
      throw new DeviceError('CONNECTION_LOST', `Nothing answers at ${endpoint} any more.`)
    }
    return called(this.world, { method, target: appliance.serialNumber }, () => work(appliance))
  }

  /** Refuses an appliance of another kind, before anything is asked of it. */
  #checkKind({ console, serialNumber }: MemoryAppliance): void {
    const { kind = 'Sensor' } = this.#target
    if (kind === 'ManagementConsole' && !this.#support.managementConsoles) {
      throw new DeviceError('NOT_SUPPORTED', 'This driver speaks to no management consoles.')
    }
    const found = console ? 'ManagementConsole' : 'Sensor'
    if (found !== kind) throw new DeviceError('WRONG_KIND', `${serialNumber} is a ${found}, and a ${kind} is declared.`)
  }

  async #signIn(): Promise<string> {
    let failure = new DeviceError('UNREACHABLE', `Nothing answers at ${this.#target.endpoints.join(' or ')}.`)
    for (const endpoint of this.#target.endpoints) {
      const appliance = device.applianceAt(this.world, endpoint)
      if (!appliance) continue
      const { identity, replaced } = this.#target
      if (replaced === appliance.serialNumber) {
        failure = new DeviceError('IDENTITY_MISMATCH', `${endpoint} is ${replaced}, which was replaced.`)
        continue
      }
      if (identity === undefined || identity === appliance.serialNumber) {
        this.#checkKind(appliance)
        return called(this.world, { method: 'signIn', target: appliance.serialNumber }, () => endpoint)
      }
      failure = new DeviceError('IDENTITY_MISMATCH', `${endpoint} is ${appliance.serialNumber}, not ${identity}.`)
    }
    throw failure
  }

  observe(known?: Observation): Promise<Observation> {
    return this.call('read', (appliance) => {
      // What is seen of every answer, whether or not the settings came with it.
      const base = {
        endpoint: this.#endpoint ?? '',
        observedAt: isoNow(this.world),
        clockDriftSeconds: appliance.clockDriftSeconds,
        clock: device.clockOf(this.world, appliance),
        served: device.servedOf(appliance, this.world.clock.now()),
        ...(appliance.console && { console: sightsOf(appliance.console) }),
        ...(!appliance.console &&
          this.#support.managementConsoles && { consoleConnection: appliance.consoleConnection }),
      }
      const unchanged = known?.revision === String(appliance.revision) && known.identity === appliance.serialNumber
      return known && unchanged ? { ...known, ...base, unchanged } : { ...this.#read(appliance), ...base }
    })
  }

  #read(
    appliance: MemoryAppliance,
  ): Omit<Observation, 'endpoint' | 'observedAt' | 'clockDriftSeconds' | 'clock' | 'served'> {
    const { software, job } = softwareOf(this.world, appliance)
    return {
      identity: appliance.serialNumber,
      revision: String(appliance.revision),
      unchanged: false,
      softwareVersion: appliance.softwareVersion,
      live: this.#live(appliance),
      ...(appliance.owner !== null && { owner: appliance.owner }),
      ...(!appliance.console && { ...this.#ofSensor(appliance), software }),
      unfinished: this.#unfinished(appliance, job),
      warnings: [],
    }
  }

  #ofSensor(appliance: MemoryAppliance): Required<Pick<Observation, 'hardwareProfile' | 'activation' | 'backups'>> {
    const { hardwareProfile, activation, cloudReachable } = appliance
    const cloud = activation.mode === 'cloud' ? { reachable: cloudReachable, detail: null } : null
    return { hardwareProfile, activation: { ...activation, cloud }, backups: backupsOf(appliance, this.#support) }
  }

  #unfinished({ networkChange, lease, intent }: MemoryAppliance, job: Unfinished['job']): Unfinished {
    const remaining = (endsAt: number) => (endsAt - this.world.clock.monotonic()) / 1000
    return {
      ...(job && { job }),
      ...(networkChange && {
        networkChange: {
          id: networkChange.id,
          from: networkChange.from,
          to: networkChange.to,
          remainingSeconds: remaining(networkChange.endsAt),
        },
      }),
      ...(intent && { intent: structuredClone(intent) }),
      ...(lease && {
        lease: { holder: lease.holder, fence: lease.fence, remainingSeconds: remaining(lease.endsAt) },
      }),
    }
  }

  #live(appliance: MemoryAppliance): ReadonlyMap<string, LiveValue> {
    const withTag = (value: LiveValue): LiveValue =>
      typeof value === 'object' && 'set' in value && !this.#support.tags ? { set: value.set, tag: null } : value
    const entries = [...device.liveOf(appliance)].filter(([path]) => this.#reads(path))
    return new Map(entries.map(([path, value]) => [path, withTag(value)]))
  }

  audit(since: string): ReturnType<NonNullable<Reader['audit']>> {
    return this.call('audit', ({ audit }) => audit.filter(({ at }) => at >= since))
  }

  write(write: Write, guard: Guard): Promise<{ revision?: string }> {
    return this.call(write.type === 'set' ? `set ${write.aspect}` : write.type, async (appliance) => {
      guard.signal?.throwIfAborted()
      device.checkGuard(this.world, appliance, guard, this.#support.lease ?? false)
      await carryOut(this.world, appliance, write)
      return { revision: String(appliance.revision) }
    })
  }

  async close(): Promise<void> {
    this.#endpoint = undefined
  }
}

async function carryOut(world: MemoryWorld, appliance: MemoryAppliance, write: Write): Promise<void> {
  switch (write.type) {
    case 'set':
      if (write.aspect === 'managementConsole') checkConnection(world, appliance, write)
      return device.writeSettings(appliance, write.values)
    case 'importCertificate':
      return device.writeSettings(appliance, write.values)
    case 'removeRule':
      device.removeRule(appliance, write.rule)
      appliance.revision++
      return
    case 'activate':
      await world.clock.sleep(5_000)
      return device.activate(world, appliance, write.file)
    case 'createBackup':
      return createBackup(world, appliance)
    case 'restoreBackup':
      return restoreBackup(world, appliance, write.name)
    case 'uploadPackage':
      return uploadPackage(appliance, write)
    case 'updateSoftware':
      return updateSoftware(world, appliance, write.sha256)
    case 'changeAddress':
      return device.changeAddress(world, appliance, write)
    case 'confirmAddress':
      return device.confirmAddress(appliance, write.id)
    case 'assignZone':
      return assignZone(appliance, write)
    case 'removeSensor':
      return removeSensor(appliance, write.identity)
  }
}
