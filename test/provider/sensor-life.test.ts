/** Who keeps a sensor, where it is registered and connected, and what becomes of it: with the real terraform. */
import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { serveForDebugging, type Attachable } from '../../provider/debug.ts'
import { sensorformProvider } from '../../provider/sensorform/provider.ts'
import { cloudKey } from '../../simulator/faults.ts'
import { startSimulator, type Simulator } from '../../simulator/simulate.ts'
import { source, writeConfiguration, type Config } from './support/checklist.ts'
import { hasTerraform, openWorkspace, type Workspace } from './support/terraform.ts'

const password = 'canary-Sensor-1!'
const token = 'canary-cloud-token'
const signIn = { username: 'admin', password }

const start = (): Promise<Simulator> =>
  startSimulator({
    appliances: [
      {
        key: 'line-1',
        address: '127.44.3.11',
        port: 0,
        ...signIn,
        activated: { name: 'line-1', mode: 'cloud', site: 'plant' },
      },
      { key: 'line-2', address: '127.44.3.12', port: 0, ...signIn },
    ],
    managementConsoles: [
      {
        key: 'hq',
        address: '127.44.3.9',
        port: 0,
        ...signIn,
        sites: [{ name: 'Plant', zones: ['Assembly', 'Packaging'] }],
      },
    ],
    cloud: { address: '127.44.3.1', port: 0, subscriptionId: 's', location: 'eastus', token, sites: ['plant', 'yard'] },
    tuning: { requestsPerSecond: 10_000 },
  })

/* Each is a dozen of Terraform's processes. */
const errorsOf = (stderr: string): string[] => [...stderr.matchAll(/Error: (.*)/g)].map(([, text]) => text ?? '')
/** As `sensorform trust` writes it for the provider: by host and port. */
const pinsOf = ({ appliances }: Simulator): object =>
  Object.fromEntries(
    appliances.map(({ endpoint, pin, serialNumber }) => [
      new URL(endpoint).host,
      { pins: [pin], identity: serialNumber },
    ]),
  )

const proxy = (version: number): Config => ({
  host: 'p.example',
  port: 8080,
  username: 'u',
  password_wo: `canary-proxy-${version}`,
  password_wo_version: version,
})

