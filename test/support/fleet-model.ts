/**
 * Two sensors and what is done to them, against a model that knows only what is declared and what was set by whom. A script
 * is plain data, so that what fails can be pasted as a test: `await play([…])`.
 *
 * @module
 */
import { expect } from 'vitest'
import { changeInConsole } from '../../drivers/memory/appliance.ts'
import { createBackup, restoreBackup } from '../../drivers/memory/backup.ts'
import type { MemoryAppliance, MemoryCall, Stored } from '../../drivers/memory/world.ts'
import { claimOf } from '../../reconcile/compare/records.ts'
import { DeviceError } from '../../reconcile/device-error.ts'
import type { Sight } from '../../reconcile/engine.ts'
import type { Outcome } from '../../reconcile/outcome.ts'
import { planRun } from '../../reconcile/run.ts'
import { flatten } from '../../schemas/fields.ts'
import type { DesiredSettings, Fleet } from '../../schemas/fleet.ts'
import { sensorSettings } from '../../schemas/sensor.ts'
import { mergeSettings } from './any-settings.ts'
import {
  converge,
  createBench,
  desiredSensor,
  digestPlan,
  fleetOf,
  installActivated,
  restarted,
  type Bench,
} from './memory-fleet.ts'
import { mortalWorld } from './mortal-world.ts'

export const keys = ['line-1', 'line-2'] as const
export type Key = (typeof keys)[number]

/** What may be declared of a sensor, each in some variants. */
export const fields = {
  zone: ['Europe/Berlin', 'Asia/Tokyo', 'Etc/UTC'].map((timezone) => () => ({ time: { timezone } })),
  dateFormat: (['MM/dd/yyyy HH:mm:ss', 'yyyy/MM/dd HH:mm:ss'] as const).map((dateFormat) => () => ({
    time: { dateFormat },
  })),
  hostname: ['first', 'second'].map((hostname) => () => ({ network: { hostname } })),
  dns: [['10.1.0.1'], ['10.1.0.2', '10.1.0.1']].map((dns) => () => ({ network: { dns } })),
  mail: [25, 587].map((port) => () => ({
    mailServer: { enabled: true, host: 'mail.plant.example', port, sender: 'sensor@plant.example' },
  })),
  proxy: ['SECRET_A', 'SECRET_B'].map((fromEnv) => () => ({
    network: { proxy: { enabled: true, host: 'proxy.example', port: 8080, password: { fromEnv } } },
  })),
  siem: ['10.1.9.1', '10.1.9.2'].map((host) => () => ({
    forwarding: {
      rules: { siem: { actions: { siem: { syslog: { host, port: 514, format: 'cef', protocol: 'tcp' } } } } },
    },
  })),
  name: ['one', 'two', 'three'].map((name) => (key: Key) => ({
    name: `${key}-${name}`,
    registration: { registrar: 'cloud', site: 'plant' },
  })),
  address: [0, 10].map((offset) => (key: Key) => ({
    network: { address: addressOf(key, offset), subnetMask: '255.255.255.0', gateway: '10.1.0.254' },
  })),
} satisfies Record<string, readonly ((key: Key) => DesiredSettings)[]>

export type Field = keyof typeof fields

/** What a person may set in the web console of a sensor. */
export const consoleChanges = {
  'time.timezone': ['Asia/Tokyo', 'Africa/Cairo'],
  'network.hostname': ['by-hand', 'first'],
  'mailServer.port': [26, 25],
  'network.proxy.password': [{ secret: 'somebody-elses' }],
  'network.proxy.username': ['somebody'],
  'forwarding.rules.siem.actions.siem.syslog.host': ['10.1.9.9'],
} as const

export type ConsolePath = keyof typeof consoleChanges

/** Which field of a script declares the same. */
const declaring: Record<ConsolePath, Field> = {
  'time.timezone': 'zone',
  'network.hostname': 'hostname',
  'mailServer.port': 'mail',
  'network.proxy.password': 'proxy',
  'network.proxy.username': 'proxy',
  'forwarding.rules.siem.actions.siem.syslog.host': 'siem',
}

