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
  const text = lines.join('\n')
  io.stderr.write(`${isBug(error) ? withoutSecrets(text, io.env) : text}\n`)
  return exitCodes.error
}

/** Variables that say where things are and who runs this; everything else of the environment may be a secret. */
const harmless = /^(PATH|PWD|OLDPWD|HOME|SHELL|USER|LOGNAME|LANG|LC_.*|TERM|TMPDIR|HOSTNAME|_|npm_.*|NODE.*|VITEST.*)$/

/** The last line of defence: nobody knows what a mistake of ours puts into a message. */
const withoutSecrets = (text: string, env: Io['env']): string =>
  Object.entries(env)
    .filter(([name, value]) => !harmless.test(name) && (value?.length ?? 0) >= 6)
    .reduce((masked, [, value]) => masked.replaceAll(value ?? '', '****'), text)

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
