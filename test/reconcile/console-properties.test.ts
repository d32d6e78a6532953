/**
 * Laws of management consoles, for random fleets: sensors connected by reference, by string or not at all, moved between
 * consoles and zones by the spec and by people, while settings of the consoles change. One apply brings every sensor
 * there, the next plan is empty; and so it does after a console that could not be read, and after a run that was killed.
 */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { changeInConsole } from '../../drivers/memory/appliance.ts'
import { connectionStringOf, consoleOf } from '../../drivers/memory/console.ts'
import type { MemoryAppliance } from '../../drivers/memory/world.ts'
import type { AppliancePlan, Plan, Step } from '../../reconcile/plan-types.ts'
import { planRun } from '../../reconcile/run.ts'
import type { DesiredAppliance, DesiredSettings, Fleet } from '../../schemas/fleet.ts'
import { consoleSamples } from '../drivers/samples.ts'
import { anySettings } from '../support/any-settings.ts'
import {
  consolesOf,
  converge,
  createBench,
  desiredConsole,
  desiredSensor,
  fleetOf,
  installActivated,
  installConsole,
  restarted,
  type Bench,
} from '../support/memory-fleet.ts'
import { mortalWorld } from '../support/mortal-world.ts'

const consoleKeys = ['hq', 'spare'] as const
type ConsoleKey = (typeof consoleKeys)[number]
const sensorKeys = ['line-1', 'line-2', 'line-3']
const zoneIds: Readonly<Record<string, number>> = { Assembly: 1, Packaging: 2, 'Plant/Assembly': 1 }

/** What a document says of the connection. */
type Wish =
  | { by: 'nothing' }
  | { by: 'off' }
  | { by: 'reference'; console: ConsoleKey; zone?: string }
  | { by: 'string'; console: ConsoleKey }

/** What a person does behind the back of the documents. */
type Meddling = { what: 'disconnects' } | { what: 'moves'; to: ConsoleKey } | { what: 'assigns'; zone: number }

const anyConsole = fc.constantFrom(...consoleKeys)
const anyWish: fc.Arbitrary<Wish> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<Wish>({ by: 'nothing' }) },
  { weight: 1, arbitrary: fc.constant<Wish>({ by: 'off' }) },
  {
    weight: 4,
    arbitrary: fc.record(
      { by: fc.constant('reference' as const), console: anyConsole, zone: fc.constantFrom(...Object.keys(zoneIds)) },
      { requiredKeys: ['by', 'console'] },
    ),
  },
  { weight: 2, arbitrary: fc.record({ by: fc.constant('string' as const), console: anyConsole }) },
)
const anyMeddling: fc.Arbitrary<Meddling> = fc.oneof(
  fc.constant<Meddling>({ what: 'disconnects' }),
  fc.record({ what: fc.constant('moves' as const), to: anyConsole }),
  fc.record({ what: fc.constant('assigns' as const), zone: fc.constantFrom(1, 2) }),
)
const ofConsole = anySettings(consoleSamples, 4)
const timezone = fc.constantFrom('Europe/Berlin', 'Asia/Tokyo', 'Etc/UTC')
const anyDocuments = fc.record({
  sensors: fc.array(fc.record({ wish: anyWish, timezone }), { minLength: 1, maxLength: sensorKeys.length }),
  consoles: fc.record({ hq: ofConsole, spare: ofConsole }),
})
type Documents = typeof anyDocuments extends fc.Arbitrary<infer T> ? T : never
/** By the number of the sensor. */
const anyMeddlers = fc.array(fc.tuple(fc.nat({ max: sensorKeys.length - 1 }), anyMeddling), { maxLength: 3 })

interface Plant extends Bench {
  sensors: MemoryAppliance[]
  consoles: Record<ConsoleKey, MemoryAppliance>
}

