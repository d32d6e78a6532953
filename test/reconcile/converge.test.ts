// Whatever a sensor has and whatever is declared: one apply brings it there, and the next plan is empty.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { writeSettings } from '../../drivers/memory/appliance.ts'
import type { WriteValue } from '../../reconcile/driver.ts'
import { planRun } from '../../reconcile/run.ts'
import { flatten, parsePath } from '../../schemas/fields.ts'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import { sensorSettings } from '../../schemas/sensor.ts'
import { samples } from '../drivers/samples.ts'
import { settingsWith } from '../drivers/settings-with.ts'
import { converge, createBench, desiredSensor, digestPlan, fleetOf, installActivated } from '../support/memory-fleet.ts'

const actionKinds = ['email', 'syslog', 'netwitness'] as const
const kindOf = (path: string) => actionKinds.find((kind) => parsePath(path)[5] === kind)

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !('fromEnv' in value) && !('content' in value)

function merge(a: Json, b: Json): Json {
  const result = { ...a }
  for (const [key, value] of Object.entries(b)) {
    const before = result[key]
    result[key] = isObject(before) && isObject(value) ? merge(before, value) : value
  }
  return result
}

/** Any subset of the sampled fields, each with one of its values; a rule's action has one kind. */
const anySettings: fc.Arbitrary<DesiredSettings> = fc
  .record({
    kind: fc.constantFrom(...actionKinds),
    picks: fc.array(fc.tuple(fc.constantFrom(...samples), fc.constantFrom(0, 1)), { maxLength: 12 }),
  })
  .map(({ kind, picks }) => {
    // An email beside a mail server that is off is refused while loading.
    const chosen = picks.filter(([{ path }]) =>
      path.startsWith('forwarding') ? kindOf(path) === kind : kind !== 'email' || path !== 'mailServer.enabled',
    )
    const parts = chosen.map(([sample, index]) => settingsWith(sample, sample.values[index]) as Json)
    return parts.reduce(merge, {})
  })

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
    live: anySettings,
    registered: anyRegistration,
    first: fc.record({
      settings: anySettings,
      address: anyAddress,
      registered: fc.option(anyRegistration, { nil: undefined }),
    }),
    second: fc.record({
      settings: anySettings,
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
