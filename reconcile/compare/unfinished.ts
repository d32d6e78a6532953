/**
 * What another run, or this one before it died, left under way. Each is a difference by itself, whose step finishes it
 * or lets it revert.
 *
 * | left under way             | and                                        | becomes                          |
 * | -------------------------- | ------------------------------------------ | -------------------------------- |
 * | unconfirmed network change | it leads where the spec wants to be        | a step that confirms it          |
 * | unconfirmed network change | otherwise                                  | a step that waits for the revert |
 * | intent, lease held         |                                            | a problem: a run is at work      |
 * | intent, no lease           | its step is planned anew                   | nothing: that step takes it up   |
 * | intent, no lease           | otherwise                                  | a step that clears it            |
 * | job                        |                                            | a problem: apply waits for it    |
 * | update                     |                                            | the same; its step follows it    |
 *
 * @module
 */
import type { DesiredAppliance } from '../../schemas/fleet.ts'
import { canonicalJson } from './canonical-json.ts'
import type { AddressTriple, LiveValue, Observation } from '../driver.ts'
import { noFindings, problemOf, type Findings, type Look } from './look.ts'

const parts = ['address', 'subnetMask', 'gateway'] as const

/** Paths of the three fields that move together. */
export const addressPaths = parts.map((part) => `network.${part}`)

/** Whether an unconfirmed change leads where the spec wants to be. What is not declared is wanted as it is. */
export function outcomeOf({ settings }: DesiredAppliance, to: AddressTriple): 'confirm' | 'revert' {
  const wanted = parts.every((part) => settings.network?.[part] === undefined || settings.network[part] === to[part])
  return wanted ? 'confirm' : 'revert'
}

/** Live values as they are once an unconfirmed network change has come to its end. */
export function settledLive(
  desired: DesiredAppliance,
  { live, unfinished }: Observation,
): ReadonlyMap<string, LiveValue> {
  const { networkChange } = unfinished
  if (!networkChange) return live
  const end = outcomeOf(desired, networkChange.to) === 'confirm' ? networkChange.to : networkChange.from
  return new Map([...live, ...parts.map((part) => [`network.${part}`, end[part]] as const)])
}

/** Compares what is under way with nothing being under way. */
export function compareUnfinished(look: Look): Findings {
  const findings = noFindings()
  const { networkChange, intent, job, lease } = look.observation.unfinished
  if (networkChange) {
    const outcome = outcomeOf(look.desired, networkChange.to)
    const before = `${networkChange.to.address}, unconfirmed`
    const after = outcome === 'confirm' ? networkChange.to.address : networkChange.from.address
    findings.changes.push({
      kind: 'unfinished',
      what: 'networkChange',
      path: 'network.change',
      aspect: 'network',
      before,
      after,
      cause: 'spec',
      sensitive: false,
    })
  }
  if (lease && lease.remainingSeconds > 0) findings.problems.push(runAtWork(look, lease))
  else if (intent) {
    const before = `${intent.step} of run ${intent.run}`
    findings.changes.push({
      kind: 'unfinished',
      what: 'intent',
      path: 'intent',
      aspect: 'intent',
      before,
      after: undefined,
      cause: 'spec',
      sensitive: false,
    })
  }
  if (job) findings.problems.push(jobRunning(look, job))
  return findings
}

const runAtWork = ({ desired }: Look, lease: { holder: string; remainingSeconds: number }) =>
  problemOf(desired, {
    severity: 'warning',
    code: 'RUN_IN_PROGRESS',
    summary: `Another run (${lease.holder}) is at work on this sensor; its lease ends in ${Math.ceil(lease.remainingSeconds)} s unless it is renewed`,
    hint: 'Wait for it. apply waits until the lease ends, then looks again.',
  })

const jobRunning = ({ desired }: Look, job: { type: string; percentage: number }) =>
  problemOf(desired, {
    severity: 'warning',
    code: 'JOB_RUNNING',
    summary: `A job of the sensor is running: ${job.type}, ${job.percentage}% done`,
    hint:
      job.type === 'update'
        ? 'apply follows it to its end, if it leads where the spec wants to be.'
        : 'apply waits for it; what it changes is not in this plan.',
  })

/** Fixed spelling of a change under way, for the base of a plan: what it is, not how long it still has. */
export const changeUnderWay = ({ networkChange }: Observation['unfinished']): string =>
  canonicalJson(networkChange && { id: networkChange.id, from: networkChange.from, to: networkChange.to })
