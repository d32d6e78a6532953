/** From a loaded fleet to the simulator that plays it. */
import { skipsStop, stopVersion } from '../formats/software-package.ts'
import { compareVersions } from '../formats/version.ts'
import type { DesiredAppliance, Fleet, LoadedRegistrar } from '../schemas/fleet.ts'
import type { Problem } from '../schemas/problem.ts'
import { documentedUpdates, type OfferedUpdate } from './cloud/packages.ts'
import { isLoopback } from './loopback.ts'
import type {
  SimulatedCloudOptions,
  SimulatedConsoleOptions,
  SimulatedSensorOptions,
  SimulatorOptions,
} from './options.ts'
import type { ReachableProxy } from './world.ts'

export interface FleetSecrets {
  /** Passwords by name of the credentials. */
  passwords: ReadonlyMap<string, string>
  /** Tokens by name of the registrar. */
  tokens: ReadonlyMap<string, string>
}

export interface FleetChoices {
  /** Sensors start out registered and activated as their document declares. Left out: fresh from installation. */
  activated?: boolean
}

/** What to start, and what cannot be simulated: an endpoint that is not on this machine, a password that is missing. */
export function fleetToSimulatorOptions(
  fleet: Fleet,
  secrets: FleetSecrets,
  choices: FleetChoices = {},
): { options: SimulatorOptions; problems: readonly Problem[] } {
  const sensors = [...fleet.sensors.values()]
  const appliances = sensors.map((sensor) => sensorOptions(fleet, sensor, secrets, choices))
  const consoles = [...fleet.managementConsoles.values()].map((console) => consoleOptions(fleet, console, secrets))
  const clouds = [...fleet.registrars].flatMap(([name, registrar]) => cloudOptions(fleet, name, registrar, secrets))
  const [first, ...more] = joinPlaces(clouds)
  const proxies = sensors.flatMap(proxyOf)
  return {
    problems: [...appliances, ...consoles, ...clouds, ...more.map(oneCloudOnly)].filter(isProblem),
    options: {
      appliances: appliances.filter((one): one is SimulatedSensorOptions => !isProblem(one)),
      ...(consoles.length > 0 && {
        managementConsoles: consoles.filter((one): one is SimulatedConsoleOptions => !isProblem(one)),
      }),
      ...(first && !isProblem(first) && { cloud: first }),
      ...(proxies.length > 0 && { surroundings: { proxies } }),
    },
  }
}

const isProblem = (value: object): value is Problem => 'severity' in value

function sensorOptions(
  fleet: Fleet,
  desired: DesiredAppliance,
  secrets: FleetSecrets,
  { activated }: FleetChoices,
): SimulatedSensorOptions | Problem {
  const place = placeAndUser(fleet, desired, secrets)
  return isProblem(place) ? place : { ...place, ...(activated && activationOf(desired.settings)) }
}

/** A console with the zones that the sensors of the fleet are assigned to. */
function consoleOptions(
  fleet: Fleet,
  desired: DesiredAppliance,
  secrets: FleetSecrets,
): SimulatedConsoleOptions | Problem {
  const place = placeAndUser(fleet, desired, secrets)
  if (isProblem(place)) return place
  const zones = [...fleet.sensors.values()].flatMap(({ settings: { managementConsole: connection } }) =>
    connection?.console === desired.key && connection.zone !== undefined ? [connection.zone] : [],
  )
  return { ...place, sites: [{ name: fleet.name ?? 'plant', zones: [...new Set(zones)] }] }
}

/** What simulating either kind of appliance needs of its document. */
function placeAndUser(fleet: Fleet, { key, access, place }: DesiredAppliance, { passwords }: FleetSecrets) {
  const subject = { severity: 'error', key, at: place } as const
  const where = placeOf(access.endpoint)
  if (!where) return { ...subject, field: 'access.endpoint', ...notLoopback(access.endpoint) }
  const user = userOf(fleet, passwords, access.credentials)
  if (!user) {
    return { ...subject, field: 'access.credentials', ...secretMissing(`the credentials ${access.credentials}`) }
  }
  const reader = userOf(fleet, passwords, access.readCredentials)
  return {
    key,
    ...where,
    ...user,
    ...(reader && { moreUsers: [reader] }),
    ...(access.identity !== undefined && { serialNumber: access.identity }),
  }
}

/** The user of an entry of the credentials, if its password is there. */
function userOf(
  { credentials }: Fleet,
  passwords: FleetSecrets['passwords'],
  name = '',
): { username: string; password: string } | undefined {
  const username = credentials.get(name)?.username
  const password = passwords.get(name)
  return username === undefined || password === undefined ? undefined : { username, password }
}

