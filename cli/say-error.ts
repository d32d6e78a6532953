/** Words an error as problems on stderr. */
import { DeviceError } from '../reconcile/device-error.ts'
import { problemLines } from '../report/human-problem.ts'
import { styleOf } from '../report/style.ts'
import type { Problem } from '../schemas/problem.ts'
import { StateError } from '../state/state-error.ts'
import { exitCodes } from './exit-codes.ts'
import type { Io } from './io.ts'
import { ReportedError } from './reported-error.ts'
import { UsageError } from './usage-error.ts'

/** Says it and gives the exit code. */
export function sayError(error: unknown, io: Io, { verbose, colour }: { verbose: boolean; colour: boolean }): number {
  if (error instanceof ReportedError) return error.exitCode
  const lines = problemLines(problemOf(error), styleOf(colour))
  if (verbose && isBug(error)) lines.push(error instanceof Error ? (error.stack ?? '') : '')
  io.stderr.write(`${lines.join('\n')}\n`)
  return exitCodes.error
}

const isBug = (error: unknown): boolean =>
  !(error instanceof UsageError || error instanceof StateError || error instanceof DeviceError)

function problemOf(error: unknown): Problem {
  if (error instanceof UsageError || error instanceof StateError) {
    return {
      severity: 'error',
      code: error.code,
      summary: error.message,
      ...(error.hint !== undefined && { hint: error.hint }),
    }
  }
  if (error instanceof DeviceError) {
    return {
      severity: 'error',
      code: error.code,
      summary: error.message,
      ...(error.advice !== undefined && { hint: error.advice }),
    }
  }
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return {
    severity: 'error',
    code: 'INTERNAL_ERROR',
    summary: `Sensorform failed, and this is a bug: ${what}`,
    hint: 'Run it again with --verbose and report what it prints. Nothing of it is a secret.',
  }
}
