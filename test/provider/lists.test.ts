/** What `terraform query` finds, by protocol. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startSimulator, type Simulator } from '../../simulator/simulate.ts'
import { askProvider } from './support/asked.ts'

const password = 'canary-Sensor-1!'

const named = (name: string, site: string) => ({ activated: { name, mode: 'cloud' as const, site } })

async function open() {
  const rule = { actions: { a: { netwitness: { host: '10.9.9.9', port: 50005 } } } }
  const user = { port: 0, username: 'admin', password }
  const simulator = await startSimulator({
    appliances: [
      {
        key: 'line-1',
        address: '127.44.5.11',
        ...user,
        ...named('line-1', 'plant'),
        settings: { forwarding: { rules: { ops: rule, soc: rule } } },
      },
      { key: 'line-2', address: '127.44.5.12', ...user, ...named('line-2', 'yard') },
    ],
    cloud: {
      address: '127.44.5.1',
      port: 0,
      subscriptionId: 's',
      location: 'eastus',
      token: 't',
      sites: ['plant', 'yard'],
    },
  })
  const { endpoint = '', pin = '' } = simulator.cloud ?? {}
  const azure = { endpoint, subscription_id: 's', location: 'eastus', token: 't', trust: [{ pin }] }
  const credentials = { default: { username: 'admin', password } }
  const asked = await askProvider({ credentials, registrars: { cloud: { azure } } })
  onTestFinished(async () => {
    await asked[Symbol.asyncDispose]()
    await simulator.stop()
  })
  return { simulator, asked }
}

test('registrations are listed, of all sites or of one, and no more than are asked for', async () => {
  const { asked } = await open()
  const names = async (...args: [Record<string, string>, number?]) =>
    (await asked.list('sensorform_registration', ...args)).map(({ name }) => name).sort()
  expect(await names({ registrar: 'cloud' })).toEqual(['plant/line-1', 'yard/line-2'])
  expect(await names({ registrar: 'cloud' }, 1)).toHaveLength(1)
  expect(await asked.list('sensorform_registration', { registrar: 'cloud', site: 'yard' })).toMatchObject([
    {
      identity: { registrar: 'cloud', name: 'line-2', site: 'yard' },
      resource: { id: 'cloud/yard/line-2', mode: 'cloud', connected: true },
      errors: [],
    },
  ])
  const [refused] = await asked.list('sensorform_registration', { registrar: 'clod' })
  expect(refused?.errors).toEqual([expect.stringContaining('REGISTRAR_UNKNOWN')])
})

test('the forwarding rules of a sensor are listed, and one that does not answer is an error', async () => {
  const { simulator, asked } = await open()
  const [sensor] = simulator.appliances
  const access = { endpoint: sensor?.endpoint, credentials: 'default', trust: [{ pin: sensor?.pin }] }
  const found = await asked.list('sensorform_forwarding_rule', { access })
  expect(found.map(({ name }) => name)).toEqual(['ops', 'soc'])
  expect(found[0]).toMatchObject({
    identity: { endpoint: sensor?.endpoint, credentials: 'default', pin: sensor?.pin, name: 'ops' },
    resource: { id: `${sensor?.serialNumber}/ops`, actions: { a: { netwitness: { host: '10.9.9.9' } } } },
    errors: [],
  })
  await simulator.kill('line-1')
  const lost = await asked.list('sensorform_forwarding_rule', { access })
  expect(lost.map(({ name, errors }) => [name, errors.length])).toEqual([['', 1]])
})

/** Documents of the two sensors of the plant, and of one that does not answer. */
function writeFleet({ appliances }: Simulator): string {
  const folder = mkdtempSync(join(tmpdir(), 'sensorform-listed-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const dead = { key: 'line-3', endpoint: 'https://127.44.5.13:9', pin: appliances[0]?.pin }
  const documents = [...appliances, dead].map(
    ({ key, endpoint, pin }) => `apiVersion: sensorform.io/v1
kind: Sensor
metadata: { name: ${key} }
spec:
  access: { endpoint: "${endpoint}", credentials: default, trust: [{ pin: "${pin}" }] }
  time: { timezone: Europe/Berlin }
`,
  )
  writeFileSync(join(folder, 'fleet.yaml'), [fleetDocument, ...documents].join('---\n'))
  return folder
}

const fleetDocument = `apiVersion: sensorform.io/v1
kind: Fleet
metadata: { name: plant }
spec: { credentials: { default: { username: admin, password: { fromEnv: SENSOR_PASSWORD } } } }
`

test('the sensors of documents are listed, and contacted only where whole states are asked for', async () => {
  const { simulator, asked } = await open()
  const [first] = simulator.appliances
  const paths = [writeFleet(simulator)]
  const before = simulator.requests().length
  const found = await asked.list('sensorform_sensor', { paths }, 100, false)
  expect(found.map(({ name }) => name)).toEqual(['line-1', 'line-2', 'line-3'])
  const identity = { endpoint: first?.endpoint, credentials: 'default', pin: first?.pin }
  expect(found[0]).toEqual({ name: 'line-1', identity, resource: undefined, errors: [] })
  expect(simulator.requests()).toHaveLength(before)
  const whole = await asked.list('sensorform_sensor', { paths })
  expect(whole[0]?.resource).toMatchObject({
    id: first?.serialNumber,
    name: 'line-1',
    access: { endpoint: first?.endpoint },
  })
  expect(whole[2]).toMatchObject({ name: 'line-3', resource: { id: null, time: { timezone: 'Europe/Berlin' } } })
  expect(whole.map(({ errors }) => errors.length)).toEqual([0, 0, 1])
  expect(await asked.list('sensorform_sensor', { paths }, 1)).toHaveLength(1)
})

test('documents with a mistake are told with its place', async () => {
  const { asked, simulator } = await open()
  const folder = writeFleet(simulator)
  writeFileSync(join(folder, 'fleet.yaml'), fleetDocument.replace('kind: Fleet', 'kind: Fleat'))
  const found = await asked.list('sensorform_sensor', { paths: [folder] })
  expect(found.map(({ name, errors }) => [name, errors.length])).toEqual([['', 1]])
  expect(found[0]?.errors[0]).toContain('fleet.yaml:2')
})
