/** Steps of a sensor that its management console takes part in. Both are done when both ends say so. */
import { entryOf, isSetUpFor } from '../../compare/console-diff.ts'
import type { Observation } from '../../driver.ts'
import { StepError } from '../../observe/problem-of.ts'
import type { Action } from '../../plan-types.ts'
import { acquireLease } from '../lease-wait.ts'
import { poll } from '../poll.ts'
import type { ApplianceSession } from '../session.ts'
import type { StepContext } from './step-context.ts'
import { writeAndVerify } from './write-and-verify.ts'

/** A sensor that is connected appears at the console within this time. */
const appearsMs = 90_000

/** Connects the sensor. The string is read at the console, sent to the sensor, and forgotten. */
export async function executeConnectConsole(
  context: StepContext,
  { console: key }: Action & { type: 'connectConsole' },
): Promise<void> {
  const { consoles, session, plan } = context
  const { string, console } = await consoles.use(key, async (one) => ({
    string: await connectionStringOf(one, key),
    console: await one.observe({ whole: true }),
  }))
  await context.announce({ console: key })
  // What the console says of the sensor now is what it said before: whether it takes the sensor is asked afterwards.
  const isAnew = isSetUpFor(console, session.observation)
  const isConnected = (observation: Observation): boolean =>
    isSetUpFor(console, observation) && (!isAnew || observation.consoleConnection?.state === 'Connected')
  await writeAndVerify(
    context,
    {
      type: 'set',
      aspect: 'managementConsole',
      values: new Map<string, boolean | { secret: string; tag: null }>([
        ['managementConsole.enabled', true],
        ['managementConsole.connectionString', { secret: string, tag: null }],
      ]),
    },
    {
      missing: (observation) => (isConnected(observation) ? [] : ['managementConsole.console']),
      touches: ['managementConsole.enabled', 'managementConsole.connectionString'],
      settleMs: 30_000,
    },
  )
  const entry = await consoles.use(key, (one) => awaitEntry(context, one, session.observation))
  if (entry) context.note(`The console lists it as ${entry.name}: ${entry.description ?? entry.connection}.`)
  else throw notListed(plan.key, key)
}

async function connectionStringOf(console: ApplianceSession, key: string): Promise<string> {
  const string = await console.connectionString()
  if (string !== undefined) return string
  throw new StepError({
    code: 'NOT_SUPPORTED',
    key,
    summary: 'The driver of this management console cannot read its connection string.',
    hint: 'Declare managementConsole.connectionString of the sensor instead.',
  })
}

const notListed = (sensor: string, console: string): StepError =>
  new StepError(
    {
      code: 'CONSOLE_NOT_COMMUNICATING',
      key: sensor,
      field: 'managementConsole.console',
      summary: `The sensor says that it is connected, but the management console ${console} does not list it as synced.`,
      hint: 'Check the network between the two, their clocks, and their certificates. Plan again to see how it is now.',
    },
    'unknown',
  )

function awaitEntry({ world }: StepContext, console: ApplianceSession, sensor: Observation) {
  const patience = {
    deadlineMs: world.clock.monotonic() + appearsMs,
    firstPauseMs: 500,
    longestPauseMs: 5_000,
    signal: console.signal,
  }
  return poll(world.clock, patience, async () => {
    const entry = entryOf(await console.observe(), sensor)
    return entry?.connection === 'SYNCED' ? entry : undefined
  })
}

/** Assigns the sensor to a zone, at the console and under the lease of the console. */
export async function executeAssignZone(
  context: StepContext,
  { console: key, zone, site }: Action & { type: 'assignZone' },
): Promise<void> {
  const { consoles, session, world, options, step, plan } = context
  const { identity } = session.observation
  await consoles.use(key, async (console) => {
    const intent = {
      run: options.run,
      step: step.id,
      tool: `sensorform ${world.toolVersion}`,
      startedAt: new Date(world.clock.now()).toISOString(),
      data: { sensor: plan.key, identity, zone },
    }
    await acquireLease(
      console,
      world,
      () => intent,
      ({ message }) => context.note(`${message} Waiting for it.`),
    )
    await console.write(
      { type: 'assignZone', identity, zone, ...(site !== undefined && { site }) },
      { anyRevision: true },
    )
    const seen = await console.observe()
    if (isInZone(seen, session.observation, zone, site)) return console.announce(null)
    throw new StepError({
      code: 'READ_BACK_DIFFERS',
      key: plan.key,
      field: step.id,
      summary: `The management console ${key} took the zone ${zone}, but does not list the sensor in it.`,
      hint: 'Plan again.',
    })
  })
}

function isInZone(console: Observation, sensor: Observation, zone: string, site: string | undefined): boolean {
  const { zoneId } = entryOf(console, sensor) ?? {}
  const found = console.console?.sites.find(({ name }) => site === undefined || name === site)
  return zoneId !== undefined && (found?.zones.some(({ id, name }) => id === zoneId && name === zone) ?? false)
}
