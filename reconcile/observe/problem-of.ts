import type { Problem } from '../../schemas/problem.ts'
import { DeviceError } from '../device-error.ts'
import { MemoryError } from '../memory-error.ts'

/** An error as a problem of a sensor. What neither a device nor memory says is a mistake of the tool, and is said to be one. */
export function problemOf(error: unknown, key: string): Problem {
  if (error instanceof StepError) return error.problem
  if (error instanceof DeviceError) {
    const { code, message, advice } = error
    return { severity: 'error', code, key, summary: message, ...(advice !== undefined && { hint: advice }) }
  }
  if (error instanceof MemoryError) return memoryProblem(error, key)
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return { severity: 'error', code: 'INTERNAL_ERROR', key, summary: `Sensorform failed: ${what}` }
}

export const memoryProblem = ({ code, message, hint }: MemoryError, key: string): Problem => ({
  severity: 'error',
  code,
  key,
  summary: message,
  hint,
})

/** What an abort of the run throws is the abort, whatever it was thrown as. */
export function asDeviceError(error: unknown, signal: AbortSignal | undefined): unknown {
  if (!signal?.aborted || error instanceof DeviceError || error instanceof StepError) return error
  return new DeviceError('ABORTED', 'The run was stopped while this was under way.', { cause: error })
}

/** Ends a step with a problem and a status of its own. */
export class StepError extends Error {
  readonly problem: Problem
  readonly status: 'failed' | 'waiting' | 'unknown'

  constructor(problem: Omit<Problem, 'severity'>, status: 'failed' | 'waiting' | 'unknown' = 'failed') {
    super(problem.summary)
    this.name = 'StepError'
    this.problem = { severity: status === 'waiting' ? 'warning' : 'error', ...problem }
    this.status = status
  }
}