/** `as` and `to` count variants. */
export type Step =
  | { do: 'declare'; sensor: Key; field: Field; as: number | null }
  | { do: 'plan' }
  | { do: 'apply' }
  | { do: 'change in console'; sensor: Key; path: ConsolePath; to: number }
  | { do: 'delete in portal'; sensor: Key }
  | { do: 'kill an apply'; atCall: number }
  | { do: 'kill an apply at the cloud'; afterCall: number }
  | { do: 'two applies at once'; killFirstAtCall: number | null }
  /** At a call to the sensor. `declaring` declares what the person changes first, so that both are at the same field. */
  | {
      do: 'change during an apply'
      atCall: number
      sensor: Key
      path: ConsolePath
      to: number
      declaring?: number | null
    }
  | { do: 'back up' | 'restore'; sensor: Key }
  | { do: 'let time pass'; seconds: number }
  | { do: 'partition' | 'heal'; sensor: Key }
  | { do: 'cloud goes away' | 'cloud comes back' }

/** What is known of a sensor without looking at it. */
interface SensorModel {
  declared: Map<Field, number>
  /** Settings by path; a secret with its value, and whether it was set by a run. */
  live: Map<string, string>
  away: boolean
  /** A run died, and none has ended its work since. */
  interrupted: boolean
  hasBackup: boolean
  /** A run has died: it may have left a record that the spec no longer asks for, and nobody may delete. */
  mayHaveStrays: boolean
}

export interface Model {
  sensors: Record<Key, SensorModel>
  cloudIsAway: boolean
}

interface Backup {
  name: string
  registered: string | null
  address: Stored | undefined
}

export interface Real {
  bench: Bench
  appliances: Record<Key, MemoryAppliance>
  backups: Map<Key, Backup>
  /** Runs so far; each has a name of its own. */
  runs: number
  cloudIsAway: boolean
  /** Who wrote to a sensor, one after the other, and who took turns. */
  writers: Map<string, string[]>
  /** Called at each call to a sensor or the cloud, before it takes effect. */
  onCall: (target: string) => void
}

const addressOf = (key: Key, offset = 0): string => `10.1.0.${(key === 'line-1' ? 5 : 6) + offset}`
const secrets = { SECRET_A: 'a', SECRET_B: 'b' }

/** Two sensors that are registered in the cloud, and of which nothing is declared. */
export async function start(): Promise<{ model: Model; real: Real }> {
  const bench = createBench()
  Object.assign(bench.secrets, secrets)
  const [one, two] = [await install(bench, 'line-1'), await install(bench, 'line-2')]
  const appliances = { 'line-1': one, 'line-2': two }
  const real: Real = {
    bench,
    appliances,
    backups: new Map(),
    runs: 0,
    cloudIsAway: false,
    writers: new Map(),
    onCall: () => {},
  }
  bench.memoryWorld.onCall = (call) => watch(real, call)
  const sensorOf = (key: Key): SensorModel => ({
    declared: new Map(),
    live: settingsOn(appliances[key]),
    away: false,
    interrupted: false,
    hasBackup: false,
    mayHaveStrays: false,
  })
  return {
    real,
    model: { sensors: { 'line-1': sensorOf('line-1'), 'line-2': sensorOf('line-2') }, cloudIsAway: false },
  }
}

const install = (bench: Bench, key: Key): Promise<MemoryAppliance> =>
  installActivated(bench, { serialNumber: `SN-${key}`, address: addressOf(key), name: `${key}-one` })

const registrarName = 'cloud'
const isWrite = (method: string): boolean => /^(set |activate$|changeAddress$|confirmAddress$|removeRule$)/.test(method)

/** Plays the cloud that is away, and notes whose lease each write is made under. */
function watch({ bench, appliances, cloudIsAway, writers, onCall }: Real, { method, target, phase }: MemoryCall): void {
  if (phase === 'after') return
  onCall(target)
  if (target === registrarName && cloudIsAway) throw new DeviceError('REGISTRAR_UNREACHABLE', 'Played: it is away.')
  if (!isWrite(method)) return
  const key = keys.find((one) => appliances[one].serialNumber === target)
  const holder = (key && holderOf({ bench, appliances }, key)) ?? 'nobody'
  const before = writers.get(target) ?? []
  if (before.at(-1) !== holder) writers.set(target, [...before, holder])
}

