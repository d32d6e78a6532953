/** Five sensors in the plan, one outside of it, and whoever takes part: in a folder of their own, with a clock that waits for nobody. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../../reconcile/clock.ts'
import type { ResultOf } from '../../../schemas/results.ts'
import { type Fault, type FaultCall } from '../../../simulator/faults.ts'
import { startTrial, trialEnv, type Ended, type Trial } from '../../cli/fleet.ts'
import { createRestingClock } from '../../support/resting-clock.ts'
import { writeFiles, type Lot, type Work } from './works.ts'

export const planned = ['line-1', 'line-2', 'line-3', 'line-4', 'line-5'] as const
export const outsider = 'line-6'

/** How a sensor comes to lie outside the plan; `inSync` is looked at, and has nothing before it. */
export const outsides = ['undeclared', 'held', 'notSelected', 'inSync'] as const
export type Outside = (typeof outsides)[number]

export interface Layout {
  /** Work of each sensor that is planned, by key. */
  works: Readonly<Record<string, Work>>
  outside: Outside
}

export interface Plant {
  /** First three numbers of its addresses. */
  network: string
  works: Layout['works']
  trial: Trial
  clock: Clock
  /** Runs apply as a pipeline would. */
  apply(): Promise<Applied>
  end(): Promise<void>
}

export interface Applied extends Ended {
  /** Absent where the command had nothing to report. */
  result?: ResultOf<'apply'>
}

const env = {
  ...trialEnv,
  SMB_PASSWORD: 'canary-smb',
  SENSORFORM_FINGERPRINT_KEY: 'a key of thirty-two bytes or more, for tests',
}
export const canaries = [trialEnv.SENSOR_PASSWORD, trialEnv.AZURE_TOKEN, env.SMB_PASSWORD]

/** The schedules are about single sensors, not about how many of them a run may disturb. */
const policy = '  policy: { maxDisruptedPerSite: 100% }\n'

const inSync = {
  settings: { time: { timezone: 'Europe/Berlin' }, network: { dns: ['10.0.0.1'] } },
}

/** Starts it. `onFaultCall` hears of each moment at which a fault may strike. */
export async function startPlant(
  network: string,
  { works, outside }: Layout,
  onFaultCall?: (call: FaultCall) => void,
): Promise<Plant> {
  const lots = new Map<string, Lot>(
    [...planned, outsider].map((key, index) => [key, { key, network, host: 11 + index }]),
  )
  const lotOf = (key: string): Lot => lots.get(key) ?? { key, network, host: 99 }
  const takesPart = (who: Work['with']) => Object.values(works).some((work) => work.with === who)
  const trial = await startTrial({
    network,
    sensors: lots.size,
    tuning: { jobMs: 20, updateMs: 120_000, requestsPerSecond: 10_000, driftSecondsPerDay: 0 },
    simulator: { distinctKeys: 1, ...(onFaultCall && { onFaultCall }) },
    ...(takesPart('cloud') && { cloud: {} }),
    ...(takesPart('console') && { consoles: { hq: { zones: ['Assembly'] } } }),
    sensor: (key) =>
      key === outsider ? (outside === 'inSync' ? inSync : {}) : (works[key]?.sensor?.(lotOf(key)) ?? {}),
    spec: (key) => works[key]?.spec(lotOf(key)) ?? '',
  })
  writeFiles(trial.folder, [...lots.values()])
  const documents = join(trial.folder, 'fleet.yaml')
  writeFileSync(
    documents,
    placed(readFileSync(documents, 'utf8').replace('  credentials:', `${policy}  credentials:`), outside),
  )
  const clock = createRestingClock(trial.simulator, `https://${network}.`)
  const selection = outside === 'notSelected' ? ['--select', `key!=${outsider}`] : []
  const words = ['apply', 'fleet.yaml', '--auto-approve', '--out', 'json=result.json', ...selection]
  return {
    network,
    works,
    trial,
    clock,
    apply: async () => {
      const file = join(trial.folder, 'result.json')
      writeFileSync(file, '')
      const ended = await trial.run(words, { clock, env })
      const text = readFileSync(file, 'utf8')
      return { ...ended, ...(text !== '' && { result: JSON.parse(text) as ResultOf<'apply'> }) }
    },
    end: () => trial.end(),
  }
}

const isOutsider = (document: string): boolean => document.includes(`{ name: ${outsider} }`)

