/** Whether a sensor reaches the cloud through its network settings, and what the cloud then says. */
import type { ApplianceRead } from '../../schemas/generated/wire.ts'
import type { CloudAnswer } from '../cloud-link.ts'
import type { ReachableProxy, World } from '../world.ts'
import type { Sensor } from './sensor.ts'
import type { InstalledFile, SensorState } from './state.ts'

export type ObstacleKind = NonNullable<NonNullable<ApplianceRead['activation']['cloud']>['obstacle']>

export interface Obstacle {
  kind: ObstacleKind
  detail: string
}

const obstacleOf = (kind: ObstacleKind, detail: string): Obstacle => ({ kind, detail })
const silent = obstacleOf('firewall', 'The cloud endpoints do not answer.')

/** Why the cloud is out of reach; null when it is not. */
function obstacle({ state, world }: Sensor): Obstacle | null {
  const { dns, proxy } = state.settings.network
  const { dnsServers, direct = true, inspected = false } = world.surroundings
  if (!world.cloud) return silent
  if (dns && dnsServers && !dns.some((server) => dnsServers.includes(server))) {
    return obstacleOf('dns', 'Name resolution of the cloud endpoints failed.')
  }
  const inTheWay = proxy.enabled === true ? proxyObstacle(state, world) : direct ? null : noDirectWay
  if (inTheWay || !inspected) return inTheWay
  return obstacleOf('tls', 'The certificate of the cloud endpoints is not that of the cloud.')
}

const noDirectWay = obstacleOf('firewall', 'The cloud endpoints do not answer; a proxy may be needed.')

function proxyObstacle({ settings, secrets }: SensorState, { surroundings: { proxies } }: World): Obstacle | null {
  const { proxy } = settings.network
  if (proxy.host === null) return obstacleOf('proxy', 'The proxy is on but has no host.')
  if (!proxies) return null
  const found = proxies.find(({ host, port }) => host === proxy.host && (port === undefined || port === proxy.port))
  if (!found) return obstacleOf('proxy', `The proxy ${proxy.host}:${proxy.port ?? ''} does not answer.`)
  return credentialObstacle(found, proxy.username, secrets['network.proxy.password'] ?? null)
}

function credentialObstacle(found: ReachableProxy, username: string | null, password: string | null): Obstacle | null {
  if (found.username === undefined) return null
  const right = found.username === username && (found.password ?? null) === password
  return right ? null : obstacleOf('proxySignIn', 'The proxy needs authentication, or its credentials are wrong.')
}

export interface Contact {
  answer: CloudAnswer
  obstacle: Obstacle | null
}

/** Contacts the cloud with a file. Faults of the way strike here. */
export function contactCloud(sensor: Sensor, file: InstalledFile, first: boolean): Contact {
  const { cloud, faults } = sensor.world
  const { serialNumber, softwareVersion } = sensor.state
  const operation = first ? 'cloudConnect' : 'cloudHeartbeat'
  const struck = faults.strike({ appliance: sensor.key, operation, method: 'CONNECT', path: '' })
  if (struck.some(({ kind }) => kind === 'cloudUnreachable')) {
    return contactOf('unreachable')
  }
  const inTheWay = obstacle(sensor)
  if (inTheWay || !cloud) return contactOf('unreachable', inTheWay ?? silent)
  if (struck.some(({ kind }) => kind === 'cloudRefusesActivation')) return contactOf('rejected')
  const contact = { fileId: file.id, serialNumber, name: file.name, softwareVersion }
  return contactOf(first ? cloud.connect(file.id, serialNumber, file.name, softwareVersion) : cloud.heartbeat(contact))
}

const contactOf = (answer: CloudAnswer, inTheWay = silent): Contact => ({
  answer,
  obstacle: answer === 'unreachable' ? inTheWay : null,
})

/** Whether the cloud could be reached, for a sensor that has no file yet. */
export function probeCloud(sensor: Sensor): Contact {
  const inTheWay = obstacle(sensor)
  return { answer: inTheWay === null ? 'accepted' : 'unreachable', obstacle: inTheWay }
}