/** Whether a script may go on like that. */
export function mayDo(model: Model, step: Step): boolean {
  if (step.do === 'declare') {
    // What a run left halfway stays declared until it is ended: nobody could tell what is wanted instead.
    const { declared, interrupted } = model.sensors[step.sensor]
    if (step.as === null) return declared.has(step.field) && !(interrupted && ['name', 'address'].includes(step.field))
    return declared.get(step.field) !== step.as
  }
  if (step.do === 'back up') return !model.sensors[step.sensor].away
  if (step.do === 'restore') {
    const { away, interrupted, hasBackup } = model.sensors[step.sensor]
    return hasBackup && !away && !interrupted
  }
  if (step.do === 'partition' || step.do === 'heal') return model.sensors[step.sensor].away === (step.do === 'heal')
  if (step.do === 'cloud goes away' || step.do === 'cloud comes back')
    return model.cloudIsAway === (step.do === 'cloud comes back')
  return true
}

/** Does it on both, and compares. */
export async function takeStep(model: Model, real: Real, step: Step): Promise<void> {
  await act(model, real, step)
  for (const [target, holders] of real.writers) {
    expect(holders, `those who wrote to ${target}: each once, and nobody without the lease`).toEqual([
      ...new Set(holders.filter((holder) => holder !== 'nobody')),
    ])
  }
}

async function act(model: Model, real: Real, step: Step): Promise<void> {
  switch (step.do) {
    case 'declare':
      return declare(model, real, step)
    case 'plan':
      return plan(model, real)
    case 'apply':
      return apply(model, real)
    case 'kill an apply':
      return killApply(model, real, step.atCall)
    case 'kill an apply at the cloud':
      return killAtCloud(model, real, step.afterCall)
    case 'two applies at once':
      return applyTwice(model, real, step.killFirstAtCall)
    case 'change during an apply':
      return changeMeanwhile(model, real, step)
    case 'change in console':
      return changeByHand(model, real, step)
    case 'delete in portal':
      return deleteInPortal(real, step.sensor)
    case 'back up':
      return backUp(model, real, step.sensor)
    case 'restore':
      return restore(model, real, step.sensor)
    case 'let time pass':
      return real.bench.clock.advance(step.seconds * 1000)
    case 'partition':
    case 'heal':
      model.sensors[step.sensor].away = step.do === 'partition'
      real.appliances[step.sensor].gone = step.do === 'partition'
      return
    case 'cloud goes away':
    case 'cloud comes back':
      model.cloudIsAway = step.do === 'cloud goes away'
      real.cloudIsAway = model.cloudIsAway
  }
}

/** Plays a script from the beginning. Steps that may not follow are left out. */
export async function play(script: readonly Step[]): Promise<void> {
  const { model, real } = await start()
  for (const step of script) if (mayDo(model, step)) await takeStep(model, real, step)
}

function declare(model: Model, real: Real, { sensor, field, as }: Step & { do: 'declare' }): void {
  const { declared } = model.sensors[sensor]
  if (as === null) declared.delete(field)
  else declared.set(field, as)
  if (field === 'name' && as !== null) clearName(real, sensor, fields.name[as]?.(sensor).name ?? '')
}

/** A record that a dead run has left under this name is named by plans until a person removes it. */
function clearName({ bench, appliances }: Real, key: Key, name: string): void {
  const { activation, intent } = appliances[key]
  const isOwn = activation.name === name || claimOf(intent?.data)?.name === name
  if (!isOwn) bench.memoryWorld.records = bench.memoryWorld.records.filter((record) => record.name !== name)
}

const settingsOf = (key: Key, { declared }: SensorModel): DesiredSettings =>
  [...declared].reduce<DesiredSettings>(
    (settings, [field, as]) => mergeSettings(settings, fields[field][as]?.(key) ?? {}),
    {},
  )

const fleetOfModel = ({ sensors }: Model): Fleet =>
  fleetOf(
    keys.map((key) =>
      desiredSensor(settingsOf(key, sensors[key]), { key, address: addressOf(key), identity: `SN-${key}` }),
    ),
    { policy: { maxDisruptedPerSite: '100%' } },
  )

/** Where it is registered and reached is compared apart. */
const isApart = (path: string): boolean =>
  /^(name|activation|registration)(\.|$)|^network\.(address|subnetMask|gateway)$/.test(path)

