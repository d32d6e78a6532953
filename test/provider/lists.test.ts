/** What `terraform query` finds, by protocol. */
import { expect, onTestFinished, test } from 'vitest'
import { startSimulator } from '../../simulator/simulate.ts'
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
