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
