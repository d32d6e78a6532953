// What plans say of sensors and their management consoles: versions that do not fit, what is cut off, what is left to do.
import { expect, test } from 'vitest'
import { connectionStringOf, consoleOf } from '../../drivers/memory/console.ts'
import { applyPlan } from '../../reconcile/apply/apply.ts'
import type { PlanOptions } from '../../reconcile/engine.ts'
import { planRun } from '../../reconcile/run.ts'
import type { DesiredSettings, Fleet } from '../../schemas/fleet.ts'
import {
  consolesOf,
  converge,
  createBench,
  desiredConsole,
  desiredSensor,
  digestPlan,
  fleetOf,
  installActivated,
  installConsole,
  restarted,
} from '../support/memory-fleet.ts'
import { sha256Of } from '../support/packages.ts'

const declared = (settings: DesiredSettings): Fleet =>
  fleetOf(
    [desiredSensor(settings)],
    consolesOf(desiredConsole({}), desiredConsole({}, { key: 'spare', address: '10.1.8.2' })),
  )

/** A sensor of 22.3.4, and consoles of the same version. */
async function installed() {
  const bench = createBench()
  const sensor = await installActivated(bench, { name: 'line-1' })
  const hq = installConsole(bench)
  const spare = installConsole(bench, { serialNumber: 'MC-2', address: '10.1.8.2' })
  for (const [key, console] of Object.entries({ hq, spare }))
    bench.secrets[key] = connectionStringOf(consoleOf(console))
  return { bench, sensor, hq, spare }
}

const atHq: DesiredSettings = { managementConsole: { console: 'hq' } }
const newer: DesiredSettings = {
  software: {
    version: '22.3.9',
    packages: { '22.3.9': { file: '/p/sensor-secured-patcher-22.3.9.tar', sha256: sha256Of('22.3.9') } },
  },
}

test.each<{ name: string; console: string; settings: DesiredSettings; refused: boolean }>([
  { name: 'that its console outlives', console: '22.3.9', settings: { ...atHq, ...newer }, refused: false },
  { name: 'that its console does not outlive', console: '22.3.8', settings: { ...atHq, ...newer }, refused: true },
  { name: 'of a sensor whose document names no console', console: '22.3.8', settings: newer, refused: false },
  {
    name: 'of a sensor that leaves its console',
    console: '22.3.8',
    settings: { managementConsole: { enabled: false }, ...newer },
    refused: false,
  },
])('an update $name: refused is $refused', async ({ console, settings, refused }) => {
  const { bench, sensor, hq } = await installed()
  bench.packages.set('/p/sensor-secured-patcher-22.3.9.tar', '22.3.9')
  await converge(declared(atHq), bench.world)
  Object.assign(hq, { softwareVersion: console, revision: hq.revision + 1 })
  const { plan } = await converge(declared(settings), restarted(bench))
  expect({ refused: plan.refused, version: sensor.softwareVersion }).toEqual({
    refused,
    version: refused ? '22.3.4' : '22.3.9',
  })
  expect(plan.problems.map(({ code, summary }) => [code, summary])).toEqual(
    refused
      ? [
          [
            'CONSOLE_OLDER_THAN_SENSOR',
            'The management console hq has version 22.3.8, which is older than 22.3.9 that the sensor would be updated to',
          ],
        ]
      : [],
  )
})

test('an update that is under way goes on, whatever its console is', async () => {
  const { bench, sensor, hq } = await installed()
  bench.packages.set('/p/sensor-secured-patcher-22.3.9.tar', '22.3.9')
  const fleet = declared({ ...atHq, ...newer })
  await converge(declared(atHq), bench.world)
  sensor.update = { id: 'u', startedAt: '', startedMs: 0, lastsMs: 600_000, to: '22.3.9' }
  Object.assign(hq, { softwareVersion: '22.3.8', revision: hq.revision + 1 })
  const { plan } = await planRun(fleet, bench.world, {})
  expect({ refused: plan.refused, steps: digestPlan(plan)[0]?.steps }).toEqual({
    refused: false,
    steps: ['software.22.3.9'],
  })
})

test.each<{ name: string; settings: DesiredSettings; disrupts: boolean }>([
  { name: 'by reference', settings: { managementConsole: { console: 'spare' } }, disrupts: true },
  { name: 'by string', settings: { managementConsole: { connectionString: { fromEnv: 'spare' } } }, disrupts: true },
  { name: 'to none', settings: { managementConsole: { enabled: false } }, disrupts: true },
])('a sensor that is connected and moves $name says what is cut off', async ({ settings }) => {
  const { bench } = await installed()
  const before = (await planRun(declared(settings), bench.world, {})).plan.sensors[0]
  expect(before?.steps.flatMap((step) => step.disrupts ?? [])).toEqual([])
  await converge(declared(atHq), bench.world)
  const [sensor] = (await planRun(declared(settings), restarted(bench), {})).plan.sensors
  expect(sensor?.steps.map((step) => step.disrupts)).toEqual(['the connection to the management console'])
})

