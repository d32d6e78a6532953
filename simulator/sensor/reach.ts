/** Whether a sensor reaches the cloud through its network settings, and what the cloud then says. */
import type { CloudAnswer } from '../cloud-link.ts'
import type { ReachableProxy } from '../world.ts'
import type { Sensor } from './sensor.ts'
import type { InstalledFile } from './state.ts'

/** Why the cloud is out of reach; null when it is not. */
function obstacle({ state, world }: Sensor): string | null {
  const { dns, proxy } = state.settings.network
  const { dnsServers, direct = true, proxies } = world.surroundings
  if (!world.cloud) return 'The cloud endpoints do not answer.'
  if (dns && dnsServers && !dns.some((server) => dnsServers.includes(server))) {
    return 'Name resolution of the cloud endpoints failed.'
  }
  if (proxy.enabled !== true) return direct ? null : 'The cloud endpoints do not answer; a proxy may be needed.'
  if (proxy.host === null) return 'The proxy is on but has no host.'
  if (!proxies) return null
  const found = proxies.find(({ host, port }) => host === proxy.host && (port === undefined || port === proxy.port))
  if (!found) return `The proxy ${proxy.host}:${proxy.port ?? ''} does not answer.`
  return credentialObstacle(found, proxy.username, state.secrets['network.proxy.password'] ?? null)
}

function credentialObstacle(found: ReachableProxy, username: string | null, password: string | null): string | null {
  if (found.username === undefined) return null
  const right = found.username === username && (found.password ?? null) === password
  return right ? null : 'The proxy needs authentication, or its credentials are wrong.'
}

export interface Contact {
  answer: CloudAnswer
  detail: string | null
}

/** Contacts the cloud with a file. Faults of the way strike here. */
export function contactCloud(sensor: Sensor, file: InstalledFile, first: boolean): Contact {
  const { cloud, faults } = sensor.world
  const { serialNumber, softwareVersion } = sensor.state
  const operation = first ? 'cloudConnect' : 'cloudHeartbeat'
  const struck = faults.strike({ appliance: sensor.key, operation, method: 'CONNECT', path: '' })
  if (struck.some(({ kind }) => kind === 'cloudUnreachable')) {
    return { answer: 'unreachable', detail: 'The cloud endpoints do not answer.' }
  }
  const detail = obstacle(sensor)
  if (detail !== null || !cloud) return { answer: 'unreachable', detail }
  if (struck.some(({ kind }) => kind === 'cloudRefusesActivation')) return contactOf('rejected')
  const contact = { fileId: file.id, serialNumber, name: file.name, softwareVersion }
  return contactOf(first ? cloud.connect(file.id, serialNumber, file.name, softwareVersion) : cloud.heartbeat(contact))
}

const contactOf = (answer: CloudAnswer): Contact => ({
  answer,
  detail: answer === 'unreachable' ? 'The cloud endpoints do not answer.' : null,
})

/** Whether the cloud could be reached, for a sensor that has no file yet. */
export function probeCloud(sensor: Sensor): Contact {
  const detail = obstacle(sensor)
  return { answer: detail === null ? 'accepted' : 'unreachable', detail }
}
