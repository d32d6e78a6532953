import { ofAllAppliances } from '../../schemas/appliances.ts'
import { resolve } from 'node:path'
import { applyPlan } from '../../reconcile/apply/apply.ts'
import type { Overrides } from '../../reconcile/engine.ts'
import type { MemoryError } from '../../reconcile/memory-error.ts'
import type { ApplianceOutcome, Outcome } from '../../reconcile/outcome.ts'
import type { AppliancePlan, Plan } from '../../reconcile/plan-types.ts'
import { planRun, seenIn } from '../../reconcile/run.ts'
import { renderHuman } from '../../report/human.ts'
import type { ApplyReport } from '../../report/report.ts'
import { counted } from '../../report/words.ts'
import type { Fleet } from '../../schemas/fleet.ts'
import type { Problem } from '../../schemas/problem.ts'
import { askYes, mustBeAskable } from '../ask.ts'
import type { Command } from '../command.ts'
import { loadDocuments, mustBeInScope } from '../documents.ts'
import { exitCodeOf, exitCodes } from '../exit-codes.ts'
import { emit, outputsOf, type Outputs } from '../output.ts'
import { lacksSecret, outcomeReasons, planReasons } from '../plan-exits.ts'
import { isPlanFile, readPlan, StalePlanError } from '../plan-file.ts'
import { planOptionsOf } from '../plan-options.ts'
import { untold, withErrorsOf } from '../told-once.ts'
import { nameRun, recordEnd, recordStart, sayUnrecorded } from '../run-history.ts'
import { acceptReplacement } from '../replace.ts'
import { sayError } from '../say-error.ts'
import { UsageError } from '../usage-error.ts'
import { openWorld, type OpenWorld } from '../world.ts'

interface Work {
  fleet: Fleet
  overrides: Overrides
  warnings: readonly Problem[]
  /** From a saved plan, which was reviewed where it was made. */
  saved: boolean
  planned(opened: OpenWorld): Promise<Planned>
}

interface Planned {
  plan: Plan
  /** What was read for it by this command. */
  seen?: ReadonlyMap<string, string>
}

export async function run(command: Command): Promise<number> {
  const outputs = outputsOf(command)
  let work: Work
  try {
    work = await workOf(command, outputs)
  } catch (error) {
    if (!(error instanceof StalePlanError)) throw error
    sayError(error, command.io, { verbose: false, colour: command.colour.stderr })
    return exitCodes.stale
  }
  const opened = await openWorld(command, work.fleet, { writes: true, keepSessions: !work.saved })
  try {
    return await carryOut(command, outputs, work, opened)
  } finally {
    await opened.close()
  }
}

async function workOf(command: Command, outputs: Outputs): Promise<Work> {
  const { io, positionals, given } = command
  const [first = ''] = positionals
  if (positionals.length === 1 && (await isPlanFile(resolve(io.cwd, first)))) return savedWork(command, first, outputs)
  if (given.on('root')) {
    throw new UsageError('FLAG_CONFLICT', '--root is for saved plans, and none is given', 'Leave --root out.')
  }
  if (!given.on('auto-approve')) {
    mustBeAskable(command, 'Give --auto-approve, or save a plan with "sensorform plan --out plan=FILE" and apply that.')
  }
  const { fleet, warnings } = await loadReplaced(command, outputs)
  const options = planOptionsOf(command, fleet)
  return {
    fleet,
    warnings,
    overrides: options.overrides ?? {},
    saved: false,
    planned: async ({ world }) => {
      const { plan, sights } = await planRun(fleet, world, { ...options, waitForRuns: true })
      return { plan, seen: seenIn(sights) }
    },
  }
}

/** The documents; with `--replace` as they are once the new hardware is accepted, which mends the pin file. */
async function loadReplaced(command: Command, outputs: Outputs): Promise<Awaited<ReturnType<typeof loadDocuments>>> {
  const loaded = await loadDocuments(command, command.positionals, outputs)
  const changed = await acceptReplacement(command, loaded.fleet)
  return changed ? loadDocuments(command, command.positionals, outputs) : loaded
}

/** What shaped the plan stands in it; flags that would change it are refused. */
async function savedWork(command: Command, file: string, outputs: Outputs): Promise<Work> {
  const { io, given, tool } = command
  const shaping = [
    'replace',
    'select',
    'only',
    'allow-changed',
    'allow-delete',
    'allow-window',
    'adopt-record',
    'allow-cut-off',
    'allow-unguarded-network-change',
    'rewrite-secrets',
  ]
  const stray = shaping.find((name) => given.on(name))
  if (stray !== undefined) {
    throw new UsageError(
      'FLAG_CONFLICT',
      `--${stray} would change a saved plan, which is carried out as it is`,
      'Give it to "sensorform plan" and save the plan again.',
    )
  }
  const root = given.text('root')
  const { plan, fleet, overrides } = await readPlan(resolve(io.cwd, file), {
    toolVersion: tool.version,
    ...(root !== undefined && { root: resolve(io.cwd, root) }),
  })
  await mustBeInScope(command, fleet, outputs)
  return { fleet, overrides, warnings: [], saved: true, planned: async () => ({ plan }) }
}

