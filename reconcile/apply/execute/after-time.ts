/** What is looked at once time and region were written. */
import { otherNameOf } from '../../../formats/time-zone-name.ts'
import { judgeClock } from '../../compare/clock.ts'
import { DeviceError } from '../../device-error.ts'
import type { Observation } from '../../driver.ts'
import type { Action } from '../../plan-types.ts'
import type { StepContext } from './step-context.ts'

/** The date format is in effect when the console shows its clock in it. */
export const misshown = (observation: Observation): string[] =>
  judgeClock(observation)?.state === 'otherFormat' ? ['time.dateFormat'] : []

/** Tells how the console shows its clock now. */
export function noteClock({ session: { observation }, note }: StepContext): void {
  const verdict = judgeClock(observation)
  if (!verdict) return
  const isOff = verdict.state === 'otherRules'
  note(`The console shows ${verdict.displayed}${isOff ? ', which is not the local time of its time zone' : ''}.`)
}

/** A time zone that the appliance does not know may have another name, which it knows. */
export function withOtherName(error: unknown, { values }: Action & { type: 'set' }): unknown {
  if (!(error instanceof DeviceError) || error.code !== 'TIME_ZONE_UNKNOWN') return error
  const zone = values['time.timezone']
  const other = typeof zone === 'string' ? otherNameOf(zone) : undefined
  const advice =
    other === undefined
      ? 'Update the software of the appliance, or declare a zone with the same rules that it knows.'
      : `Declare ${other}, another name of the same zone, or update the software of the appliance.`
  return new DeviceError(error.code, error.message, { cause: error, advice })
}
