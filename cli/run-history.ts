/** The record of runs in the state store: who, when, with which exceptions, and what became of it. */
import { randomBytes } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import type { Overrides } from '../reconcile/engine.ts'
import { MemoryError } from '../reconcile/memory-error.ts'
import type { Outcome } from '../reconcile/outcome.ts'
import type { Command } from './command.ts'
import { sayError } from './say-error.ts'
import type { OpenState } from './state-folder.ts'

/** Id of a run: when it began, and something that no other run has. */
export const nameRun = (startedAt: string): string =>
  `${startedAt.replaceAll(/[-:]|\.\d+/g, '')}-${randomBytes(3).toString('hex')}`

export async function recordStart(
  { history }: OpenState,
  { verb, startedAt }: Command,
  run: string,
  overrides: Overrides,
): Promise<void> {
  await history?.recordRun({ run, verb, startedAt, detail: { ...actor(), overrides } })
}

/** Gives what kept it from being recorded, as the run itself is told all the same. */
export function recordEnd(
  { history }: OpenState,
  { verb, startedAt }: Command,
  { run, finishedAt, interrupted, sensors }: Outcome,
  overrides: Overrides,
): Promise<MemoryError | undefined> {
  const outcome = Object.fromEntries(sensors.map(({ key, status }) => [key, status]))
  const detail = { ...actor(), overrides, interrupted, outcome }
  return unrecordedBecause(history?.recordRun({ run, verb, startedAt, finishedAt, detail }))
}

/** Why what was done could not be recorded, if it could not. */
export async function unrecordedBecause(recorded: Promise<void> | undefined): Promise<MemoryError | undefined> {
  try {
    await recorded
    return undefined
  } catch (error) {
    if (error instanceof MemoryError) return error
    throw error
  }
}

/** Says it below a report. */
export function sayUnrecorded({ io, colour }: Command, error: MemoryError): void {
  sayError(error, io, { verbose: false, colour: colour.stderr })
}

/** Who runs it, and where. */
export function actor(): { user: string; host: string } {
  const host = hostname()
  try {
    return { user: userInfo().username, host }
  } catch {
    return { user: 'unknown', host }
  }
}
