/**
 * When the daily backup is due: at 03:00 on the clock on the wall where the sensor stands, once a day. A day on which the
 * clock is put forward over 03:00 has its backup right after; a 03:00 that comes twice counts once.
 *
 * @module
 */
import { wallMs } from './clock.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const dueAfterMidnightMs = 3 * hourMs

type Zone = string | null

/** Number of the day that a moment belongs to, when days begin at 03:00. */
const backupDay = (ms: number, zone: Zone): number => Math.floor((wallMs(ms, zone) - dueAfterMidnightMs) / dayMs)

/** Whether a daily backup became due between two moments. */
export const isBackupDue = (seenMs: number, nowMs: number, zone: Zone): boolean =>
  backupDay(nowMs, zone) > backupDay(seenMs, zone)

/** Moment of the next daily backup. Around a change of the clock, of its two offsets that which brings a new day first. */
export function nextDailyBackupMs(afterMs: number, zone: Zone): number {
  const offset = (ms: number): number => wallMs(ms, zone) - Math.floor(ms / 1000) * 1000
  const wall = (backupDay(afterMs, zone) + 1) * dayMs + dueAfterMidnightMs
  const guess = wall - offset(afterMs)
  const candidates = [guess, wall - offset(guess)].toSorted((one, other) => one - other)
  return candidates.find((ms) => isBackupDue(afterMs, ms, zone)) ?? guess + hourMs
}
