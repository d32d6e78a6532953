import { confirmationOf } from '../../reconcile/compare/confirmation.ts'
import type { Plan, AppliancePlan, Step } from '../../reconcile/plan-types.ts'
import { planRun } from '../../reconcile/run.ts'
import { problemLines } from '../../report/human-problem.ts'
import { plainText } from '../../report/neutral.ts'
import { styleOf } from '../../report/style.ts'
import { ofAllAppliances } from '../../schemas/appliances.ts'
import type { Command } from '../command.ts'
import { documentPaths, loadDocuments } from '../documents.ts'
import { exitCodes } from '../exit-codes.ts'
import { applianceOfKey } from '../keys.ts'
import { nearest } from '../nearest.ts'
import { UsageError } from '../usage-error.ts'
import { openWorld, type OpenWorld } from '../world.ts'

export async function run(command: Command): Promise<number> {
  const [key = '', wanted] = command.positionals
  const { fleet } = await loadDocuments(command, documentPaths(command))
  applianceOfKey(fleet, key)
  if (command.given.on('no-state')) {
    throw new UsageError(
      'FLAG_CONFLICT',
      'A confirmation is kept in the state folder, and --no-state keeps nothing',
      'Leave --no-state out.',
    )
  }
  const opened = await openWorld(command, fleet, { writes: false })
  try {
    const look = async (): Promise<AppliancePlan> =>
      planOf(key, (await planRun(fleet, opened.world, { keys: [key], readOnly: true })).plan)
    const before = await look()
    opened.progress.end()
    if (before.status === 'unknown') return sayUnknown(command, before)
    const steps = manualSteps(before, wanted)
    if (steps.length === 0) {
      command.note(`${key} waits for no person.`)
      return exitCodes.ok
    }
    await record(opened, key, steps)
    const after = await look()
    await withdraw(opened, key, open(steps, after))
    return judge(command, steps, after)
  } finally {
    await opened.close()
  }
}

function planOf(key: string, plan: Plan): AppliancePlan {
  const found = ofAllAppliances(plan).find((one) => one.key === key)
  if (!found) throw new TypeError(`the plan of ${key} has none`)
  return found
}

function sayUnknown(command: Command, { problems }: AppliancePlan): number {
  const style = styleOf(command.colour.stderr)
  for (const problem of problems) command.say(problemLines(problem, style).join('\n'))
  return problems.some(({ code }) => code === 'SECRET_MISSING') ? exitCodes.error : exitCodes.unknown
}

/** The steps that a person does: all, or the one that is named. */
function manualSteps({ key, steps }: AppliancePlan, wanted: string | undefined): readonly Step[] {
  const manual = steps.filter((step) => confirmationOf(step) !== undefined)
  if (wanted === undefined) return manual
  const step = manual.find(({ id }) => id === wanted)
  if (step) return [step]
  const ids = manual.map(({ id }) => id)
  const near = nearest(wanted, ids)
  const known = ids.length === 0 ? `${key} waits for no person.` : `It waits for ${ids.join(', ')}.`
  throw new UsageError(
    'STEP_UNKNOWN',
    `${key} has no manual step ${JSON.stringify(wanted)}`,
    near === undefined ? known : `Did you mean ${near}?`,
  )
}

async function record({ world: { memory } }: OpenWorld, key: string, steps: readonly Step[]): Promise<void> {
  const known = (await memory.recall(key))?.confirmed ?? {}
  const added = Object.fromEntries(steps.map((step) => [step.id, confirmationOf(step) ?? '']))
  await memory.remember(key, { confirmed: { ...known, ...added } })
}

/** What goes on waiting is not taken for done later, when something else has changed. */
async function withdraw({ world: { memory } }: OpenWorld, key: string, steps: readonly Step[]): Promise<void> {
  if (steps.length === 0) return
  const known = Object.entries((await memory.recall(key))?.confirmed ?? {})
  const left = known.filter(([id]) => !steps.some((step) => step.id === id))
  await memory.remember(key, { confirmed: Object.fromEntries(left) })
}

/** What can be read back decides; a step that is still planned is not done. */
const open = (steps: readonly Step[], after: AppliancePlan): readonly Step[] =>
  steps.filter(({ id }) => after.steps.some((step) => step.id === id))

function judge(command: Command, steps: readonly Step[], after: AppliancePlan): number {
  const waiting = open(steps, after)
  for (const step of steps) {
    const text = waiting.includes(step) ? 'still differs when read back; it goes on waiting' : 'confirmed'
    command.io.stdout.write(`${after.key}: ${plainText(step.title)}: ${text}\n`)
  }
  return waiting.length > 0 ? exitCodes.waiting : exitCodes.ok
}
