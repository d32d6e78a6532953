/** A simulated management console with sensors, for tests. */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished } from 'vitest'
import type { ConsoleRead, ManagedAppliances } from '../../../schemas/generated/wire.ts'
import type {
  SimulatedConsoleOptions,
  SimulatedSensorOptions,
  Simulator,
  SimulatorOptions,
} from '../../../simulator/simulate.ts'
import { admin, sensorAt, signIn, start, type Client } from '../sensor/start.ts'

export const sites = [
  { name: 'Berlin', zones: ['Assembly', 'Packaging'] },
  { name: 'Hamburg', zones: ['Assembly'] },
]

export interface Plant {
  simulator: Simulator
  console: Client
  /** Signed in, with a lease. */
  sensor: (key: string) => Promise<Client>
  read: () => Promise<ConsoleRead>
  list: () => Promise<ManagedAppliances>
  connectionString: () => Promise<string>
}

/** Starts a console at `<net>.1` and sensors at `<net>.11` and on, and signs in at the console. */
export async function startPlant(
  net: string,
  sensors: readonly Partial<SimulatedSensorOptions>[] = [{}],
  options: Partial<SimulatedConsoleOptions> = {},
  around: Partial<SimulatorOptions> = {},
): Promise<Plant> {
  const simulator = await start({
    ...around,
    managementConsoles: [{ key: 'hq', address: `${net}.1`, port: 0, ...admin, sites, ...options }],
    appliances: sensors.map((sensor, index) =>
      sensorAt(`${net}.${11 + index}`, { key: `line-${index + 1}`, ...sensor }),
    ),
  })
  const console = await signIn(simulator.managementConsole('hq').endpoint())
  await console.lease()
  return {
    simulator,
    console,
    sensor: async (key) => {
      const client = await signIn(simulator.appliance(key).endpoint())
      await client.lease()
      return client
    },
    read: async () => (await console.call('readAppliance')).body as ConsoleRead,
    list: () => listOf(console),
    connectionString: async () =>
      ((await console.call('readConnectionString')).body as { connectionString: string }).connectionString,
  }
}

/** Signs in at the console anew. */
export const consoleOf = (simulator: Simulator): Promise<Client> => signIn(simulator.managementConsole('hq').endpoint())

export const listOf = async (console: Client): Promise<ManagedAppliances> =>
  (await console.call('listAppliances')).body as ManagedAppliances

/** Connects a sensor by writing a connection string. */
export const connect = (client: Client, value: string) =>
  client.call('writeManagementConsole', { body: { enabled: true, connectionString: { value, tag: null } } })

/** The words for the connection of each sensor, by name. */
export const connections = (list: ManagedAppliances): Record<string, string> =>
  Object.fromEntries(
    list.map(({ name, connectionState }) => [
      name,
      typeof connectionState === 'string' ? connectionState : connectionState.id,
    ]),
  )

/** Moves the clock until something holds; contacts between appliances take real handshakes. */
export async function advanceUntil(
  simulator: Simulator,
  seconds: number,
  holds: () => Promise<unknown>,
): Promise<void> {
  await expect
    .poll(
      async () => {
        simulator.advanceClock(seconds)
        return holds()
      },
      { interval: 20, timeout: 8000 },
    )
    .toBe(true)
}

export interface Post {
  headers: IncomingHttpHeaders
  body: unknown
}

/** A webhook that keeps what is posted to it. */
export async function listenHttp(): Promise<{ url: string; posts: Post[] }> {
  const posts: Post[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.once('end', () => {
      posts.push({ headers: request.headers, body: JSON.parse(Buffer.concat(parts).toString()) })
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, posts }
}
