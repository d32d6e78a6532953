/** Loads the documents that a verb is about, and ends the verb when they have errors. */
import { loadFleet, type LoadResult } from '../load/load-fleet.ts'
import { readSecretScope, secretsOutside } from '../load/secret-scope.ts'
import type { ProblemsReport } from '../report/report.ts'
import type { Fleet } from '../schemas/fleet.ts'
import type { Problem } from '../schemas/problem.ts'
import type { Command } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import { emit, type Outputs } from './output.ts'
import { ReportedError } from './reported-error.ts'

/** Reads documents without judging them. */
export function readDocuments({ io, given, verb, timings }: Command, paths: readonly string[]): Promise<LoadResult> {
  timings?.enter('documents')
  const [secretsDir, packagesDir] = [given.text('secrets-dir'), given.text('packages-dir')]
  const secretScope = given.text('secret-scope')
  return loadFleet(paths, {
    cwd: io.cwd,
    env: io.env,
    // What is retired is named, and may have been the last.
    mayBeEmpty: verb === 'retire',
    ...(secretsDir !== undefined && { secretsDir }),
    ...(secretScope !== undefined && { secretScope }),
    ...(packagesDir !== undefined && { packagesDir }),
  })
}

export function problemsReport(command: Command, result: LoadResult): ProblemsReport {
  return {
    kind: 'problems',
    tool: command.tool,
    startedAt: command.startedAt,
    verb: command.verb,
    ...(result.fleet && { sensors: result.fleet.sensors.size }),
    problems: result.problems,
    unchecked: result.unchecked.map(({ key, field, what }) => `${key}.${field}: ${what}`),
  }
}

/**
 * Loads a fleet. With errors in it, they are the verb's result: on stdout in the format that was asked for, or on
 * stderr for a person, and the verb ends.
 */
export async function loadDocuments(
  command: Command,
  paths: readonly string[],
  outputs?: Outputs,
): Promise<{ fleet: Fleet; warnings: readonly Problem[] }> {
  const result = await readDocuments(command, paths)
  if (result.fleet) return { fleet: result.fleet, warnings: result.problems }
  return endWith(command, problemsReport(command, result), outputs)
}

/** Holds the fleet of a saved plan to the secret scope of this run, which may not be that of the plan's. */
export async function mustBeInScope(command: Command, fleet: Fleet, outputs: Outputs): Promise<void> {
  const { io, given } = command
  const file = given.text('secret-scope')
  if (file === undefined) return
  const { scope, problems } = readSecretScope(file, { cwd: io.cwd, secretsDir: given.text('secrets-dir') })
  const found = [...problems, ...secretsOutside(fleet, scope)]
  if (found.length > 0)
    await endWith(command, problemsReport(command, { problems: found, files: [], unchecked: [] }), outputs)
}

/** Problems are the verb's result, and it ends. */
async function endWith(command: Command, report: ProblemsReport, outputs?: Outputs): Promise<never> {
  if (outputs && outputs.format !== 'human') await emit(command, { ...outputs, files: [] }, report)
  else await sayReport(command, report)
  throw new ReportedError(exitCodes.error)
}

async function sayReport(command: Command, report: ProblemsReport): Promise<void> {
  const { renderHuman } = await import('../report/human.ts')
  command.say(renderHuman(report, { colour: command.colour.stderr, verbose: false }).trimEnd())
}

/** Documents of a verb whose arguments are keys. */
export const documentPaths = ({ given }: Command): readonly string[] => {
  const paths = given.list('in')
  return paths.length > 0 ? paths : ['.']
}
