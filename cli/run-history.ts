/** The record of runs in the state store: who, when, with which exceptions, and what became of it. */
import { randomBytes } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import type { Overrides } from '../reconcile/engine.ts'
import type { Outcome } from '../reconcile/outcome.ts'
import type { Command } from './command.ts'
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

export async function recordEnd(
  { history }: OpenState,
  { verb, startedAt }: Command,
  { run, finishedAt, interrupted, sensors }: Outcome,
  overrides: Overrides,
): Promise<void> {
  const outcome = Object.fromEntries(sensors.map(({ key, status }) => [key, status]))
  await history?.recordRun({
    run,
    verb,
    startedAt,
    finishedAt,
    detail: { ...actor(), overrides, interrupted, outcome },
  })
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
