/**
 * A sensor that does not answer amid an update of its software. While it reboots, only memory can tell that a run began one.
 *
 * @module
 */
import { compareVersions } from '../../formats/version.ts'
import { DeviceError, type DeviceErrorCode } from '../device-error.ts'
import type { Observation } from '../driver.ts'
import type { BegunUpdate, Remembered } from '../memory.ts'

/** The vendor says about 30 minutes, and more for 22.1. */
export const longestUpdateMs = 90 * 60_000

const away: ReadonlySet<DeviceErrorCode> = new Set(['UNREACHABLE', 'CONNECTION_LOST', 'TIMEOUT', 'REBOOTING'])

/** Adds to an error what memory knows of an update that may be the reason. */
export function tellUpdating(error: unknown, remembered: Remembered | undefined, now: number): unknown {
  const { updating } = remembered ?? {}
  if (!updating || !(error instanceof DeviceError) || !away.has(error.code)) return error
  if (now - Date.parse(updating.at) > longestUpdateMs) return error
  const { run, from, to, at } = updating
  return new DeviceError(
    error.code,
    `${error.message.replace(/\.$/, '')}. It may be rebooting in its update from ${from} to ${to}, which run ${run} began at ${at}.`,
    {
      cause: error,
      facts: { ...error.facts },
      advice:
        'An update takes about half an hour, with two reboots. Run again when it answers: the update is taken up.',
    },
  )
}

/** Whether a look shows that an update is over: no job of it runs, and it is done, or nobody is to take it up. */
export const isUpdateOver = (
  { to }: BegunUpdate,
  { softwareVersion, unfinished: { job, intent } }: Observation,
): boolean =>
  job?.type !== 'update' &&
  (intent?.data['type'] !== 'updateSoftware' ||
    (softwareVersion !== undefined && compareVersions(softwareVersion, to) === 0))
