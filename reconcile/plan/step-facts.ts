/**
 * What is known of a step before it runs: risk, what it disrupts, how long it takes. Times are generous estimates for
 * windows, not measurements.
 *
 * | step                     | risk   | disrupts                            | seconds |
 * | ------------------------ | ------ | ----------------------------------- | ------- |
 * | `time`                   | low    |                                     | 10      |
 * | `network.dns`            | medium |                                     | 15      |
 * | `network.proxy`          | medium | the connection to the cloud, if any | 30      |
 * | `network.hostname`       | low    |                                     | 15      |
 * | `certificate`            | medium |                                     | 60      |
 * | `certificate.validation` | medium | peers that fail it, when turned on  | 15      |
 * | `backup`                 | low    |                                     | 30      |
 * | `backup.create`          | low    |                                     | 600     |
 * | `forwarding.rules.*`     | low    |                                     | 15      |
 * | `registration`           | low    |                                     | 60      |
 * | `activation`             | high   | the connection to the cloud         | 900     |
 * | `network.address`        | high   | every session of the console        | 300     |
 *
 * Importing a certificate asks users of the console to reload the page; monitoring goes on, so it counts as no disruption.
 *
 * @module
 */
import type { Step } from '../plan-types.ts'

type Facts = Pick<Step, 'risk' | 'undo' | 'expectedSeconds'>

const facts: Readonly<Record<string, Facts>> = {
  time: { risk: 'low', undo: 'yes', expectedSeconds: 10 },
  'network.dns': { risk: 'medium', undo: 'yes', expectedSeconds: 15 },
  'network.proxy': { risk: 'medium', undo: 'yes', expectedSeconds: 30 },
  'network.hostname': { risk: 'low', undo: 'yes', expectedSeconds: 15 },
  'network.address': { risk: 'high', undo: 'yes', expectedSeconds: 300 },
  'network.change': { risk: 'high', undo: 'yes', expectedSeconds: 60 },
  certificate: { risk: 'medium', undo: 'no', expectedSeconds: 60 },
  'certificate.validation': { risk: 'medium', undo: 'yes', expectedSeconds: 15 },
  backup: { risk: 'low', undo: 'yes', expectedSeconds: 30 },
  'backup.create': { risk: 'low', undo: 'yes', expectedSeconds: 600 },
  forwarding: { risk: 'low', undo: 'yes', expectedSeconds: 15 },
  registration: { risk: 'low', undo: 'yes', expectedSeconds: 60 },
  activation: { risk: 'high', undo: 'yes', expectedSeconds: 900 },
  intent: { risk: 'low', undo: 'yes', expectedSeconds: 5 },
}

const unknownStep: Facts = { risk: 'medium', undo: 'yes', expectedSeconds: 60 }

/** Facts of the step with this id. */
export const factsOfStep = (id: string): Facts => facts[id] ?? facts[id.split(/[.[]/)[0] ?? ''] ?? unknownStep

/** Leaves out optional members that are `undefined`. */
export function makeStep(
  step: Omit<Step, 'risk' | 'undo' | 'expectedSeconds' | 'needs' | 'disrupts' | 'pointOfNoReturn' | 'instructions'> &
    Partial<Facts> & { [K in 'disrupts' | 'pointOfNoReturn' | 'instructions']?: string | undefined },
): Step {
  const { disrupts, pointOfNoReturn, instructions, ...rest } = step
  return {
    ...factsOfStep(step.id),
    ...rest,
    needs: [],
    ...(disrupts !== undefined && { disrupts }),
    ...(pointOfNoReturn !== undefined && { pointOfNoReturn }),
    ...(instructions !== undefined && { instructions }),
  }
}
