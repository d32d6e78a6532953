// Whatever a sensor has and whatever is declared: one apply brings it there, and the next plan is empty.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { writeSettings } from '../../drivers/memory/appliance.ts'
import type { WriteValue } from '../../reconcile/driver.ts'
import { planRun } from '../../reconcile/run.ts'
import { flatten } from '../../schemas/fields.ts'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import { sensorSettings } from '../../schemas/sensor.ts'
import { samples } from '../drivers/samples.ts'
import { anySettings } from '../support/any-settings.ts'
import { converge, createBench, desiredSensor, digestPlan, fleetOf, installActivated } from '../support/memory-fleet.ts'

const settings = anySettings(samples)
const anyAddress = fc.constantFrom(undefined, '10.1.0.5', '10.1.0.77')
const anyRegistration = fc.record({
  name: fc.constantFrom('one', 'two'),
  mode: fc.constantFrom<'cloud' | 'local'>('cloud', 'local'),
  site: fc.constantFrom('plant', 'elsewhere'),
})

const withRest = (
  settings: DesiredSettings,
  address: string | undefined,
  registered: { name: string; mode: 'cloud' | 'local'; site: string } | undefined,
): DesiredSettings => ({
  ...settings,
  ...(address !== undefined && {
    network: { ...settings.network, address, subnetMask: '255.255.255.0', gateway: '10.1.0.1' },
  }),
  ...(registered && {
    name: registered.name,
    activation: { mode: registered.mode },
    registration: { registrar: 'cloud', ...(registered.mode === 'cloud' && { site: registered.site }) },
  }),
})

/** Values as an appliance would have them, set by somebody else. */
const stored = (settings: DesiredSettings): Map<string, WriteValue> =>
  new Map(
    [...flatten(sensorSettings, settings)].map(([path, value]) =>
      isSecret(value) ? [path, { secret: 'unknown', tag: null }] : [path, value as WriteValue],
    ),
  )

const isSecret = (value: unknown): boolean => typeof value === 'object' && value !== null && 'fromEnv' in value

test('random live and desired states converge in one apply', async () => {
  const cases = fc.record({
    live: settings,
    registered: anyRegistration,
    first: fc.record({
      settings,
      address: anyAddress,
      registered: fc.option(anyRegistration, { nil: undefined }),
    }),
    second: fc.record({
      settings,
      address: anyAddress,
      registered: fc.option(anyRegistration, { nil: undefined }),
    }),
  })
  await fc.assert(
    fc.asyncProperty(cases, async ({ live, registered, first, second }) => {
      const bench = createBench()
      Object.assign(bench.secrets, { SECRET_A: 'a', SECRET_B: 'b' })
      const appliance = await installActivated(bench, registered)
      writeSettings(appliance, stored(live))
      for (const { settings, address, registered: wanted } of [first, second]) {
        const fleet = fleetOf([desiredSensor(withRest(settings, address, wanted), { identity: 'SN-1' })])
        const { outcome } = await converge(fleet, bench.world)
        expect(outcome.sensors[0]?.problems ?? []).toEqual([])
        const { plan } = await planRun(fleet, bench.world, {})
        expect(digestPlan(plan)).toEqual([{ key: 'line-1', status: 'inSync', changes: [], steps: [], problems: [] }])
      }
    }),
    { numRuns: 60 },
  )
})
