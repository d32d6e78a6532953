/**
 * What to do about an activation that fails. The vendor documents three failures, each with its remedy; what stands in
 * the way to the cloud is told apart where the sensor says so.
 *
 * @module
 */
import type { CloudObstacle } from './driver.ts'

const endpoints = '*.azure-devices.net:443'

/** By what stands in the way to the cloud. */
const ways: Readonly<Record<CloudObstacle, string>> = {
  dns: 'Set network.dns to a server that knows the names of the cloud (console: System Settings > Network > DNS).',
  proxy: `See that network.proxy names the right host and port, and that the proxy lets ${endpoints} through.`,
  proxySignIn: 'Set network.proxy.username and network.proxy.password as the proxy asks for them.',
  tls: `Something on the way replaces certificates: exempt ${endpoints} from TLS inspection.`,
  firewall: `Open ${endpoints} in firewall and proxy; where they know no wildcards, the name of the endpoint of this sensor (with a legacy connection, of its IoT hub). Where the way leads through a proxy, set network.proxy.`,
}

/** How the cloud comes into reach. */
export const wayToTheCloud = (obstacle: string | null | undefined): string =>
  ways[isObstacle(obstacle) ? obstacle : 'firewall']

const isObstacle = (text: string | null | undefined): text is CloudObstacle =>
  typeof text === 'string' && Object.hasOwn(ways, text)

/** What to do about a refused or failed activation; nothing for what is none. */
export function activationRemedy(code: string, obstacle: string | null | undefined): string | undefined {
  if (code === 'ACTIVATION_NO_CLOUD') return `${wayToTheCloud(obstacle)} The next run goes on from here.`
  return remedies[code]
}

const remedies: Readonly<Record<string, string>> = {
  ACTIVATION_FILE_INVALID:
    'The next run downloads another file; the registration stays. By hand: Azure portal > Defender for IoT > Sites and sensors, select the sensor, Download activation file; keep the zip as it is.',
  ACTIVATION_REJECTED:
    'The file is valid, but Defender for IoT rejected it, and another download as well. See that the registration is there, in the right site and used by no other sensor; if that does not help, contact Microsoft Support. The next run goes on from here.',
  CLOCK_DRIFT: 'Set the clock of the sensor, best by NTP; the next run goes on from here.',
}
