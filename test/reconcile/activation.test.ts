// Activation against simulated sensors and a simulated cloud: another mode and back, files that expire, and every
// documented failure with its remedy. Addresses: 127.20.158.x.
import { describe, expect, onTestFinished, test } from 'vitest'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import type { SimulatedSensorOptions } from '../../simulator/options.ts'
import type { Surroundings } from '../../simulator/world.ts'
import { openSimulated } from '../support/simulated-fleet.ts'

let host = 0
async function open(sensor: Partial<SimulatedSensorOptions> = {}, surroundings: Surroundings = {}) {
  const fleet = await openSimulated({
    addresses: [`127.20.158.${++host}`],
    cloudAddress: '127.20.158.250',
    cloud: { statusLagMs: 0 },
    sensor,
    surroundings,
  })
  onTestFinished(() => fleet.close())
  return fleet
}

const declared = (mode: 'cloud' | 'local', more: DesiredSettings['activation'] = {}): DesiredSettings => ({
  name: 'line-1',
  registration: { registrar: 'cloud', ...(mode === 'cloud' && { site: 'plant' }) },
  activation: { mode, ...more },
})
const locally = { activated: { name: 'line-1', mode: 'local' } } as const
const dayS = 86_400

const cloudWrites = ({ simulator }: Awaited<ReturnType<typeof open>>, since = 0) =>
  simulator
    .requests(since)
    .filter(({ appliance, method }) => appliance === '(cloud)' && method !== 'GET')
    .map(({ operation }) => operation)

test('another mode is a re-activation, there and back, and leaves one record', async () => {
  const fleet = await open()
  for (const mode of ['local', 'cloud', 'local'] as const) {
    const since = fleet.simulator.requests().at(-1)?.sequence ?? 0
    const { sensor, outcome } = await fleet.converge(declared(mode))
    expect([sensor.changes.map(({ path }) => path), outcome.problems, outcome.status]).toEqual([
      ['activation.mode'],
      [],
      'done',
    ])
    const [from, to] = mode === 'local' ? ['SiteSensors', 'OnPremiseSensors'] : ['OnPremiseSensors', 'SiteSensors']
    expect(cloudWrites(fleet, since).filter((id) => !id?.endsWith('CreateOrUpdate'))).toEqual([
      `${from}_Delete`,
      `${to}_DownloadActivation`,
    ])
    const { activation } = fleet.simulator.appliance('line-1').state
    expect([activation?.mode, activation?.expiresAt === null]).toEqual([mode, mode === 'cloud'])
    expect((await fleet.converge(declared(mode))).sensor).toMatchObject({ status: 'inSync', changes: [], steps: [] })
  }
})

describe('the activation file of a locally managed sensor', () => {
  test('is warned of from one month before it expires, in the words of the console', async () => {
    const { advance, converge } = await open(locally)
    expect((await converge(declared('local'))).sensor).toMatchObject({ status: 'inSync', problems: [] })
    advance(336 * dayS)
    const { sensor } = await converge(declared('local'))
    expect(sensor).toMatchObject({ status: 'expiring', changes: [], steps: [] })
    expect(sensor.problems).toMatchObject([
      {
        severity: 'warning',
        code: 'ACTIVATION_EXPIRING',
        summary: expect.stringMatching(
          /^The activation file expires at \S+; the sensor will work on\. System message of the console: "The activation expires on \d{4}-\d\d-\d\d\."$/,
        ),
        hint: 'Declare activation.minRemaining: 30d to have it renewed.',
      },
    ])
  })

  test('is renewed by one more download, and nothing is deleted or registered', async () => {
    const fleet = await open(locally)
    fleet.advance(336 * dayS)
    const before = fleet.simulator.appliance('line-1').state.activation?.expiresAt ?? ''
    const since = fleet.simulator.requests().at(-1)?.sequence ?? 0
    const { sensor, outcome } = await fleet.converge(declared('local', { minRemaining: '30d' }))
    expect(sensor.changes).toMatchObject([{ path: 'activation.expiresAt', cause: 'time' }])
    expect(outcome).toMatchObject({ status: 'done', problems: [] })
    expect(cloudWrites(fleet, since)).toEqual(['OnPremiseSensors_DownloadActivation'])
    expect((fleet.simulator.appliance('line-1').state.activation?.expiresAt ?? '') > before).toBe(true)
    const after = await fleet.converge(declared('local', { minRemaining: '30d' }))
    expect(after.sensor).toMatchObject({ status: 'inSync', changes: [], problems: [] })
  })

  test('that has expired lets the sensor work on, is told, and is renewed', async () => {
    const fleet = await open(locally)
    fleet.advance(400 * dayS)
    const tokyo: DesiredSettings = { time: { timezone: 'Asia/Tokyo' }, activation: { mode: 'local' } }
    const { outcome, sensor } = await fleet.converge(tokyo)
    expect(outcome).toMatchObject({ status: 'done' })
    expect(sensor.problems).toMatchObject([
      { code: 'ACTIVATION_EXPIRING', summary: expect.stringContaining('works on') },
    ])
    expect((await fleet.converge(declared('local'))).outcome).toMatchObject({ status: 'done' })
    expect((await fleet.converge(declared('local'))).sensor.status).toBe('inSync')
  })
})

