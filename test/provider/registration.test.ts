/** `sensorform_registration` with the real terraform on a simulated cloud. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { serveForDebugging, type Attachable } from '../../provider/debug.ts'
import { sensorformProvider } from '../../provider/sensorform/provider.ts'
import type { Placement } from '../../reconcile/registrar.ts'
import { createAzureRegistrar } from '../../registrars/azure/registrar.ts'
import { startSimulator, type Simulator } from '../../simulator/simulate.ts'
import { systemClock } from '../../transport/system-clock.ts'
import { checkResource, source, writeConfiguration, type Config, type Scene } from './support/checklist.ts'
import { hasTerraform, openWorkspace, type Workspace } from './support/terraform.ts'

const password = 'canary-Sensor-1!'
const token = 'canary-cloud-token'
const own = { name: 'line-1', site: 'plant' }

/** A cloud with the sensor line-9 connected to it. */
async function start(): Promise<Scene> {
  const simulator = await startSimulator({
    appliances: [
      {
        key: 'line-9',
        address: '127.44.2.11',
        port: 0,
        username: 'admin',
        password,
        activated: { name: 'line-9', mode: 'cloud', site: 'plant' },
      },
    ],
    cloud: { address: '127.44.2.1', port: 0, subscriptionId: 's', location: 'eastus', token, sites: ['plant', 'yard'] },
    tuning: { requestsPerSecond: 10_000 },
  })
  const { endpoint, pin } = cloudOf(simulator)
  const azure = { endpoint, subscription_id: 's', location: 'eastus', token, trust: [{ pin }] }
  return {
    simulator,
    provider: { registrars: { cloud: { azure } }, credentials: { default: { username: 'admin', password } } },
    base: { registrar: 'cloud' },
    importId: 'cloud/plant/line-1',
    importIdentity: { registrar: 'cloud', name: 'line-1', site: 'plant' },
  }
}

function cloudOf({ cloud }: Simulator) {
  if (!cloud) throw new TypeError('there is no cloud')
  return cloud
}

const recordOf = (simulator: Simulator, name: string) =>
  cloudOf(simulator)
    .records()
    .find((one) => one.name === name)

/** Somebody in the portal. */
async function inPortal(
  simulator: Simulator,
  work: (registrar: ReturnType<typeof createAzureRegistrar>) => Promise<unknown>,
) {
  const { endpoint, pin } = cloudOf(simulator)
  const config = { endpoint, subscriptionId: 's', location: 'eastus', token: { fromEnv: 'T' }, trust: [{ pin }] }
  const registrar = createAzureRegistrar('portal', config, { clock: systemClock, readSecret: async () => token })
  await work(registrar)
  await registrar.close?.()
}
const registered = async (simulator: Simulator, name: string, placement: Placement): Promise<void> =>
  inPortal(simulator, (registrar) => registrar.register(name, placement))

checkResource({
  type: 'sensorform_registration',
  start,
  minimal: own,
  updates: {
    'zone and updates': { ...own, zone: 'cell-1', ti_automatic_updates: true, mode: 'cloud', adopt_existing: true },
    others: { ...own, zone: 'cell-2', ti_automatic_updates: false },
  },
  replacing: { name: 'line-2', site: 'yard', mode: 'local' },
  apart: { registrar: 'the scene has one' },
  drift: async (simulator) => registered(simulator, 'line-1', { mode: 'cloud', site: 'plant', zone: 'moved' }),
  remove: async (simulator) =>
    inPortal(simulator, (registrar) =>
      registrar.deregister({ name: 'line-1', mode: 'cloud', site: 'plant', connected: false }),
    ),
  isGone: (simulator) => recordOf(simulator, 'line-1') === undefined && recordOf(simulator, 'line-9') !== undefined,
  open: (text) => ({ zone: text }),
  openText: 'cell-3',
  fault: { kind: 'status', status: 403, method: 'PUT', appliance: '(cloud)' },
  mistakes: [{ config: { name: 'line 1' }, told: 'may hold letters, digits' }],
})