async function carryOut(command: Command, outputs: Outputs, work: Work, opened: OpenWorld): Promise<number> {
  const planned = await work.planned(opened)
  const { plan } = planned
  opened.progress.end()
  const told = { ...plan, problems: [...untold(work.warnings, plan), ...plan.problems] }
  const report = (outcome: Outcome): ApplyReport => ({ kind: 'apply', plan: told, outcome, ...headerOf(command) })
  const blocked = plan.refused || lacksSecret(plan)
  const begins = !blocked && ofAllAppliances(plan).some(({ steps }) => steps.length > 0)
  const asks = begins && !work.saved && !command.given.on('auto-approve')
  if (asks || !begins || !command.given.on('quiet')) showPlan(command, outputs, told)
  if (opened.interruption.stopping()) return exitCodes.interrupted
  if (blocked) {
    if (lacksSecret(plan)) command.say('Nothing was attempted: a secret is missing where this command runs.')
    await emitFiles(command, outputs, report(notBegun(plan, command.startedAt)))
    return exitCodeOf(planReasons(plan, { detailed: false }))
  }
  if (asks) command.timings?.enter('question')
  if (asks && !(await approved(command, plan))) {
    command.say('Nothing was done.')
    return exitCodes.error
  }
  const { outcome, unrecorded } = await execute(command, planned, work, opened)
  const wasRead = outputs.format === 'human' && !command.given.on('quiet')
  const whole = report(withErrorsOf(plan, outcome))
  if (begins || hasFailed(outcome)) await emitOutcome(command, outputs, wasRead ? report(outcome) : whole, whole)
  else await emitFiles(command, outputs, whole)
  if (unrecorded && !isTold(unrecorded, outcome)) sayUnrecorded(command, unrecorded)
  return exitCodeOf(outcomeReasons(plan, outcome, { unrecorded: unrecorded !== undefined }))
}

/** Also where nothing was to be written: what is in sync could not be remembered. */
const hasFailed = (outcome: Outcome): boolean => ofAllAppliances(outcome).some(({ status }) => status === 'failed')

/** An appliance of the outcome says it already. */
const isTold = ({ code }: MemoryError, outcome: Outcome): boolean =>
  ofAllAppliances(outcome).some(({ problems, steps }) =>
    [...problems, ...steps.flatMap(({ problem }) => problem ?? [])].some((problem) => problem.code === code),
  )

const headerOf = ({ tool, startedAt }: Command) => ({ tool, startedAt })

/** On stdout for a person; elsewhere stdout is for the result alone. */
function showPlan(command: Command, { format }: Outputs, plan: Plan): void {
  const { colour, given, io } = command
  const report = { kind: 'plan', plan, ...headerOf(command) } as const
  const verbose = given.on('verbose')
  if (format === 'human') io.stdout.write(renderHuman(report, { colour: colour.stdout, verbose }))
  else command.note(renderHuman(report, { colour: colour.stderr, verbose }).trimEnd())
}

function approved(command: Command, plan: Plan): Promise<boolean> {
  const [consoles, sensors] = [plan.managementConsoles, plan.sensors].map((all) =>
    all.filter(({ steps }) => steps.length > 0),
  ) as [AppliancePlan[], AppliancePlan[]]
  const steps = [...consoles, ...sensors].reduce((sum, appliance) => sum + appliance.steps.length, 0)
  const where = [
    ...(sensors.length > 0 ? [counted(sensors.length, 'sensor')] : []),
    ...(consoles.length > 0 ? [counted(consoles.length, 'management console')] : []),
  ]
  return askYes(command, `\nCarry out ${counted(steps, 'step')} on ${where.join(' and ')}?`)
}

async function execute(
  command: Command,
  { plan, seen }: Planned,
  work: Work,
  { world, state, progress }: OpenWorld,
): Promise<{ outcome: Outcome; unrecorded: MemoryError | undefined }> {
  command.timings?.enter('write')
  const id = nameRun(command.startedAt)
  await recordStart(state, command, id, work.overrides)
  const concurrency = command.given.count('concurrency')
  const outcome = await applyPlan(plan, work.fleet, world, {
    run: id,
    overrides: work.overrides,
    ...(concurrency !== undefined && { concurrency }),
    ...(seen && { seen }),
  })
  command.timings?.enter('end')
  progress.end()
  return { outcome, unrecorded: await recordEnd(state, command, outcome, work.overrides) }
}

const notBegun = (plan: Plan, startedAt: string): Outcome => ({
  run: nameRun(startedAt),
  startedAt,
  finishedAt: new Date().toISOString(),
  interrupted: false,
  sensors: plan.sensors.map(notBegunAppliance),
  managementConsoles: plan.managementConsoles.map(notBegunAppliance),
})

const notBegunAppliance = ({
  key,
  site,
  identity,
  endpoint,
  status,
  problems,
  steps,
}: AppliancePlan): ApplianceOutcome => ({
  key,
  ...(site !== undefined && { site }),
  status: status === 'unknown' ? 'unknown' : steps.length > 0 ? 'notAttempted' : 'unchanged',
  ...(identity !== undefined && { identity }),
  ...(endpoint !== undefined && { endpoint }),
  steps: steps.map(({ id, title }) => ({ id, title, status: 'notAttempted', notes: [] })),
  problems,
})

async function emitOutcome(command: Command, outputs: Outputs, report: ApplyReport, whole: ApplyReport): Promise<void> {
  if (outputs.format === 'human' && !command.given.on('quiet')) command.io.stdout.write('\n')
  await emit(command, outputs, report, whole)
}

/** A person has read all of it in the plan; programs and files get the result. */
async function emitFiles(command: Command, outputs: Outputs, report: ApplyReport): Promise<void> {
  if (outputs.format !== 'human') return emit(command, outputs, report)
  const silent = { ...command, io: { ...command.io, stdout: { write: () => true } } }
  await emit(silent, outputs, report)
}