/** Sensors that are installed and connected to nothing, and two consoles. */
async function install(): Promise<Plant> {
  const bench = createBench()
  Object.assign(bench.secrets, { SECRET_A: 'a', SECRET_B: 'b' })
  const [hq, spare] = [1, 2].map((host) =>
    installConsole(bench, { serialNumber: `MC-${host}`, address: `10.1.8.${host}` }),
  )
  const sensors: MemoryAppliance[] = []
  for (const [index, name] of sensorKeys.entries()) {
    sensors.push(await installActivated(bench, { name, serialNumber: `SN-${index}`, address: `10.1.0.${index + 1}` }))
  }
  if (!hq || !spare) throw new Error('there are two consoles')
  for (const [key, console] of Object.entries({ hq, spare }))
    bench.secrets[key] = connectionStringOf(consoleOf(console))
  return { ...bench, sensors, consoles: { hq, spare } }
}

function settingsOf(wish: Wish): DesiredSettings['managementConsole'] {
  if (wish.by === 'off') return { enabled: false }
  if (wish.by === 'string') return { connectionString: { fromEnv: wish.console } }
  if (wish.by === 'nothing') return undefined
  return { console: wish.console, ...(wish.zone !== undefined && { zone: wish.zone }) }
}

function declare({ sensors, consoles }: Documents): Fleet {
  const documents = sensors.map(({ wish, timezone }, index): DesiredAppliance => {
    const managementConsole = settingsOf(wish)
    const settings = { time: { timezone }, ...(managementConsole && { managementConsole }) }
    return desiredSensor(settings, {
      key: sensorKeys[index] ?? '',
      address: `10.1.0.${index + 1}`,
      identity: `SN-${index}`,
    })
  })
  const declared = consolesOf(
    desiredConsole(consoles.hq, { key: 'hq', address: '10.1.8.1' }),
    desiredConsole(consoles.spare, { key: 'spare', address: '10.1.8.2' }),
  )
  return fleetOf(documents, { ...declared, policy: { maxDisruptedPerSite: '100%' } })
}

/** A person at a sensor or a console. */
function meddle({ memoryWorld, sensors, consoles, secrets }: Plant, [index, act]: [number, Meddling]): void {
  const sensor = sensors[index]
  if (!sensor) return
  const enable = (on: boolean) => changeInConsole(memoryWorld, sensor, 'managementConsole.enabled', on)
  if (act.what === 'disconnects') enable(false)
  else if (act.what === 'moves') {
    changeInConsole(memoryWorld, sensor, 'managementConsole.connectionString', { secret: secrets[act.to] ?? '' })
    enable(true)
  } else {
    for (const { entries } of Object.values(consoles).map(consoleOf)) {
      const entry = entries.get(sensor.serialNumber)
      if (entry) entries.set(sensor.serialNumber, { ...entry, zoneId: act.zone })
    }
  }
}

/** What is true of a sensor in the world, whoever looks. */
function standing({ consoles }: Plant, { consoleConnection, serialNumber }: MemoryAppliance) {
  const key = consoleKeys.find((one) => consoles[one].serialNumber === consoleConnection.identity)
  const entry = key && consoleOf(consoles[key]).entries.get(serialNumber)
  return { state: consoleConnection.state, console: key, listed: entry?.connection, zoneId: entry?.zoneId }
}

/** The connection as the sensor keeps it. */
const connectionOf = ({ settings }: MemoryAppliance) =>
  ['enabled', 'connectionString'].map((key) => settings.get(`managementConsole.${key}`))

/** What a wish comes to; only what it declares. */
function expected(wish: Wish): object {
  if (wish.by === 'nothing') return {}
  if (wish.by === 'off') return { state: 'NotConfigured', console: undefined }
  const connected = { state: 'Connected', console: wish.console, listed: 'SYNCED' }
  const zone = wish.by === 'reference' ? wish.zone : undefined
  return zone === undefined ? connected : { ...connected, zoneId: zoneIds[zone] }
}