const shown = (value: unknown): string => JSON.stringify(value)
const isSecret = (value: unknown): value is { secret: string; tag: unknown } =>
  typeof value === 'object' && value !== null && 'secret' in value
const isReference = (value: unknown): value is { fromEnv: keyof typeof secrets } =>
  typeof value === 'object' && value !== null && 'fromEnv' in value

const settingsOn = ({ settings }: MemoryAppliance): Map<string, string> =>
  new Map(
    [...settings]
      .filter(([path]) => !isApart(path))
      .map(([path, value]) => [
        path,
        isSecret(value) ? shown({ secret: value.secret, byRun: value.tag !== null }) : shown(value),
      ]),
  )

const declaredOf = (key: Key, sensor: SensorModel): Map<string, string> =>
  new Map(
    [...flatten(sensorSettings, settingsOf(key, sensor))]
      .filter(([path]) => !isApart(path))
      .map(([path, value]) => [
        path,
        isReference(value) ? shown({ secret: secrets[value.fromEnv], byRun: true }) : shown(value),
      ]),
  )

/** Live settings as they should be once all is done: what is not declared stays. */
const wantedOf = (key: Key, sensor: SensorModel): Map<string, string> =>
  new Map([...sensor.live, ...declaredOf(key, sensor)])

const sorted = (settings: ReadonlyMap<string, string>): [string, string][] =>
  [...settings].toSorted(([one], [other]) => (one < other ? -1 : 1))

/** Paths of settings that differ from what is declared. */
const pendingOf = (key: Key, sensor: SensorModel): string[] =>
  [...declaredOf(key, sensor)].filter(([path, value]) => sensor.live.get(path) !== value).map(([path]) => path)

type Digest = ReturnType<typeof digestPlan>

const planAnew = async (model: Model, { bench }: Real): Promise<Digest> =>
  digestPlan((await planRun(fleetOfModel(model), restarted(bench), {})).plan)

async function plan(model: Model, real: Real): Promise<void> {
  const { calls } = real.bench.memoryWorld
  calls.length = 0
  const digests = [await planAnew(model, real), await planAnew(model, real)]
  // What a dead run was waiting for still moves the clock, so that its lease may run out in between.
  const isQuiet = Object.values(model.sensors).every(({ interrupted }) => !interrupted)
  if (isQuiet) expect(digests[1], 'a plan changes nothing, so that the next is the same').toEqual(digests[0])
  expect(calls.filter((call) => !/ (signIn|read|lookup|audit|listRecords)$/.test(call))).toEqual([])
  for (const key of keys) {
    const sensor = model.sensors[key]
    const digest = digests[0]?.find((one) => one.key === key)
    if (sensor.away) expect(digest).toMatchObject({ status: 'unknown', changes: [], steps: [] })
    else if (!sensor.interrupted) {
      const changes = digest?.changes.filter((path) => !isApart(path)).toSorted()
      expect(changes, `what differs on ${key}`).toEqual(pendingOf(key, sensor).toSorted())
    }
  }
}

const isClean = (model: Model): boolean =>
  !model.cloudIsAway && Object.values(model.sensors).every(({ away, interrupted }) => !away && !interrupted)

async function apply(model: Model, real: Real): Promise<void> {
  const preview = isClean(model) ? await planAnew(model, real) : undefined
  const { plan: made, outcome } = await converge(fleetOfModel(model), restarted(real.bench), nextRun(real))
  if (preview) {
    expect(digestPlan(made), 'what apply does is what a plan says').toEqual(preview)
    const done = outcome.sensors.map(({ key, steps }) => ({ key, done: steps.map(({ id, status }) => [id, status]) }))
    expect(done).toEqual(preview.map(({ key, steps }) => ({ key, done: steps.map((id) => [id, 'done']) })))
  }
  await settled(model, real, [outcome])
}

const nextRun = (real: Real): { run: string } => ({ run: `run-${++real.runs}` })

