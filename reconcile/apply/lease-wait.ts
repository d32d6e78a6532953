import { DeviceError } from '../device-error.ts'
import type { World } from '../engine.ts'
import type { Intent } from '../lease.ts'
import type { AppliancePlan } from '../plan-types.ts'
import type { ApplianceSession } from './session.ts'

/** Another run or a job is waited for so long; then the sensor waits for a later run. */
export const mostWaitMs = 120_000
const longestPauseMs = 5_000

/**
 * Acquires the lease, waiting for another run's until the deadline. Says whether it had to wait, and whether the appliance
 * moved on. Asks for the intent at each attempt; without one, what the other run left under way stays.
 */
export async function acquireLease(
  session: ApplianceSession,
  { clock }: Pick<World, 'clock'>,
  intentOf: (waited: boolean) => Intent | undefined,
  onWait: (error: DeviceError) => void,
): Promise<{ waited: boolean; moved: boolean }> {
  const deadlineMs = clock.monotonic() + mostWaitMs
  for (let waited = false; ; waited = true) {
    try {
      const { moved } = await session.announce(intentOf(waited))
      return { waited, moved }
    } catch (error) {
      const leftMs = deadlineMs - clock.monotonic()
      if (!(error instanceof DeviceError) || leftMs <= 0) throw error
      if (waited && error.code === 'CONNECTION_LOST') {
        // An unconfirmed address may have reverted meanwhile.
        await session.reconnect()
        continue
      }
      if (error.code !== 'LEASE_HELD') throw error
      if (!waited) onWait(error)
      await clock.sleep(Math.min(pauseMs(error), leftMs), session.signal)
    }
  }
}

/** Until the lease would end, if nobody renews it. */
function pauseMs({ facts }: DeviceError): number {
  const remaining = facts['remainingSeconds']
  const untilEndMs = typeof remaining === 'number' ? Math.ceil(remaining * 1000) + 50 : longestPauseMs
  return Math.min(untilEndMs, longestPauseMs)
}

/**
 * Waits until no job runs. Throws `BUSY` after the deadline. Says whether it had to wait. An update is not waited for
 * where a step follows it.
 */
export async function waitForJob(
  session: ApplianceSession,
  { clock }: Pick<World, 'clock'>,
  { steps }: Pick<AppliancePlan, 'steps'> = { steps: [] },
): Promise<boolean> {
  const deadlineMs = clock.monotonic() + mostWaitMs
  const follows = steps.some(({ action }) => action.type === 'updateSoftware')
  for (let waited = false; ; waited = true) {
    const { job } = session.observation.unfinished
    if (!job || (follows && job.type === 'update')) return waited
    if (clock.monotonic() >= deadlineMs) {
      throw new DeviceError('BUSY', `The sensor is still at work (${job.type}, ${job.percentage}% done).`, {
        advice: 'Plan again when it has ended.',
      })
    }
    await clock.sleep(longestPauseMs, session.signal)
    await session.observe()
  }
}