test.each<{ name: string; zone: string }>([
  { name: 'the zone of the same name', zone: 'Packaging' },
  { name: 'another zone', zone: 'Assembly' },
])('a sensor that the spec moves to $name of another console has not drifted', async ({ zone }) => {
  const { bench } = await installed()
  await converge(declared({ managementConsole: { console: 'hq', zone: 'Packaging' } }), bench.world)
  const moved = declared({ managementConsole: { console: 'spare', zone } })
  const [sensor] = (await planRun(moved, restarted(bench), {})).plan.sensors
  expect(sensor?.status).toBe('pending')
  expect(sensor?.changes.map(({ path, cause }) => [path, cause])).toEqual([
    ['managementConsole.console', 'spec'],
    ['managementConsole.zone', 'spec'],
  ])
})

test('a zone alone is not assigned to a sensor that its console does not list, and what is missing is named', async () => {
  const { bench } = await installed()
  const fleet = declared({ managementConsole: { console: 'hq', zone: 'Packaging' } })
  const only = { only: ['managementConsole.zone'] }
  const { plan, outcome } = await converge(fleet, bench.world, only)
  expect(digestPlan(plan)).toMatchObject([
    { changes: ['managementConsole.zone'], steps: [], problems: ['ZONE_NEEDS_CONNECTION'] },
  ])
  expect(outcome.sensors[0]?.status).toBe('unchanged')
  const whole = await converge(fleet, restarted(bench), { only: ['managementConsole'] })
  expect(whole.outcome.sensors[0]?.status).toBe('done')
  const elsewhere = declared({ managementConsole: { console: 'hq', zone: 'Assembly' } })
  const zone = await converge(elsewhere, restarted(bench), only)
  expect(digestPlan(zone.plan)).toMatchObject([{ steps: ['managementConsole.zone'], problems: [] }])
  expect(zone.outcome.sensors[0]?.status).toBe('done')
})

test.each<{ name: string; settings: DesiredSettings }>([
  { name: 'moved', settings: { managementConsole: { console: 'spare' } } },
  { name: 'disconnected', settings: { managementConsole: { enabled: false } } },
])(
  'a sensor that was $name is told to be listed still where it was, until a person deletes it',
  async ({ settings }) => {
    const { bench, hq } = await installed()
    await converge(declared(atHq), bench.world)
    const { plan } = await converge(declared(settings), restarted(bench))
    expect(digestPlan(plan)).toMatchObject([{ problems: [] }])
    const [after] = (await planRun(declared(settings), restarted(bench), {})).plan.sensors
    expect(after).toMatchObject({
      status: 'inSync',
      changes: [],
      problems: [
        {
          severity: 'warning',
          code: 'FORMER_CONSOLE_ENTRY',
          key: 'line-1',
          summary:
            'The management console hq still lists the sensor as line-1 (DISCONNECTED), although it is connected there no more',
          hint: 'By hand, in hq at https://10.1.8.1: Site Management, delete the sensor line-1 (serial number SN-1).',
        },
      ],
    })
    const problemsOf = async (fleet: Fleet, options: PlanOptions) =>
      digestPlan((await planRun(fleet, restarted(bench), options)).plan)[0]?.problems
    expect(await problemsOf(declared(settings), { only: ['time'] })).toEqual([])
    expect(await problemsOf(declared({}), {})).toEqual([])
    consoleOf(hq).entries.clear()
    expect(await problemsOf(declared(settings), {})).toEqual([])
  },
)

test.each<{ name: string; done: readonly string[]; status: string; code: string }>([
  { name: 'but for the connection', done: ['time'], status: 'stale', code: 'APPLIANCE_CHANGED' },
  { name: 'but for the zone', done: ['time', 'managementConsole.console'], status: 'stale', code: 'APPLIANCE_CHANGED' },
  { name: 'with the zone', done: ['time', 'managementConsole'], status: 'unchanged', code: 'ALREADY_DONE' },
])('a plan that another run has carried out $name is $status', async ({ done, status, code }) => {
  const { bench } = await installed()
  const settings: DesiredSettings = {
    time: { timezone: 'Europe/Berlin' },
    managementConsole: { console: 'hq', zone: 'Packaging' },
  }
  const fleet = declared(settings)
  const { plan } = await planRun(fleet, bench.world, {})
  await converge(fleet, restarted(bench), { only: done })
  const outcome = await applyPlan(plan, fleet, restarted(bench), { run: 'late' })
  expect(outcome.sensors[0]).toMatchObject({ status, problems: [{ code }] })
})
