/**
 * The spec of every example, said to Terraform, is the same spec to the engine, and so the same plan. The site of a
 * document, to which thresholds and windows belong, is the CLI's alone.
 */
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { loadFleet } from '../../load/load-fleet.ts'
import { makePlan } from '../../reconcile/plan/plan.ts'
import type { PlanContext, Sight } from '../../reconcile/engine.ts'
import type { Observation } from '../../reconcile/driver.ts'
import { readFleet } from '../../provider/sensorform/data/fleet.ts'
import { isObject, type ObjectValue } from '../../provider/model/value.ts'
import { desireAppliance, type Surroundings } from '../../provider/sensorform/appliance/desired.ts'
import { sensorType } from '../../provider/sensorform/sensor/schema.ts'
import { fromSpec } from '../../provider/spec/from-spec.ts'
import { apiSupport } from '../../drivers/api/driver.ts'
import type { DesiredAppliance, DesiredSettings, Fleet } from '../../schemas/fleet.ts'
import { sensorAttributes } from '../../schemas/terraform/generated.ts'
import { root } from '../house/sources.ts'

/** Each is a fleet of its own. */
const examples = await Promise.all(
  ['fleet', 'plant', 'update'].map(async (name) => {
    const folder = join('examples', name)
    const { fleet } = await loadFleet([folder], { cwd: root, env: {} })
    const { state } = await readFleet({ paths: [folder] })
    if (!fleet || !isObject(state['sensors'])) throw new TypeError(`${folder} has problems`)
    return { fleet, elements: state['sensors'] }
  }),
)

const pin = `sha256/${'A'.repeat(43)}=`

/** As a configuration would say it, with a pin in place of the example's pin file. */
function configured({ access, settings }: DesiredAppliance) {
  const { driver, endpoint, credentials } = access
  const said = {
    access: { driver, endpoint, credentials, trust: [{ pin }] },
    ...settings,
    software: fromRoot(settings),
  }
  return fromSpec(sensorAttributes, said)
}

/** Terraform takes packages below the folder in which it runs, and by their relative path. */
const fromRoot = ({ software }: DesiredSettings): unknown =>
  software &&
  JSON.parse(JSON.stringify(software), (key, value: unknown) =>
    key === 'file' && typeof value === 'string' ? relative(root, value) : value,
  )

/** As `for_each` over `sensorform_fleet` assigns it. */
function assigned(element: ObjectValue[string]) {
  if (!isObject(element) || !isObject(element['access'])) throw new TypeError('the data source lacks a sensor')
  const own = Object.keys(sensorAttributes).map((name) => [name, element[name] ?? null] as const)
  return { ...Object.fromEntries(own), access: { ...element['access'], trust: [{ pin }] } }
}

const observation: Observation = {
  identity: 'S-1',
  endpoint: 'https://10.0.0.1',
  observedAt: '2026-11-26T12:00:00.000Z',
  unchanged: false,
  softwareVersion: '22.3.9',
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

const sensors = examples.flatMap(({ fleet, elements }) =>
  [...fleet.sensors.values()].flatMap((sensor) => [
    { key: sensor.key, how: 'written out', fleet, sensor, config: configured(sensor) },
    { key: sensor.key, how: 'by sensorform_fleet', fleet, sensor, config: assigned(elements[sensor.key] ?? null) },
  ]),
)

/** What the provider block declares of the fleet. */
const surroundingsOf = ({ credentials, registrars, managementConsoles }: Fleet): Surroundings => ({
  credentials,
  registrars,
  managementConsoles: new Map([...managementConsoles].map(([key, { access }]) => [key, access])),
  isUnknown: false,
})

test.each(sensors)('$key $how', ({ fleet, sensor, config }) => {
  const { desired, diagnostics } = desireAppliance(sensorType, surroundingsOf(fleet), config)
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