function placed(text: string, outside: Outside): string {
  const documents = text.split('---\n')
  if (outside === 'undeclared') return documents.filter((document) => !isOutsider(document)).join('---\n')
  const hold = '  hold: { until: 2099-01-01, reason: being rebuilt }\n'
  return documents
    .map((document) => (outside === 'held' && isOutsider(document) ? document + hold : document))
    .join('---\n')
}

/** What is on a sensor and what is registered for it: all that a run should leave the same, whatever happened before. */
export function digestOf({ network, works, trial: { simulator } }: Plant, key: string): unknown {
  const { settings, secrets, activation, softwareVersion, serialNumber } = simulator.appliance(key).state
  const { certificate, managementConsole, ...others } = settings
  const { 'managementConsole.connectionString': _, ...ownSecrets } = secrets
  const takesPart = works[key]?.with
  const records = takesPart === 'cloud' ? (simulator.cloud?.records() ?? []) : []
  const entries = takesPart === 'console' ? simulator.managementConsole('hq').state.sensors : []
  const digest = {
    settings: others,
    // What stands there from the installation differs from one to the next, as the connection strings of consoles do.
    certificate: certificate.name === null ? null : certificate,
    isConnected: managementConsole.enabled,
    secrets: ownSecrets,
    activation: activation && { name: activation.name, mode: activation.mode, site: activation.site },
    softwareVersion,
    records: records.filter(({ name }) => name.startsWith(key)).map(({ name, site }) => ({ name, site })),
    entries: entries
      .filter(({ uid }) => uid === serialNumber)
      .map(({ zoneId, connection: { id } }) => ({ zoneId, id })),
  }
  return JSON.parse(JSON.stringify(digest).replaceAll(`"${network}.`, '"network.')) as unknown
}

/** What a run has left under way on a sensor. */
export function unfinishedOn({ trial: { simulator } }: Plant, key: string): string[] {
  const { intent, networkChange } = simulator.appliance(key).state
  return [...(intent ? [`the intent of ${intent.step}`] : []), ...(networkChange ? ['a network change'] : [])]
}

/** What a console says of a clock that was set right is what it learns when the sensor speaks to it again. */
const passWithTime: ReadonlySet<string> = new Set(['reboot', 'addressTaken', 'clockSkew'])

/** Brings back what the faults took away, as people on site would; a new key is accepted as `trust` does. */
export async function lift(
  { trial, clock }: Plant,
  { faults, liftedLater }: { faults: readonly Fault[]; liftedLater: boolean },
): Promise<void> {
  const { simulator } = trial
  simulator.removeFaults()
  for (const { key } of simulator.appliances) {
    const struck = faults.filter(({ appliance }) => appliance === key).map(({ kind: fault }) => fault)
    if (struck.includes('gone')) await simulator.restart(key)
    const { skewMs } = simulator.either(key).state.clock
    if (skewMs !== 0) simulator.either(key).strike({ kind: 'clockSkew', seconds: -skewMs / 1000 })
  }
  // Reboots end, addresses revert. A run that meets a sensor while it restarts in its own update calls it unknown.
  const isUpdating = (): boolean =>
    simulator.appliances.some(
      ({ key, kind }) =>
        kind === 'Sensor' &&
        simulator.appliance(key).state.jobs.some(({ type, state }) => type === 'update' && state === 'running'),
    )
  const updated = isUpdating()
  for (let minutes = 0; isUpdating() && minutes < 60; minutes += 1) await clock.sleep(60_000)
  if (updated || liftedLater || faults.some(({ kind }) => passWithTime.has(kind))) await clock.sleep(300_000)
  for (const { key, endpoint, pin } of simulator.appliances) {
    if (!faults.some(({ kind, appliance }) => kind === 'certificateSwapped' && appliance === key)) continue
    await trial.run(['trust', endpoint, '--key', key, '--accept', pin], { clock, env })
  }
}

/** Requests that change something. */
export const writesOf = ({ trial: { simulator } }: Plant, since: number): string[] =>
  simulator
    .requests(since)
    .filter(({ method, operation, path }) => method !== 'GET' && !harmless.has(operation ?? path))
    .map(({ appliance, operation, path }) => `${appliance} ${operation ?? path}`)

const harmless = new Set(['signIn', 'signOut', 'checkPeers', 'checkCredentials'])

export const requestsSoFar = ({ trial: { simulator } }: Plant): number => simulator.requests().at(-1)?.sequence ?? 0