/** What must hold after applies that nobody has killed. */
async function settled(model: Model, real: Real, outcomes: readonly Outcome[]): Promise<void> {
  const digests = await planAnew(model, real)
  for (const key of keys) {
    const sensor = model.sensors[key]
    const all = outcomes.flatMap(({ sensors }) => sensors.filter((one) => one.key === key))
    const own = digests.filter((one) => one.key === key)
    if (sensor.away) {
      expect(new Set(all.map(({ status }) => status))).toEqual(new Set(['unknown']))
      continue
    }
    expect(sorted(settingsOn(real.appliances[key])), `settings of ${key}`).toEqual(sorted(wantedOf(key, sensor)))
    sensor.live = settingsOn(real.appliances[key])
    if (model.cloudIsAway) continue
    for (const { status, problems } of all) {
      expect({ key, status, errors: problems.filter(({ severity }) => severity === 'error') }).toEqual({
        key,
        status: expect.stringMatching(/^(done|unchanged)$/) as string,
        errors: [],
      })
    }
    expect(
      own.map(({ changes, steps }) => ({ changes, steps })),
      `what is left of ${key}`,
    ).toEqual([{ changes: [], steps: [] }])
    inPlace(model, real, key)
    // The lease of a dead run lasts until its end, also where nothing was left to do.
    sensor.interrupted = sensor.interrupted && holderOf(real, key) !== null
  }
}

/** It is registered once under its name, and reached where it is declared; nothing is under way. */
function inPlace(model: Model, { bench, appliances }: Real, key: Key): void {
  const { name, network } = settingsOf(key, model.sensors[key])
  const { activation, intent, networkChange, settings } = appliances[key]
  if (name !== undefined) {
    const records = bench.memoryWorld.records.filter((record) => record.name === name)
    expect([activation.name, activation.status, records.map(({ connected }) => connected)]).toEqual([
      name,
      'Valid',
      [true],
    ])
    const all = bench.memoryWorld.records.map((record) => record.name).filter((one) => one.startsWith(key))
    if (!model.sensors[key].mayHaveStrays) expect(all, `records of ${key}`).toEqual([name])
  }
  if (network?.address !== undefined) expect(settings.get('network.address')).toBe(network.address)
  expect({ intent, networkChange }).toEqual({ intent: null, networkChange: null })
  if (!model.sensors[key].interrupted) expect(holderOf({ bench, appliances }, key)).toBe(null)
}

function holderOf({ bench, appliances }: Pick<Real, 'bench' | 'appliances'>, key: Key): string | null {
  const { lease } = appliances[key]
  return lease && lease.endsAt > bench.clock.monotonic() ? lease.holder : null
}

async function killApply(model: Model, real: Real, atCall: number): Promise<void> {
  const { world } = mortalWorld(restarted(real.bench), atCall)
  await converge(fleetOfModel(model), world, nextRun(real)).catch(() => undefined)
  halfway(model, real)
}

/** Where a registration may be lost: right after a call to the cloud took effect. */
async function killAtCloud(model: Model, real: Real, afterCall: number): Promise<void> {
  const { world, life } = mortalWorld(restarted(real.bench), Infinity)
  let calls = 0
  real.onCall = (target) => {
    if (target === registrarName && ++calls === afterCall) life.isOver = true
  }
  await converge(fleetOfModel(model), world, nextRun(real)).catch(() => undefined)
  real.onCall = () => {}
  halfway(model, real)
}

/** A run that died has done a part of its work and nothing else. */
function halfway(model: Model, real: Real): void {
  for (const key of keys) {
    const sensor = model.sensors[key]
    const live = settingsOn(real.appliances[key])
    const wanted = declaredOf(key, sensor)
    for (const path of new Set([...live.keys(), ...sensor.live.keys()])) {
      expect([sensor.live.get(path), wanted.get(path)], `${path} of ${key}`).toContain(live.get(path))
    }
    sensor.live = live
    sensor.interrupted ||= !sensor.away
    sensor.mayHaveStrays = true
  }
}

async function applyTwice(model: Model, real: Real, killFirstAtCall: number | null): Promise<void> {
  const first =
    killFirstAtCall === null ? restarted(real.bench) : mortalWorld(restarted(real.bench), killFirstAtCall).world
  const runs = [first, restarted(real.bench)].map((world) => converge(fleetOfModel(model), world, nextRun(real)))
  const [one, other] = await Promise.allSettled(runs)
  if (other?.status !== 'fulfilled') throw other?.reason
  if (killFirstAtCall !== null) return halfway(model, real)
  if (one?.status !== 'fulfilled') throw one?.reason
  await settled(model, real, [one.value.outcome, other.value.outcome])
}

