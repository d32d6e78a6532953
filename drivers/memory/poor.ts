import type { Driver, Support } from '../../reconcile/driver.ts'
import { createMemoryDriver } from './driver.ts'
import type { MemoryWorld } from './world.ts'

/** As little as a driver may offer: much cannot be read, some only a person can do, nothing guards. */
export const poorSupport: Support = {
  default: { read: true, write: 'automatic' },
  fields: {
    'network.proxy': { read: false, write: 'manual' },
    'network.dns': { read: false, write: 'manual' },
    'time.ntp': { read: false, write: 'automatic' },
    mailServer: { read: false, write: 'manual' },
    forwarding: { read: false, write: 'manual' },
    systemProperties: { read: false, write: 'manual' },
    managementConsole: { read: false, write: 'manual' },
    software: { read: true, write: 'manual' },
    certificate: { read: false, write: 'none' },
  },
  activationUpload: 'manual',
}

/** A driver with poor abilities, for tests of what the engine does then. */
export function createPoorDriver(world: MemoryWorld): Driver {
  const hidden = Object.entries(poorSupport.fields).flatMap(([path, { read }]) => (read ? [] : [path]))
  const reads = (path: string) => !hidden.some((prefix) => path === prefix || path.startsWith(`${prefix}.`))
  return createMemoryDriver(world, { support: poorSupport, reads })
}