function activationOf({
  name,
  activation,
  registration: { site, zone } = {},
}: DesiredAppliance['settings']): Pick<SimulatedSensorOptions, 'activated'> {
  if (name === undefined) return {}
  if (activation?.mode === 'local') return { activated: { name, mode: 'local' } }
  return { activated: { name, mode: 'cloud', ...(site && { site }), ...(zone && { zone }) } }
}

function cloudOptions(
  fleet: Fleet,
  registrar: string,
  loaded: LoadedRegistrar,
  { tokens }: FleetSecrets,
): CloudOrProblem[] {
  if (!('azure' in loaded)) return []
  const { endpoint, subscriptionId, location, hub } = loaded.azure
  const hubs = hub === undefined ? {} : { hubs: [hub.split('/').at(-1) ?? ''] }
  const where = placeOf(endpoint)
  const field = `registrars.${registrar}`
  if (!where) return [{ severity: 'error', field, ...notLoopback(endpoint) }]
  const token = tokens.get(registrar)
  if (token === undefined) return [{ severity: 'error', field, ...secretMissing(`the registrar ${registrar}`) }]
  const registrations = [...fleet.sensors.values()].map(({ settings }) => settings.registration)
  const sites = registrations.flatMap((one) => (one?.registrar === registrar && one.site ? [one.site] : []))
  return [
    {
      ...where,
      subscriptionId,
      location,
      token,
      sites: [...new Set(sites)],
      ...hubs,
      ...updatesOf(fleet),
      registrars: [registrar],
    },
  ]
}

type CloudOrProblem = SimulatedCloudOptions | Problem

/** Registrars of one subscription, such as those of two IoT hubs, are one cloud. */
const joinPlaces = (clouds: readonly CloudOrProblem[]): CloudOrProblem[] =>
  [...Map.groupBy(clouds, placeKey).values()].map((group) => group.reduce(joinClouds))

const placeKey = (one: CloudOrProblem): unknown =>
  isProblem(one) ? one : JSON.stringify([one.address, one.port, one.subscriptionId, one.location, one.token])

function joinClouds(one: CloudOrProblem, other: CloudOrProblem): CloudOrProblem {
  if (isProblem(one) || isProblem(other)) return one
  const both = (key: 'sites' | 'hubs' | 'registrars') => [...new Set([one, other].flatMap((cloud) => cloud[key] ?? []))]
  return { ...one, sites: both('sites'), hubs: both('hubs'), registrars: both('registrars') }
}

/** The documented path, and whatever the documents have a package of: it was downloaded from this cloud. */
function updatesOf({ sensors }: Fleet): { updates?: OfferedUpdate[] } {
  const packaged = [...sensors.values()].flatMap(({ settings }) => Object.keys(settings.software?.packages ?? {}))
  const others = [...new Set(packaged)].filter(
    (version) => !documentedUpdates.some((update) => compareVersions(update.version, version) === 0),
  )
  if (others.length === 0) return {}
  const added = others.map((version) => ({ version, fromVersion: skipsStop('0', version) ? stopVersion : '0' }))
  const updates = [...documentedUpdates, ...added].toSorted((one, other) => compareVersions(other.version, one.version))
  return { updates }
}

function placeOf(endpoint: string): { address: string; port: number } | undefined {
  const { hostname, port } = new URL(endpoint)
  const address = hostname === 'localhost' ? '127.0.0.1' : hostname
  return isLoopback(address) ? { address, port: port === '' ? 443 : Number(port) } : undefined
}

const notLoopback = (endpoint: string) => ({
  code: 'SIMULATOR_NOT_LOOPBACK',
  summary: `${endpoint} is not an address of this machine, so that nothing can be simulated there`,
  hint: 'Give the documents an endpoint such as https://127.20.1.1:8443 for the simulation.',
})

const secretMissing = (whose: string) => ({
  code: 'SIMULATOR_SECRET_MISSING',
  summary: `the secret of ${whose} is not there, so that nobody could sign in`,
  hint: 'Set the environment variable, or write the file, that the Fleet document refers to.',
})

const oneCloudOnly = (): Problem => ({
  severity: 'error',
  code: 'SIMULATOR_ONE_CLOUD',
  summary: 'the azure registrars are of more than one place, but the simulator plays one cloud',
  hint: 'Simulate documents whose azure registrars have one endpoint, subscription, location and token.',
})

function proxyOf({ settings }: DesiredAppliance): ReachableProxy[] {
  const { host, port, enabled } = settings.network?.proxy ?? {}
  return host === undefined || enabled === false ? [] : [{ host, ...(port !== undefined && { port }) }]
}
