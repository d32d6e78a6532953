import { expect, test } from 'vitest'
import type { DesiredAppliance, Fleet } from '../../schemas/fleet.ts'
import { fleetToSimulatorOptions } from '../../simulator/from-fleet.ts'

const place = { file: 'fleet.yaml', line: 3, column: 1 }
const sensor = (key: string, endpoint: string, settings: DesiredAppliance['settings'] = {}): DesiredAppliance => ({
  kind: 'Sensor',
  key,
  labels: {},
  access: { driver: 'api', endpoint, credentials: 'default', trust: [] },
  settings,
  place,
  origins: new Map(),
})

const azure = { subscriptionId: 'sub-1', location: 'eastus', trust: [] }
const fleet = (sensors: readonly DesiredAppliance[], endpoints: readonly string[] = []): Fleet => ({
  root: '/fleet',
  policy: {},
  credentials: new Map([['default', { username: 'admin', password: { fromEnv: 'PASSWORD' } }]]),
  registrars: new Map(endpoints.map((endpoint, index) => [`cloud-${index + 1}`, { azure: { ...azure, endpoint } }])),
  sites: new Map(),
  managementConsoles: new Map(),
  sensors: new Map(sensors.map((one) => [one.key, one])),
})
const secrets = { passwords: new Map([['default', 'pw']]), tokens: new Map([['cloud-1', 'token-1']]) }
const registration = { registrar: 'cloud-1', site: 'berlin-plant', zone: 'north' }

test('each document becomes a sensor at its endpoint, the azure registrar becomes the cloud with the sites in use', () => {
  const line1 = sensor('line-1', 'https://127.20.1.1:8443', { name: 'berlin-1', registration })
  const line2 = sensor('line-2', 'https://localhost', { network: { proxy: { host: 'proxy.example', port: 3128 } } })
  expect(fleetToSimulatorOptions(fleet([line1, line2], ['https://127.20.0.1:9443']), secrets)).toEqual({
    problems: [],
    options: {
      appliances: [
        { key: 'line-1', address: '127.20.1.1', port: 8443, username: 'admin', password: 'pw' },
        { key: 'line-2', address: '127.0.0.1', port: 443, username: 'admin', password: 'pw' },
      ],
      cloud: {
        address: '127.20.0.1',
        port: 9443,
        subscriptionId: 'sub-1',
        location: 'eastus',
        token: 'token-1',
        sites: ['berlin-plant'],
        registrars: ['cloud-1'],
      },
      surroundings: { proxies: [{ host: 'proxy.example', port: 3128 }] },
    },
  })
})

test('on wish the sensors start out activated as they are declared', () => {
  const line1 = sensor('line-1', 'https://127.20.1.1', { name: 'berlin-1', registration })
  const local = sensor('line-2', 'https://127.20.1.2', {
    name: 'berlin-2',
    registration,
    activation: { mode: 'local' },
  })
  const { options } = fleetToSimulatorOptions(fleet([line1, local]), secrets, { activated: true })
  expect(options.appliances.map(({ activated }) => activated)).toEqual([
    { name: 'berlin-1', mode: 'cloud', site: 'berlin-plant', zone: 'north' },
    { name: 'berlin-2', mode: 'local' },
  ])
})

test('the cloud offers what the documents have packages of, beside the documented path', () => {
  const one = { file: 'package.tar', sha256: 'a'.repeat(64) }
  const software = { version: '24.1.2', packages: { '24.1.2': one, '10.5.5': one, '3.2.0': one } }
  const { options } = fleetToSimulatorOptions(
    fleet([sensor('line-1', 'https://127.20.1.1', { software })], ['https://127.20.0.1:9443']),
    secrets,
  )
  expect(options.cloud?.updates).toEqual([
    { version: '24.1.2', fromVersion: '10.5.5' },
    { version: '22.3.8.91', fromVersion: '10.5.5' },
    { version: '10.5.5', fromVersion: '3.1.1' },
    { version: '3.2.0', fromVersion: '0' },
  ])
})

const hubAt = (name: string) => `/subscriptions/sub-1/resourceGroups/rg/providers/Microsoft.Devices/IotHubs/${name}`

test('registrars of one subscription are one cloud with the hubs and sites of all', () => {
  const registrars = new Map(
    ['hub-a', 'hub-b'].map((hub) => [hub, { azure: { ...azure, endpoint: 'https://127.20.0.1', hub: hubAt(hub) } }]),
  )
  const { options, problems } = fleetToSimulatorOptions(
    {
      ...fleet([sensor('line-1', 'https://127.20.1.1', { registration: { registrar: 'hub-b', site: 'north' } })]),
      registrars,
    },
    { ...secrets, tokens: new Map([...registrars.keys()].map((name) => [name, 'token'])) },
  )
  expect(problems).toEqual([])
  expect(options.cloud).toMatchObject({ hubs: ['hub-a', 'hub-b'], sites: ['north'], registrars: ['hub-a', 'hub-b'] })
})

test('the credentials that only read are users of the sensor too', () => {
  const line1 = sensor('line-1', 'https://127.20.1.1')
  const reading = { ...line1, access: { ...line1.access, readCredentials: 'reader' } }
  const two = fleet([reading])
  const credentials = new Map([...two.credentials, ['reader', { username: 'viewer', password: { fromEnv: 'VIEWER' } }]])
  const passwords = new Map([...secrets.passwords, ['reader', 'view']])
  const { options } = fleetToSimulatorOptions({ ...two, credentials }, { ...secrets, passwords })
  expect(options.appliances.map(({ moreUsers }) => moreUsers)).toEqual([[{ username: 'viewer', password: 'view' }]])
})

test('what is not on this machine, has no secret, or is a second cloud is a problem each', () => {
  const sensors = [sensor('real', 'https://10.20.0.5'), sensor('line-1', 'https://127.20.1.1')]
  const clouds = ['https://management.azure.com', 'https://127.20.0.2']
  const { problems, options } = fleetToSimulatorOptions(fleet(sensors, clouds), {
    passwords: new Map(),
    tokens: new Map(),
  })
  expect(problems.map(({ code, key, field }) => [code, key, field])).toEqual([
    ['SIMULATOR_NOT_LOOPBACK', 'real', 'access.endpoint'],
    ['SIMULATOR_SECRET_MISSING', 'line-1', 'access.credentials'],
    ['SIMULATOR_NOT_LOOPBACK', undefined, 'registrars.cloud-1'],
    ['SIMULATOR_SECRET_MISSING', undefined, 'registrars.cloud-2'],
    ['SIMULATOR_ONE_CLOUD', undefined, undefined],
  ])
  expect(options).toEqual({ appliances: [] })
})