async function expectSettled(plant: Plant, documents: Documents): Promise<void> {
  const { plan } = await planRun(declare(documents), restarted(plant), {})
  expect(plan.problems).toEqual([])
  expect([...plan.sensors, ...plan.managementConsoles].filter(isUnsettled).map(({ key }) => key)).toEqual([])
  expect(plan.sensors.map(({ problems }) => problems.filter(isFormer).length)).toEqual(
    documents.sensors.map((one, index) => formerOf(plant, one, plant.sensors[index]!)),
  )
  expect(plant.sensors.slice(0, documents.sensors.length).map((one) => standing(plant, one))).toMatchObject(
    documents.sensors.map(({ wish }) => expected(wish)),
  )
  expect(Object.values(plant.consoles).map(({ lease, intent }) => [lease, intent])).toEqual([
    [null, null],
    [null, null],
  ])
}

const isUnsettled = ({ status, changes, steps, problems }: AppliancePlan): boolean =>
  status !== 'inSync' || changes.length + steps.length + problems.filter((one) => !isFormer(one)).length > 0

const isFormer = ({ code }: { code: string }): boolean => code === 'FORMER_CONSOLE_ENTRY'

/** Consoles that list a sensor which its document has sent elsewhere. */
const formerOf = ({ consoles }: Plant, { wish }: Documents['sensors'][number], { serialNumber }: MemoryAppliance) =>
  Object.entries(consoles).filter(
    ([key, console]) =>
      wish.by !== 'nothing' &&
      (wish.by === 'off' || wish.console !== key) &&
      consoleOf(console).entries.has(serialNumber),
  ).length

/** Steps of a sensor in the order of the documents, as the design tells it. */
const order = ['time', 'managementConsole', 'managementConsole.zone']

function expectOrder({ sensors, managementConsoles }: Plan): void {
  for (const { steps } of [...sensors, ...managementConsoles]) {
    steps.forEach(({ needs }, index) =>
      expect(idsOf(steps.slice(0, index))).toEqual(expect.arrayContaining([...needs])),
    )
  }
  for (const { steps } of sensors) {
    expect(idsOf(steps)).toEqual(order.filter((id) => idsOf(steps).includes(id)))
    const zone = steps.find(({ id }) => id === 'managementConsole.zone')
    // A sensor that is not connected is in no zone.
    if (zone && idsOf(steps).includes('managementConsole')) expect(zone.needs).toEqual(['managementConsole'])
  }
}

const idsOf = (steps: readonly Step[]): string[] => steps.map(({ id }) => id)
const isOfConsole = (id: string): boolean => id.startsWith('managementConsole')

test('random fleets, meddled with in between, converge in one apply each', async () => {
  const cases = fc.array(fc.record({ documents: anyDocuments, meddlers: anyMeddlers }), { minLength: 1, maxLength: 3 })
  await fc.assert(
    fc.asyncProperty(cases, async (rounds) => {
      const plant = await install()
      for (const { documents, meddlers } of rounds) {
        for (const one of meddlers) meddle(plant, one)
        const before = plant.sensors.map(connectionOf)
        const { plan, outcome } = await converge(declare(documents), restarted(plant))
        expectOrder(plan)
        expect([...outcome.sensors, ...outcome.managementConsoles].flatMap(({ problems }) => problems)).toEqual([])
        await expectSettled(plant, documents)
        documents.sensors.forEach(({ wish }, index) => {
          const sensor = plant.sensors[index]
          if (sensor && wish.by === 'nothing') expect(connectionOf(sensor)).toEqual(before[index])
        })
      }
    }),
    { numRuns: 40 },
  )
})

