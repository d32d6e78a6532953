import { planRetirement } from '../../reconcile/retire/plan-retirement.ts'
import { retire } from '../../reconcile/retire/retire.ts'
import type { Retirement } from '../../reconcile/retire/retirement.ts'
import type { Remembered } from '../../reconcile/memory.ts'
import { renderHuman } from '../../report/human.ts'
import type { RetireReport } from '../../report/report.ts'
import { applianceOf, appliancesOf, type Fleet } from '../../schemas/fleet.ts'
import { askYes, mustBeAskable } from '../ask.ts'
import type { Command } from '../command.ts'
import { documentPaths, loadDocuments } from '../documents.ts'
import { exitCodes } from '../exit-codes.ts'
import { nearest } from '../nearest.ts'
import { emit, outputsOf } from '../output.ts'
import { nameRun, sayUnrecorded, unrecordedBecause } from '../run-history.ts'
import { UsageError } from '../usage-error.ts'
import { openWorld, type OpenWorld } from '../world.ts'

export async function run(command: Command): Promise<number> {
  const [key = ''] = command.positionals
  const outputs = outputsOf(command)
  const { fleet } = await loadDocuments(command, documentPaths(command), outputs)
  mustBeUndeclared(fleet, key)
  if (!command.given.on('auto-approve')) mustBeAskable(command, 'Give --auto-approve.')
  const opened = await openWorld(command, fleet, { writes: false })
  try {
    const done = await carryOut(command, fleet, key, opened)
    // A person has read already what was not done.
    if (done.state !== 'planned' || outputs.format !== 'human') await emit(command, outputs, reportOf(command, done))
    return opened.interruption.stopping() ? exitCodes.interrupted : exitCodeOfRetirement(done)
  } finally {
    await opened.close()
  }
}

function mustBeUndeclared(fleet: Fleet, key: string): void {
  const heir = appliancesOf(fleet).find(({ formerKey }) => formerKey === key)
  const declared = applianceOf(fleet, key) ?? heir
  if (!declared) return
  const { file, line } = declared.place
  throw new UsageError(
    'KEY_DECLARED',
    declared === heir
      ? `${key} is the former key of ${heir.key} (${file}:${line}): it goes on under that name`
      : `${key} is declared (${file}:${line}): only what no document declares is retired`,
    declared === heir
      ? 'Apply that first: what is remembered moves over.'
      : 'Remove the document, then retire the key.',
  )
}

async function carryOut(command: Command, fleet: Fleet, key: string, opened: OpenWorld): Promise<Retirement> {
  const { world, state } = opened
  const remembered = await recalled(opened, fleet, key)
  const choices = {
    unregister: command.given.on('unregister'),
    ...(command.given.on('remove-from-console') && { leaveConsole: true }),
  }
  const plan = await planRetirement(fleet, world, { key, remembered, ...choices })
  if (plan.state !== 'planned' || !(await approved(command, plan))) return plan
  const id = nameRun(command.startedAt)
  const record = { run: id, verb: command.verb, startedAt: command.startedAt }
  await state.history?.recordRun({ ...record, detail: { key, ...choices } })
  const done = await retire(plan, fleet, world, id)
  const finishedAt = new Date(world.clock.now()).toISOString()
  const detail = { key, ...choices, outcome: done.state }
  const unrecorded = await unrecordedBecause(state.history?.recordRun({ ...record, finishedAt, detail }))
  if (unrecorded && done.state === 'retired') sayUnrecorded(command, unrecorded)
  return done
}

async function recalled({ world: { memory } }: OpenWorld, fleet: Fleet, key: string): Promise<Remembered> {
  const remembered = await memory.recall(key)
  if (remembered) return remembered
  // What is declared is not meant: it cannot be retired.
  const orphans = (await memory.keys()).filter((one) => !applianceOf(fleet, one))
  const near = nearest(key, orphans)
  throw new UsageError(
    'KEY_FORGOTTEN',
    `Nothing is remembered of ${JSON.stringify(key)}`,
    near === undefined
      ? 'It was retired already, or its state lies in another folder: give that with --state.'
      : `Did you mean ${near}?`,
  )
}

async function approved(command: Command, plan: Retirement): Promise<boolean> {
  if (command.given.on('auto-approve')) return true
  const { colour } = command
  command.say(renderHuman(reportOf(command, plan), { colour: colour.stderr, verbose: false }).trimEnd())
  const also = [
    ...(plan.consoleEntry === 'leaving' ? [`take it off the management console ${plan.console}`] : []),
    ...(plan.record?.state === 'present' ? [`delete the registration ${plan.record.name}`] : []),
  ]
  if (await askYes(command, `\nRetire ${[plan.key, ...also].join(' and ')}?`)) return true
  command.say('Nothing was done.')
  return false
}

const reportOf = ({ tool, startedAt }: Command, retirement: Retirement): RetireReport => ({
  kind: 'retire',
  tool,
  startedAt,
  retirement,
})

function exitCodeOfRetirement({ state, record, consoleEntry, problems }: Retirement): number {
  if (state === 'retired') return exitCodes.ok
  if (state === 'planned') return exitCodes.error
  if (problems.some(({ code }) => code === 'SECRET_MISSING')) return exitCodes.error
  if (record?.state === 'unknown' || consoleEntry === 'unknown')
    return state === 'failed' ? exitCodes.partial : exitCodes.unknown
  return exitCodes.refused
}