/** Whoever is first: nothing is passed over unseen, and the next run knows what is there. */
async function changeMeanwhile(model: Model, real: Real, step: Step & { do: 'change during an apply' }): Promise<void> {
  const appliance = real.appliances[step.sensor]
  const field = declaring[step.path]
  if (typeof step.declaring === 'number') {
    declare(model, real, { do: 'declare', sensor: step.sensor, field, as: step.declaring % fields[field].length })
  }
  const before = settingsOn(appliance).get(step.path)
  let calls = 0
  let changed: ReadonlyMap<string, string> | undefined
  real.onCall = (target) => {
    if (target !== appliance.serialNumber || ++calls !== step.atCall) return
    changeInConsole(real.bench.memoryWorld, appliance, step.path, valueOf(step))
    changed = settingsOn(appliance)
  }
  const { sights, outcome } = await converge(fleetOfModel(model), restarted(real.bench), nextRun(real))
  real.onCall = () => {}
  const sensor = model.sensors[step.sensor]
  if (changed) {
    const byHand = changed.get(step.path)
    const live = settingsOn(appliance).get(step.path)
    const outcomes = outcome.sensors.filter(({ key, status }) => key === step.sensor && status === 'done')
    expect([byHand, declaredOf(step.sensor, sensor).get(step.path)], `${step.path} of ${step.sensor}`).toContain(live)
    if (outcomes.length === 0 && !sensor.interrupted) expect(live, 'what is not done is left').toBe(byHand)
    const planned = sights.find(({ desired }) => desired.key === step.sensor)
    if (wasUnseen(planned, step.path, { before, byHand })) {
      expect(live, `${step.path} of ${step.sensor}: changed by hand after the plan was made, so it stays`).toBe(byHand)
    }
  }
  for (const key of keys) {
    model.sensors[key].live = settingsOn(real.appliances[key])
    // Where the change was first, an activation may be under way no more, or waits for the next run.
    model.sensors[key].interrupted ||= !model.sensors[key].away
  }
}

const isTagged = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'tag' in value && value.tag !== null

/** The plan was made from what was there before. Whoever sets a secret that no run has set leaves no trace. */
function wasUnseen(
  sight: Sight | undefined,
  path: ConsolePath,
  { before, byHand }: { before: string | undefined; byHand: string | undefined },
): boolean {
  if (!sight || 'problem' in sight.observation || before === byHand) return false
  const seen = sight.observation.live.get(path)
  if (path === 'network.proxy.password') return before?.includes('"byRun":true') === true && isTagged(seen)
  return (seen === undefined ? undefined : shown(seen)) === before
}

const valueOf = ({ path, to }: { path: ConsolePath; to: number }): Parameters<typeof changeInConsole>[3] => {
  const values: readonly Parameters<typeof changeInConsole>[3][] = consoleChanges[path]
  return values[to] ?? null
}

function changeByHand(model: Model, real: Real, { sensor, path, to }: Step & { do: 'change in console' }): void {
  changeInConsole(real.bench.memoryWorld, real.appliances[sensor], path, valueOf({ path, to }))
  model.sensors[sensor].live = settingsOn(real.appliances[sensor])
}

function deleteInPortal({ bench: { memoryWorld }, appliances }: Real, key: Key): void {
  memoryWorld.records = memoryWorld.records.filter(({ name }) => name !== appliances[key].activation.name)
}

function backUp(model: Model, { bench, appliances, backups }: Real, key: Key): void {
  const appliance = appliances[key]
  createBackup(bench.memoryWorld, appliance)
  const name = appliance.backups[0]?.name ?? ''
  backups.set(key, { name, registered: appliance.activation.name, address: appliance.settings.get('network.address') })
  model.sensors[key].hasBackup = true
}

/** One of another name or address needs a person, who says which registration and which address are meant. */
function restore(model: Model, { bench, appliances, backups }: Real, key: Key): void {
  const appliance = appliances[key]
  const backup = backups.get(key)
  const isSame =
    backup?.registered === appliance.activation.name && backup.address === appliance.settings.get('network.address')
  if (!isSame) return
  try {
    restoreBackup(bench.memoryWorld, appliance, backup.name)
  } catch (error) {
    if (!(error instanceof DeviceError) || error.code !== 'CONNECTION_LOST') throw error
  }
  model.sensors[key].live = settingsOn(appliance)
}