describe.runIf(hasTerraform())('a registration', { timeout: 120_000 }, () => {
  let attachable: Attachable
  let scene: Scene
  let workspace: Workspace
  beforeAll(async () => {
    attachable = await serveForDebugging(sensorformProvider, { source, env: {}, log: () => {} })
  })
  afterAll(async () => attachable.close())
  beforeEach(async () => {
    scene = await start()
    workspace = openWorkspace({ TF_REATTACH_PROVIDERS: attachable.reattach })
    return async () => {
      await workspace[Symbol.asyncDispose]()
      await scene.simulator.stop()
    }
  })
  const declare = (config: Config, others: Config = {}): void =>
    writeConfiguration(workspace.folder, {
      provider: scene.provider,
      resource: { sensorform_registration: { one: { registrar: 'cloud', ...config } }, ...others },
    })
  const refused = async (code: string, ...args: string[]): Promise<void> => {
    const { code: exit, stderr } = await workspace.apply(...args)
    expect({ exit, errors: stderr.match(/Error: /g)?.length }, stderr).toEqual({ exit: 1, errors: 1 })
    expect(stderr).toContain(code)
  }

  test('that somebody else made is taken over only when told to', async () => {
    await registered(scene.simulator, 'line-1', { mode: 'cloud', site: 'plant', zone: 'cell-7' })
    declare(own)
    await refused('RECORD_NOT_OURS')
    expect(recordOf(scene.simulator, 'line-1')?.zone).toBe('cell-7')
    declare({ ...own, adopt_existing: true })
    expect(await workspace.apply()).toMatchObject({ code: 0, stderr: '' })
    expect((await workspace.state())['sensorform_registration.one']).toMatchObject({ zone: 'cell-7' })
  })

  test('that a sensor is connected with is neither taken over nor deleted', async () => {
    const connected = { name: 'line-9', site: 'plant', adopt_existing: true }
    declare(connected)
    await refused('RECORD_CONNECTED')
    const imported = await workspace.run('import', '-no-color', 'sensorform_registration.one', 'cloud/plant/line-9')
    expect(imported).toMatchObject({ code: 0 })
    await refused('RECORD_CONNECTED', '-destroy')
    expect(recordOf(scene.simulator, 'line-9')).toBeDefined()
  })

  test('is left as it is stored while the provider block holds a value that is not known', async () => {
    declare(own)
    expect(await workspace.apply()).toMatchObject({ code: 0, stderr: '' })
    const credentials = { default: { username: 'admin', password: '${terraform_data.later.output}' } }
    writeConfiguration(workspace.folder, {
      provider: { ...scene.provider, credentials },
      resource: {
        sensorform_registration: { one: { registrar: 'cloud', ...own } },
        terraform_data: { later: { input: 'any' } },
      },
    })
    const { code, stderr, actions } = await workspace.plan()
    expect({ code, stderr, actions }).toEqual({ code: 2, stderr: '', actions: { 'terraform_data.later': 'create' } })
    expect(await workspace.apply()).toMatchObject({ code: 0, stderr: '' })
  })

  test('whose registrar the provider block does not declare is refused, and those that it does are named', async () => {
    declare({ ...own, registrar: 'clowd' })
    await refused('REGISTRAR_UNKNOWN')
    expect((await workspace.apply()).stderr).toContain('Declared: cloud.')
  })

  test('that a sensor manages as well is refused', async () => {
    const [sensor] = scene.simulator.appliances
    const access = { endpoint: sensor?.endpoint, credentials: 'default', trust: [{ pin: sensor?.pin }] }
    const line = { access, name: 'line-1', registration: { registrar: 'cloud', site: 'plant' } }
    declare(own, { sensorform_sensor: { line } })
    const before = cloudOf(scene.simulator).records()
    const { code, stderr } = await workspace.apply()
    expect({ code, errors: stderr.match(/Error: /g)?.length }, stderr).toEqual({ code: 1, errors: 1 })
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(
      /The registration line-1 is managed by a sensorform_\w+ and by a sensorform_/,
    )
    expect(cloudOf(scene.simulator).records()).toEqual(before)
  })

  test.each(['cloud', 'cloud/plant', 'cloud/plant/', 'a/b/c/d'])('the id %j is refused', async (id) => {
    declare(own)
    const { code, stderr } = await workspace.run('import', '-no-color', 'sensorform_registration.one', id)
    expect({ code, told: stderr.includes('does not say which registration') }).toEqual({ code: 1, told: true })
  })
})