describe.runIf(hasTerraform())('with terraform', { timeout: 120_000 }, () => {
  let simulator: Simulator
  let attachable: Attachable
  let workspace: Workspace

  beforeAll(async () => {
    attachable = await serveForDebugging(sensorformProvider, { source, env: {}, log: () => {} })
  })
  afterAll(async () => attachable.close())

  beforeEach(async () => {
    simulator = await start()
    workspace = openWorkspace({ TF_REATTACH_PROVIDERS: attachable.reattach })
    return async () => {
      vi.unstubAllEnvs()
      await workspace[Symbol.asyncDispose]()
      await simulator.stop()
    }
  })

  const listed = (key: string) => {
    const found = simulator.appliances.find((one) => one.key === key)
    if (!found) throw new TypeError(`there is no ${key}`)
    return found
  }
  const access = (key: string): Config => ({
    endpoint: listed(key).endpoint,
    credentials: 'default',
    trust: [{ pin: listed(key).pin }],
  })
  const provider = (): Config => {
    const { endpoint, pin } = simulator.cloud ?? {}
    const azure = { endpoint, subscription_id: 's', location: 'eastus', token, trust: [{ pin }] }
    return {
      credentials: { default: signIn },
      registrars: { cloud: { azure } },
      management_consoles: { hq: access('hq') },
    }
  }
  const declare = (resources: Readonly<Record<string, Config>>, others: Config = {}): void =>
    writeConfiguration(workspace.folder, {
      provider: provider(),
      ...(Object.keys(resources).length > 0 && { resource: { sensorform_sensor: resources } }),
      ...(others as Record<string, Config>),
    })
  const expectEmpty = async (): Promise<void> => {
    for (const args of [['-refresh=false'], []]) {
      const { code, actions, stdout } = await workspace.plan(...args)
      expect({ code, actions }, stdout).toEqual({ code: 0, actions: {} })
    }
  }
  async function applied(resources: Readonly<Record<string, Config>>): Promise<void> {
    declare(resources)
    expect(await workspace.apply()).toMatchObject({ code: 0, stderr: '' })
    await expectEmpty()
  }
  const records = (): string[] => (simulator.cloud?.records() ?? []).map(({ name }) => name)
  const owner = (key: string) => simulator.appliance(key).state.owner
  const registered = (key: string, name = key): Config => ({
    access: access(key),
    name,
    registration: { registrar: 'cloud', site: 'plant' },
  })

  test('a sensor is connected to a console of the provider block, and assigned to a zone', async () => {
    const connected = (zone: string): Config => ({
      access: access('line-1'),
      management_console: { console: 'hq', zone },
    })
    await applied({ one: connected('Assembly') })
    const identity = listed('line-1').serialNumber
    const zoneOf = () => {
      const { sensors, sites } = simulator.managementConsole('hq').state
      const { zoneId } = sensors.find(({ uid }) => uid === identity) ?? {}
      return sites.flatMap(({ zones }) => zones).find(({ id }) => id === zoneId)?.name
    }
    expect(zoneOf()).toBe('Assembly')
    declare({ one: connected('Packaging') })
    expect((await workspace.plan()).actions).toEqual({ 'sensorform_sensor.one': 'update' })
    await applied({ one: connected('Packaging') })
    expect(zoneOf()).toBe('Packaging')
    declare({ one: { access: access('line-1'), management_console: { console: 'hp', zone: 'Assembly' } } })
    const { code, stderr } = await workspace.plan()
    expect({ code, errors: errorsOf(stderr) }).toEqual({ code: 1, errors: ['There is no management console hp'] })
    expect(stderr).toContain('Did you mean hq?')
  })

  test('a resource stands for one sensor: another one at another endpoint is told by plan, and left alone', async () => {
    await applied({ one: { access: access('line-1'), time: { timezone: 'Europe/Paris' } } })
    writeFileSync(join(workspace.folder, 'pins.json'), JSON.stringify(pinsOf(simulator)))
    const pinFile = join(workspace.folder, 'pins.json')
    const [one, other] = [listed('line-1'), listed('line-2')]
    const moved = { access: { endpoint: other.endpoint }, time: { timezone: 'Europe/Rome' } }
    const resource = { sensorform_sensor: { one: moved } }
    writeConfiguration(workspace.folder, { provider: { ...provider(), pin_file: pinFile }, resource })
    const { code, stderr } = await workspace.plan()
    const told = `This resource stands for ${one.serialNumber}, and the appliance that answers is ${other.serialNumber}`
    expect({ code, errors: errorsOf(stderr) }).toEqual({ code: 1, errors: [told] })
    expect(owner('line-2')).toBe(null)
  })

  test('an import by id or by identity needs no more than the provider block lacks', async () => {
    const state = { access: { endpoint: listed('line-2').endpoint } }
    const { serialNumber, pin, endpoint } = listed('line-2')
    const pins = join(workspace.folder, 'pins.json')
    writeFileSync(pins, JSON.stringify({ [new URL(endpoint).host]: { pins: [pin], identity: serialNumber } }))
    vi.stubEnv('SENSORFORM_PIN_FILE', pins)
    const imports = async (how: Config) => {
      declare({ one: state }, { import: [{ to: 'sensorform_sensor.one', ...how }] })
      const ran = await workspace.apply()
      expect(ran).toMatchObject({ code: 0, stderr: '' })
      expect((await workspace.state())['sensorform_sensor.one']).toMatchObject({ id: serialNumber })
      await workspace.run('state', 'rm', 'sensorform_sensor.one')
    }
    await imports({ id: endpoint })
    await imports({ id: `${endpoint},default` })
    vi.unstubAllEnvs()
    declare({ one: state }, { import: [{ to: 'sensorform_sensor.one', id: endpoint }] })
    const refused = await workspace.plan()
    expect(errorsOf(refused.stderr)).toEqual(['The id does not say whom to trust'])
  })

  test('the sensor carries the owner, and two resources for it are refused', async () => {
    await applied({ one: { access: access('line-2') } })
    const first = owner('line-2')
    expect(first).toMatch(/^[0-9a-f-]{36}$/)
    declare({ one: { access: access('line-2') }, two: { access: access('line-2') } })
    const { code, stderr } = await workspace.plan()
    expect({ code, errors: errorsOf(stderr) }).toEqual({ code: 1, errors: ['Two resources are for one appliance'] })
    expect(owner('line-2')).toBe(first)
  })

  test('a state that another one has taken the sensor from does nothing more to it', async () => {
    await applied({ one: { access: access('line-2'), time: { timezone: 'Europe/Berlin' } } })
    const second = openWorkspace({ TF_REATTACH_PROVIDERS: attachable.reattach })
    writeConfiguration(second.folder, {
      provider: provider(),
      resource: { sensorform_sensor: { other: { access: access('line-2'), time: { timezone: 'Europe/Paris' } } } },
    })
    expect(await second.apply()).toMatchObject({ code: 0, stderr: '' })
    await second[Symbol.asyncDispose]()
    const { code, stderr } = await workspace.apply()
    expect({ code, errors: errorsOf(stderr) }).toEqual({
      code: 1,
      errors: ['Another resource has adopted this appliance since'],
    })
    expect(simulator.appliance('line-2').state.settings.time.timezone).toBe('Europe/Paris')
    declare({})
    expect(await workspace.apply()).toMatchObject({ code: 0 })
  })

  test('destroying leaves the sensor registered, or unregisters it', async () => {
    await applied({ one: registered('line-1') })
    expect(await workspace.apply('-destroy')).toMatchObject({ code: 0, stderr: '' })
    expect(records()).toEqual(['line-1'])
    await applied({ one: { ...registered('line-1'), on_destroy: 'unregister' } })
    const destroyed = await workspace.apply('-destroy')
    expect(destroyed).toMatchObject({ code: 0, stderr: '' })
    expect(records()).toEqual([])
    expect(owner('line-1')).toBeNull()
  })

  test('a sensor that is destroyed and created in one run stays registered', async () => {
    const one = { ...registered('line-1'), on_destroy: 'unregister' }
    await applied({ one })
    const { recordId } = simulator.cloud?.records()[0] ?? {}
    const replaced = await workspace.apply('-replace=sensorform_sensor.one')
    expect(replaced).toMatchObject({ code: 0, stderr: '' })
    expect(replaced.stdout).toContain('1 added, 0 changed, 1 destroyed')
    expect(records()).toEqual(['line-1'])
    declare({ one: { ...one, lifecycle: { create_before_destroy: true } } })
    expect(await workspace.apply('-replace=sensorform_sensor.one')).toMatchObject({ code: 0, stderr: '' })
    expect(records()).toEqual(['line-1'])
    expect(simulator.cloud?.records()).toMatchObject([{ recordId }])
    declare({ renamed: one })
    const refused = await workspace.plan()
    expect({ code: refused.code, errors: errorsOf(refused.stderr) }).toEqual({
      code: 1,
      errors: ['The same appliance is unregistered under one address and adopted under another'],
    })
    declare(
      { renamed: one },
      {
        moved: [{ from: 'sensorform_sensor.one', to: 'sensorform_sensor.renamed' }],
      },
    )
    expect(await workspace.apply()).toMatchObject({ code: 0, stderr: '' })
    await expectEmpty()
    expect(records()).toEqual(['line-1'])
  })

  test('a renamed address without moved adopts the sensor anew where it is left alone', async () => {
    await applied({ one: registered('line-1') })
    const before = owner('line-1')
    await applied({ renamed: registered('line-1') })
    expect(owner('line-1')).not.toBe(before)
    expect(records()).toEqual(['line-1'])
  })

  test('a dead sensor is destroyed, and its registration is said to stay', async () => {
    await applied({ one: { ...registered('line-1'), on_destroy: 'unregister' } })
    await simulator.kill('line-1')
    const { code, stdout } = await workspace.apply('-destroy', '-refresh=false')
    expect(code).toBe(0)
    expect(stdout).toContain('The sensor stays registered')
    expect(records()).toEqual(['line-1'])
  })

  test('a secret that was changed on the sensor is drift, where there is a fingerprint key', async () => {
    vi.stubEnv('SENSORFORM_FINGERPRINT_KEY', 'k'.repeat(40))
    const one = { access: access('line-2'), network: { proxy: proxy(1) } }
    await applied({ one })
    await simulator
      .appliance('line-2')
      .changeInConsole('eve', 'network', { proxy: { password: { value: 'else', tag: null } } })
    const { actions, plan } = await workspace.plan()
    expect(actions).toEqual({ 'sensorform_sensor.one': 'update' })
    expect(plan.resource_changes?.[0]?.change).toMatchObject({ after_unknown: { in_sync: true } })
    await applied({ one })
    vi.stubEnv('PROXY_SECRET', 'canary-from-env')
    const { password_wo: _, password_wo_version: __, ...rest } = proxy(1)
    const fromEnv = { access: access('line-2'), network: { proxy: { ...rest, password_from_env: 'PROXY_SECRET' } } }
    await applied({ one: fromEnv })
    vi.stubEnv('PROXY_SECRET', 'canary-other')
    expect((await workspace.plan()).actions).toEqual({ 'sensorform_sensor.one': 'update' })
    await applied({ one: fromEnv })
  })

  test('a rename says that it re-activates, what that disrupts, and from where there is no way back', async () => {
    await applied({ one: registered('line-1') })
    declare({ one: registered('line-1', 'line-one') })
    const { actions, stdout } = await workspace.plan()
    expect(actions).toEqual({ 'sensorform_sensor.one': 'update' })
    const told = stdout.replaceAll(/[\s│╷╵]+/g, ' ')
    expect(told).toMatch(/Warning: Apply will .*line-one/)
    expect(told).toContain('Disrupts: ')
    expect(told).toContain('Point of no return: ')
    await applied({ one: registered('line-1', 'line-one') })
    expect(records()).toEqual(['line-one'])
  })

  test.each(['cloud', 'local'])('a site is kept where no record tells one: %s', async (mode) => {
    const one = { ...registered('line-2'), activation: { mode } }
    await applied({ one })
    simulator.addFault({ kind: 'status', status: 403, appliance: cloudKey })
    expect(await workspace.plan()).toMatchObject({ code: 0, actions: {} })
    expect(await workspace.apply('-refresh-only')).toMatchObject({ code: 0, stderr: '' })
    expect((await workspace.state())['sensorform_sensor.one']).toMatchObject({ registration: { site: 'plant' } })
  })

  test.each([
    ['once the record is deleted', 0],
    ['six requests later', 6],
  ])('Ctrl-C in the middle of a re-activation, %s, loses nothing: the next apply ends it', async (_, later) => {
    await applied({ one: registered('line-1') })
    declare({ one: registered('line-1', 'line-one') })
    const since = simulator.requests().at(-1)?.sequence ?? 0
    const isUnderWay = () => {
      const requests = simulator.requests(since)
      const deletion = requests.findIndex(({ method }) => method === 'DELETE')
      return deletion !== -1 && requests.length > deletion + later
    }
    await workspace.interrupted(isUnderWay, 'apply', '-auto-approve', '-input=false')
    const resumed = await workspace.apply()
    expect({ code: resumed.code, errors: errorsOf(resumed.stderr) }, resumed.stderr).toEqual({ code: 0, errors: [] })
    await expectEmpty()
    expect(records()).toEqual(['line-one'])
    expect(simulator.appliance('line-1').state.activation).toMatchObject({ name: 'line-one' })
  })

  test('a move plans in place, says what it disrupts, and is found again', async () => {
    await applied({ one: { access: access('line-2') } })
    const before = access('line-2')
    const moved = { access: before, network: { address: '127.44.3.13' } }
    declare({ one: moved })
    const { actions, stdout } = await workspace.plan()
    expect(actions).toEqual({ 'sensorform_sensor.one': 'update' })
    expect(stdout).toContain('Disrupts: ')
    await applied({ one: moved })
    expect(listed('line-2').endpoint).toContain('127.44.3.13')
    await applied({ one: { ...moved, access: access('line-2') } })
  })
})