test('a console that cannot be read blocks the steps of its sensors that need it, and no others', async () => {
  const cases = fc.record({ first: anyDocuments, next: anyDocuments, lost: anyConsole })
  await fc.assert(
    fc.asyncProperty(cases, async ({ first, next, lost }) => {
      const plant = await install()
      await converge(declare(first), restarted(plant))
      plant.consoles[lost].gone = true
      // No string connects to a console that is away.
      const { sensors } = next
      const documents = {
        ...next,
        sensors: sensors.map((one) => (isString(one.wish, lost) ? { ...one, wish: none } : one)),
      }
      const { plan, outcome } = await converge(declare(documents), restarted(plant))
      expect(plan.managementConsoles.find(({ key }) => key === lost)?.status).toBe('unknown')
      documents.sensors.forEach(({ wish, timezone }, index) => {
        const [sensor, planned, done] = [plant.sensors[index], plan.sensors[index], outcome.sensors[index]]
        const isBlocked = wish.by === 'reference' && wish.console === lost
        expect(done?.steps.filter(({ status }) => status !== 'done')).toEqual([])
        expect(sensor?.settings.get('time.timezone')).toBe(timezone)
        if (!isBlocked) return expect(sensor && standing(plant, sensor)).toMatchObject(expected(wish))
        expect(idsOf(planned?.steps ?? []).filter(isOfConsole)).toEqual([])
        expect(planned?.problems.map(({ code }) => code)).toEqual(['CONSOLE_NOT_OBSERVED'])
        expect(planned?.unverifiable).toContain('managementConsole.console')
      })
      plant.consoles[lost].gone = false
      await converge(declare(documents), restarted(plant))
      await expectSettled(plant, documents)
    }),
    { numRuns: 30 },
  )
})

const none: Wish = { by: 'nothing' }
const isString = (wish: Wish, console: ConsoleKey): boolean => wish.by === 'string' && wish.console === console

test('killed at any point, and again, the next run converges', async () => {
  const cases = fc.record({
    first: anyDocuments,
    meddlers: anyMeddlers,
    next: anyDocuments,
    deaths: fc.array(fc.integer({ min: 1, max: 160 }), { minLength: 1, maxLength: 2 }),
  })
  await fc.assert(
    fc.asyncProperty(cases, async ({ first, meddlers, next, deaths }) => {
      const plant = await install()
      await converge(declare(first), restarted(plant))
      for (const one of meddlers) meddle(plant, one)
      for (const killAt of deaths) {
        const { world } = mortalWorld(restarted(plant), killAt)
        await converge(declare(next), world).catch(() => undefined)
      }
      const { outcome } = await converge(declare(next), restarted(plant))
      expect(outcome.sensors.map(({ status }) => status).filter((status) => !ended.has(status))).toEqual([])
      await expectSettled(plant, next)
    }),
    { numRuns: 40 },
  )
})

const ended = new Set(['done', 'unchanged'])
const isWrite = (call: string): boolean => / (set|lease|assignZone)\b/.test(call)

test('a console that is older than a sensor that names it refuses the plan, and nothing is sent', async () => {
  await fc.assert(
    fc.asyncProperty(anyDocuments, anyConsole, async (documents, old) => {
      const plant = await install()
      plant.consoles[old].softwareVersion = '22.2.9'
      const named = documents.sensors.some(({ wish }) => wish.by === 'reference' && wish.console === old)
      plant.memoryWorld.calls.length = 0
      const { plan } = await planRun(declare(documents), restarted(plant), {})
      expect({ refused: plan.refused, codes: [...new Set(plan.problems.map(({ code }) => code))] }).toEqual({
        refused: named,
        codes: named ? ['CONSOLE_OLDER_THAN_SENSOR'] : [],
      })
      if (!named) return
      const { outcome } = await converge(declare(documents), restarted(plant))
      expect(outcome.sensors.flatMap(({ steps }) => steps).filter(({ status }) => status !== 'notAttempted')).toEqual(
        [],
      )
      expect(plant.memoryWorld.calls.filter(isWrite)).toEqual([])
    }),
    { numRuns: 20 },
  )
})
