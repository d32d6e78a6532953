import { declaredFields, findField } from '../../reconcile/compare/setting-fields.ts'
import { factsOfStep } from '../../reconcile/plan/step-facts.ts'
import { consoleStepOf, isConsolePath } from '../../reconcile/plan/console-steps.ts'
import { groupOf } from '../../reconcile/plan/step-groups.ts'
import type { ExplainedField } from '../../report/report.ts'
import { shownText } from '../../report/words.ts'
import { appliancesOf, type DesiredAppliance, type Fleet, type Origin } from '../../schemas/fleet.ts'
import type { Command } from '../command.ts'
import { documentPaths, loadDocuments } from '../documents.ts'
import { exitCodes } from '../exit-codes.ts'
import { splitKeyPath } from '../keys.ts'
import { nearest } from '../nearest.ts'
import { isSettingPath } from '../setting-path.ts'
import { shortPath } from '../short-path.ts'
import { emit, outputsOf } from '../output.ts'
import { UsageError } from '../usage-error.ts'

export async function run(command: Command): Promise<number> {
  const outputs = outputsOf(command)
  const { fleet } = await loadDocuments(command, documentPaths(command), outputs)
  const { appliance, path } = splitKeyPath(fleet, command.positionals[0] ?? '')
  const all = explainAppliance(appliance, fleet, command.io.cwd)
  const fields = path === '' ? all : all.filter((field) => isBelow(field.path, path))
  if (fields.length === 0) throw notDeclared(appliance, path, all)
  const { tool, startedAt } = command
  await emit(command, outputs, { kind: 'explain', tool, startedAt, key: appliance.key, fields })
  return exitCodes.ok
}

const isBelow = (path: string, prefix: string): boolean =>
  path === prefix || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`)

function notDeclared({ key }: DesiredAppliance, path: string, declared: readonly ExplainedField[]): UsageError {
  const near = nearest(
    path,
    declared.map((field) => field.path),
  )
  const known = isSettingPath(path)
  return new UsageError(
    'NOT_DECLARED',
    known ? `No document declares ${path} for ${key}: it is not managed` : `${key} has no field ${path}`,
    near === undefined ? `"sensorform explain ${key}" lists what is declared.` : `Did you mean ${key}.${near}?`,
  )
}

/** Every declared value with its origin. */
function explainAppliance(appliance: DesiredAppliance, fleet: Fleet, cwd: string): ExplainedField[] {
  const settings = [...declaredFields(appliance)].map(([path, value]) => ({ path, value, effect: effectOf(path) }))
  const access = Object.entries(appliance.access).map(([name, value]) => ({
    path: `access.${name}`,
    value: name === 'trust' ? trustTexts(appliance, cwd) : value,
    effect: 'says how the appliance is reached; nothing is written',
  }))
  return [...access, ...settings].flatMap(({ path, value, effect }) => {
    const origin = originOf(appliance, path)
    if (!origin) return []
    const { layer, place } = origin
    const sensors = sharersOf(fleet, path, origin)
    const { file, line, column } = place
    return [{ path, value: valueText(value, cwd), layer, file, line, column, sensors, effect }]
  })
}

/** How many appliances have the value of a path from one place: a change there changes all of them. */
const sharersOf = (fleet: Fleet, path: string, { place }: Origin): number =>
  appliancesOf(fleet).filter((appliance) => {
    const other = originOf(appliance, path)?.place
    return other?.file === place.file && other.line === place.line && other.column === place.column
  }).length

const trustTexts = ({ access }: DesiredAppliance, cwd: string): string[] =>
  access.trust.map((anchor) => {
    if ('pin' in anchor) return anchor.pin
    if ('pinFile' in anchor) return `pins of ${shortPath(cwd, anchor.pinFile)}`
    return 'caFile' in anchor ? `authority ${shortPath(cwd, anchor.caFile)}` : 'system'
  })

/** The origin of the path, or of the nearest group around it. */
function originOf({ origins }: DesiredAppliance, path: string): Origin | undefined {
  let at = path
  for (;;) {
    const origin = origins.get(at)
    if (origin || at === '') return origin
    at = at.slice(0, Math.max(0, at.lastIndexOf('.'), at.lastIndexOf('[')))
  }
}

function valueText(value: unknown, cwd: string): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return shownText(value as string)
  const { fromEnv, fromFile, file } = value as { fromEnv?: string; fromFile?: string; file?: string }
  if (fromEnv !== undefined) return `(secret from the environment variable ${fromEnv})`
  if (fromFile !== undefined) return `(secret from the file ${shortPath(cwd, fromFile)})`
  return file === undefined ? JSON.stringify(value) : `(file ${shortPath(cwd, file)})`
}

function effectOf(path: string): string {
  const facts = findField(path)?.facts
  if (facts?.['x-reactivates']) return 'changing it re-activates the sensor'
  // No setting of the sensor, but steps of both ends.
  if (isConsolePath(path)) return `changing it is a step of ${factsOfStep(consoleStepOf(path)).risk} risk`
  if (facts?.['x-not-a-setting']) return 'says how Sensorform behaves; nothing is written'
  // What does not re-activate is a property of the record, which is updated where it stands.
  const step = path.startsWith('registration.') ? 'registration' : groupOf(path)
  return `changing it is a step of ${factsOfStep(step).risk} risk`
}
