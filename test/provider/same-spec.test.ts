/**
 * The spec of every example, said to Terraform, is the same spec to the engine, and so the same plan. The site of a
 * document, to which thresholds and windows belong, is the CLI's alone.
 */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadFleet } from '../../load/load-fleet.ts'
import { makePlan } from '../../reconcile/plan/plan.ts'
import type { PlanContext, Sight } from '../../reconcile/engine.ts'
import type { Observation } from '../../reconcile/driver.ts'
import { desireAppliance, type Surroundings } from '../../provider/sensorform/appliance/desired.ts'
import { sensorType } from '../../provider/sensorform/sensor/schema.ts'
import { fromSpec } from '../../provider/spec/from-spec.ts'
import { apiSupport } from '../../drivers/api/driver.ts'
import type { DesiredAppliance, Fleet } from '../../schemas/fleet.ts'
import { sensorAttributes } from '../../schemas/terraform/generated.ts'
import { root } from '../house/sources.ts'

/** Each is a fleet of its own. examples/update is left out: Terraform takes packages below its working directory only. */
const examples = await Promise.all(
  ['fleet', 'plant'].map(async (name) => {
    const { fleet } = await loadFleet([join(root, 'examples', name)], { cwd: root, env: {} })
    if (!fleet) throw new TypeError(`examples/${name} has problems`)
    return fleet
  }),
)

const pin = `sha256/${'A'.repeat(43)}=`

/** As a configuration would say it, with a pin in place of the example's pin file. */
function configured({ access, settings }: DesiredAppliance) {
  const { driver, endpoint, credentials } = access
  return fromSpec(sensorAttributes, { access: { driver, endpoint, credentials, trust: [{ pin }] }, ...settings })
}

const observation: Observation = {
  identity: 'S-1',
  endpoint: 'https://10.0.0.1',
  observedAt: '2026-11-26T12:00:00.000Z',
  unchanged: false,
  live: new Map(),
  unfinished: {},
  warnings: [],
}

const context: PlanContext = {
  now: Date.parse('2026-11-26T12:00:00Z'),
  toolVersion: '0',
  support: () => apiSupport,
  registrarSupport: () => ({ register: true, observe: true, download: 'automatic' }),
  options: {},
  orphans: [],
}

const sensors = examples.flatMap((fleet) =>
  [...fleet.sensors.values()].map((sensor) => ({ key: sensor.key, fleet, sensor })),
)

/** What the provider block declares of the fleet. */
const surroundingsOf = ({ credentials, registrars, managementConsoles }: Fleet): Surroundings => ({
  credentials,
  registrars,
  managementConsoles: new Map([...managementConsoles].map(([key, { access }]) => [key, access])),
  isUnknown: false,
})

test.each(sensors)('$key', ({ fleet, sensor }) => {
  const { desired, diagnostics } = desireAppliance(sensorType, surroundingsOf(fleet), configured(sensor))
  expect(diagnostics).toEqual([])
  const own = desired?.fleet.sensors.get(desired.key)
  if (!desired || !own) throw new TypeError('nothing is desired')
  expect(withoutPlaces(own.settings)).toEqual(withoutPlaces(sensor.settings))
  const planOf = (one: DesiredAppliance) => {
    const sight: Sight = { desired: one, observation, records: {}, tags: new Map() }
    const alone = { ...desired.fleet, sensors: new Map([[one.key, one]]) }
    return makePlan(alone, [sight], context).sensors[0]
  }
  const document = { ...sensor, access: own.access, labels: {}, key: own.key }
  delete document.site
  const [fromTerraform, fromDocument] = [planOf(own), planOf(document)]
  expect(fromTerraform?.steps.length).toBeGreaterThan(0)
  expect(withoutPlaces(fromTerraform)).toEqual(withoutPlaces(fromDocument))
})

/** Where a file lay, and in which file of documents something stands, is no part of the spec. */
const withoutPlaces = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (key, item: unknown) => (key === 'file' || key === 'at' ? undefined : item)) ?? 'null',
  )