const proxied = { network: { proxy: { enabled: true, host: '10.1.0.3', port: 8080 } } } as const
const renamed: DesiredSettings = { ...declared('cloud'), name: 'another' }

describe('the way to the cloud', () => {
  test.each<[string, Partial<SimulatedSensorOptions>, Surroundings, string, RegExp]>([
    [
      'no name resolution',
      { settings: { network: { dns: ['10.1.0.9'] } } },
      { dnsServers: ['10.1.0.53'] },
      'Name resolution of the cloud endpoints failed.',
      /^Set network\.dns to a server that knows the names of the cloud/,
    ],
    [
      'no direct way, and no proxy',
      {},
      { direct: false },
      'The cloud endpoints do not answer; a proxy may be needed.',
      /^Open \*\.azure-devices\.net:443 in firewall and proxy; .* set network\.proxy\.$/,
    ],
    [
      'a proxy that is not there',
      { settings: proxied },
      { proxies: [{ host: '10.1.0.4' }] },
      'The proxy 10.1.0.3:8080 does not answer.',
      /^See that network\.proxy names the right host and port, .*\*\.azure-devices\.net:443/,
    ],
    [
      'a proxy that asks who it is',
      { settings: proxied },
      { proxies: [{ host: '10.1.0.3', username: 'sensor', password: 'x' }] },
      'The proxy needs authentication, or its credentials are wrong.',
      /^Set network\.proxy\.username and network\.proxy\.password/,
    ],
    [
      'TLS inspection',
      {},
      { inspected: true },
      'The certificate of the cloud endpoints is not that of the cloud.',
      /exempt \*\.azure-devices\.net:443 from TLS inspection/,
    ],
  ])('%s: nothing is deleted, and the remedy is told', async (_, sensor, surroundings, detail, hint) => {
    const fleet = await open(sensor, surroundings)
    const { sensor: plan } = await fleet.converge(renamed)
    expect(plan.steps).toEqual([])
    expect(plan.problems).toMatchObject([
      { code: 'CLOUD_UNREACHABLE', summary: expect.stringContaining(`(${detail})`), hint: expect.stringMatching(hint) },
    ])
    expect(cloudWrites(fleet)).toEqual([])
  })

  test('that is cut between the look and the upload is told with its remedy, and the next run goes on', async () => {
    const fleet = await open()
    fleet.simulator.addFault({ kind: 'cloudUnreachable', appliance: 'line-1', operation: 'cloudConnect', count: 1 })
    const { outcome } = await fleet.converge(renamed)
    expect(outcome.problems).toMatchObject([
      {
        code: 'ACTIVATION_NO_CLOUD',
        hint: expect.stringMatching(/^Open \*\.azure-devices\.net:443.* goes on from here\.$/),
      },
    ])
    expect((await fleet.converge(renamed)).outcome).toMatchObject({ status: 'done' })
    expect((await fleet.converge(renamed)).sensor).toMatchObject({ status: 'inSync' })
  })
})

const reject = (count: number) => ({ kind: 'cloudRefusesActivation', operation: 'cloudConnect', count }) as const
const downloads = (fleet: Awaited<ReturnType<typeof open>>) =>
  cloudWrites(fleet).filter((id) => id === 'SiteSensors_DownloadActivation')

describe('a file that is valid but rejected', () => {
  test('is replaced by another download once', async () => {
    const fleet = await open()
    fleet.simulator.addFault(reject(1))
    expect((await fleet.converge(renamed)).outcome).toMatchObject({ status: 'done', problems: [] })
    expect(downloads(fleet)).toHaveLength(2)
  })

  test('twice, is for Microsoft Support; the next run goes on', async () => {
    const fleet = await open()
    fleet.simulator.addFault(reject(2))
    const { outcome } = await fleet.converge(renamed)
    expect(outcome.problems).toMatchObject([
      { code: 'ACTIVATION_REJECTED', hint: expect.stringContaining('contact Microsoft Support') },
    ])
    expect(downloads(fleet)).toHaveLength(2)
    expect((await fleet.converge(renamed)).outcome).toMatchObject({ status: 'done' })
  })
})
