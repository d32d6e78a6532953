// Sensors that are connected via an IoT hub (legacy): another hub is a re-activation. Addresses: 127.20.182.x.
import { expect, onTestFinished, test } from 'vitest'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import { openSimulated } from '../support/simulated-fleet.ts'

const hub = (name: string): string =>
  `/subscriptions/subscription/resourceGroups/plant/providers/Microsoft.Devices/IotHubs/${name}`

let host = 0
async function open() {
  const fleet = await openSimulated({
    addresses: [`127.20.182.${++host}`],
    cloudAddress: '127.20.182.250',
    cloud: { statusLagMs: 0, hubs: ['hub-a', 'hub-b'] },
    hubs: { cloud: hub('hub-a'), other: hub('hub-b') },
    sensor: { activated: { name: 'unused', mode: 'local' } },
  })
  onTestFinished(() => fleet.close())
  return fleet
}

const at = (registrar: string): DesiredSettings => ({
  name: 'line-1',
  registration: { registrar },
  activation: { mode: 'cloud' },
})

const writes = ({ simulator }: Awaited<ReturnType<typeof open>>, since = 0) =>
  simulator
    .requests(since)
    .filter(({ appliance, method }) => appliance === '(cloud)' && method !== 'GET')
    .map(({ operation, path }) => `${operation} ${/IotHubs\/([\w-]+)/.exec(path)?.[1]}`)

test('a sensor is registered in its hub, observed there, and moved to another hub', async () => {
  const fleet = await open()
  expect((await fleet.converge(at('cloud'))).outcome).toMatchObject({ status: 'done', problems: [] })
  expect(await fleet.world.registrar('cloud').lookup('line-1', { fresh: true })).toMatchObject({
    state: 'present',
    record: { mode: 'cloud', site: 'hub-a', status: 'Ok', connected: true },
  })
  expect((await fleet.converge(at('cloud'))).sensor).toMatchObject({ status: 'inSync', changes: [], steps: [] })

  const since = fleet.simulator.requests().at(-1)?.sequence ?? 0
  const { sensor, outcome } = await fleet.converge(at('other'))
  expect(sensor.changes).toMatchObject([
    { path: 'registration.registrar', before: 'cloud', after: 'other', cause: 'spec' },
    { path: 'registration.record', kind: 'registration', what: 'recordMissing' },
  ])
  expect(outcome).toMatchObject({ status: 'done', problems: [] })
  expect(writes(fleet, since)).toEqual([
    'Sensors_Delete hub-a',
    'Sensors_CreateOrUpdate hub-b',
    'Sensors_DownloadActivation hub-b',
  ])
  expect((await fleet.converge(at('other'))).sensor).toMatchObject({ status: 'inSync', changes: [], steps: [] })
  expect(await fleet.world.registrar('cloud').lookup('line-1', { fresh: true })).toEqual({ state: 'absent' })
})

/** Registered in hub-a, and then all memory is lost. */
async function openForgotten() {
  const fleet = await open()
  await fleet.converge(at('cloud'))
  fleet.store.entries.clear()
  return { fleet, since: fleet.simulator.requests().at(-1)?.sequence ?? 0 }
}

const allowed = { overrides: { allowDelete: ['line-1'] } }
const oldRecord = (fleet: Awaited<ReturnType<typeof open>>) =>
  fleet.world.registrar('cloud').lookup('line-1', { fresh: true })

test('without memory the record of the old hub is found, told, and left where it is', async () => {
  const { fleet, since } = await openForgotten()
  const { sensor, outcome } = await fleet.converge(at('other'))
  expect(sensor.problems).toMatchObject([
    {
      code: 'FORMER_RECORD',
      severity: 'warning',
      field: 'registration.registrar',
      summary:
        'line-1 with registrar cloud (hub-a) may be the registration that the sensor had before: nothing remembers where it was registered, so it is not deleted',
      hint: expect.stringContaining('--allow-delete line-1'),
    },
  ])
  expect(outcome).toMatchObject({
    status: 'done',
    problems: [{ code: 'FORMER_RECORD', severity: 'warning', hint: expect.stringContaining('delete it by hand') }],
  })
  expect(writes(fleet, since)).toEqual(['Sensors_CreateOrUpdate hub-b', 'Sensors_DownloadActivation hub-b'])
  expect(await oldRecord(fleet)).toMatchObject({ state: 'present' })
  expect((await fleet.converge(at('other'))).sensor).toMatchObject({ status: 'inSync', steps: [], problems: [] })
})

test('without memory the record of the old hub goes first where the sensor is named', async () => {
  const { fleet, since } = await openForgotten()
  const { sensor, outcome } = await fleet.converge(at('other'), allowed)
  expect(sensor).toMatchObject({
    problems: [],
    changes: [
      { path: 'registration.registrar', before: 'cloud', after: 'other', cause: 'undetermined' },
      { path: 'registration.record', what: 'recordMissing' },
    ],
    steps: [{ id: 'activation', title: 'move the registration of line-1 and re-activate', action: { reason: 'move' } }],
  })
  expect(outcome).toMatchObject({ status: 'done', problems: [] })
  expect(writes(fleet, since)).toEqual([
    'Sensors_Delete hub-a',
    'Sensors_CreateOrUpdate hub-b',
    'Sensors_DownloadActivation hub-b',
  ])
  expect((await fleet.converge(at('other'))).sensor).toMatchObject({ status: 'inSync', steps: [], problems: [] })
})

/** One name in two hubs. */
const declared = (key: string): DesiredSettings => at(key === 'line-1' ? 'other' : 'cloud')

test('without memory a record that another document declares is never taken for the own one', async () => {
  const fleet = await openSimulated({
    addresses: [`127.20.182.${++host}`, `127.20.182.${++host}`],
    cloudAddress: '127.20.182.250',
    cloud: { statusLagMs: 0, hubs: ['hub-a', 'hub-b'] },
    hubs: { cloud: hub('hub-a'), other: hub('hub-b') },
    sensor: { activated: { name: 'unused', mode: 'local' } },
  })
  onTestFinished(() => fleet.close())
  for (const key of ['line-1', 'line-2']) await fleet.converge(declared, { keys: [key] })
  const since = fleet.simulator.requests().at(-1)?.sequence ?? 0
  await fleet.world.registrar('other').deregister({ name: 'line-1', mode: 'cloud', site: 'hub-b', connected: true })
  fleet.store.entries.clear()
  const { sensor } = await fleet.converge(declared, { ...allowed, keys: ['line-1'] })
  expect(sensor).toMatchObject({ problems: [], steps: [{ action: { reason: 'restore', registrar: 'other' } }] })
  expect(writes(fleet, since).filter((write) => write.startsWith('Sensors_Delete'))).toEqual(['Sensors_Delete hub-b'])
  expect(await oldRecord(fleet)).toMatchObject({ state: 'present' })
})

test('a site is refused where the records lie in a hub, before anything is deleted', async () => {
  const fleet = await open()
  await fleet.converge(at('cloud'))
  const since = fleet.simulator.requests().at(-1)?.sequence ?? 0
  const { outcome } = await fleet.converge({ ...at('other'), registration: { registrar: 'other', site: 'plant' } })
  expect(outcome.problems).toMatchObject([
    { code: 'REGISTRAR_REFUSED', summary: expect.stringContaining('an IoT hub has no sites, and so no plant') },
  ])
  expect(writes(fleet, since)).toEqual([])
})
