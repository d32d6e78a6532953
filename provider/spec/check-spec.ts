/**
 * Holds a configuration to the spec, in the words of the CLI. Nothing is said about what is not known yet.
 *
 * @module
 */
import type * as z from 'zod'
import { toFindings } from '../../load/finding.ts'
import type { Problem } from '../../schemas/problem.ts'
import { isNested, type Attributes } from '../../schemas/terraform/schema.ts'
import { secretNames } from '../../schemas/terraform/names.ts'
import type { Diagnostic, Diagnostics, Path } from '../model/diagnostic.ts'
import { isList, isObject, type ObjectValue, type Value } from '../model/value.ts'
import { fieldPath, toAttributePath } from './path.ts'
import { toSpec, type SpecForm, type SpecPath } from './to-spec.ts'

/** What is wrong with a configuration, and what it says as a spec. */
export function checkSpec(
  schema: z.ZodType,
  attributes: Attributes,
  config: ObjectValue,
): { form: SpecForm; diagnostics: Diagnostics } {
  const form = toSpec(attributes, config)
  const { error } = schema.safeParse(form.spec)
  const findings = error ? toFindings(schema, form.spec, error.issues) : []
  const told = findings.filter(({ path }) => !touchesUnknown(form.unknowns, path))
  const diagnostics = told.map(({ code, path, summary, hint }) =>
    toDiagnostic(
      { code, severity: 'error', summary, ...(hint !== undefined && { hint }) },
      toAttributePath(attributes, path, config),
    ),
  )
  return { form, diagnostics: [...diagnostics, ...checkSecrets(attributes, config)] }
}

/** At, under or above: a rule of a group may be about the part that is not known. */
export const touchesUnknown = (unknowns: readonly SpecPath[], path: SpecPath): boolean =>
  unknowns.some((one) => one.every((key, index) => index >= path.length || path[index] === key))

/** A problem of the engine, at the line of the field that it concerns. */
export const problemDiagnostic = (attributes: Attributes, problem: Problem, config?: ObjectValue | null): Diagnostic =>
  toDiagnostic(problem, problem.field === undefined ? [] : fieldPath(attributes, problem.field, config))

/** A problem at a path of the spec. */
export const problemDiagnosticAt = (
  attributes: Attributes,
  path: readonly PropertyKey[],
  problem: Problem,
  config?: ObjectValue | null,
): Diagnostic => {
  const segments = path.map((key) => (typeof key === 'number' ? key : String(key)))
  return toDiagnostic(problem, toAttributePath(attributes, segments, config))
}

function toDiagnostic({ severity, code, summary, hint }: Problem, path: Path): Diagnostic {
  return {
    severity,
    summary: summary.replace(/\.$/, ''),
    detail: [...(hint === undefined ? [] : [hint]), `(${code})`].join(' '),
    ...(path.length > 0 && { path }),
  }
}

/** A secret is given in one way, and by value only with a version: nobody could see otherwise that it has changed. */
export function checkSecrets(attributes: Attributes, config: Value, above: Path = []): Diagnostics {
  if (!isObject(config)) return []
  return Object.entries(attributes).flatMap(([name, attribute]) => {
    const path = [...above, name]
    if (attribute.spec?.form === 'secret' && attribute.writeOnly)
      return secretMistakes(attribute.spec.key, config, above)
    if (!isNested(attribute)) return []
    return elementsOf(config[name] ?? null, attribute.nesting).flatMap(({ key, item }) =>
      checkSecrets(attribute.attributes, item, key === undefined ? path : [...path, key]),
    )
  })
}

function elementsOf(value: Value, nesting: string): { key?: string | number; item: Value }[] {
  if (nesting === 'single') return [{ item: value }]
  if (isList(value)) return value.map((item, key) => ({ key, item }))
  return isObject(value) ? Object.entries(value).map(([key, item]) => ({ key, item })) : []
}

function secretMistakes(key: string, config: ObjectValue, above: Path): Diagnostic[] {
  const { writeOnly, version, fromEnv, fromFile } = secretNames(key)
  const isGiven = (name: string): boolean => (config[name] ?? null) !== null
  const [first, second] = [writeOnly, fromEnv, fromFile].filter(isGiven)
  const mistake = (name: string, summary: string, detail: string): Diagnostic => ({
    severity: 'error',
    summary,
    detail,
    path: [...above, name],
  })
  if (second !== undefined)
    return [mistake(second, `${first} and ${second} are both given`, 'Give one of them. (ONE_OF)')]
  if (isGiven(writeOnly) && !isGiven(version)) {
    const detail = `Nothing tells that a write-only value has changed: give ${version}, and another number with each new secret. (REQUIRED)`
    return [mistake(writeOnly, `${writeOnly} needs ${version}`, detail)]
  }
  if (isGiven(version) && !isGiven(writeOnly)) {
    return [
      mistake(version, `${version} is the version of nothing`, `Give ${writeOnly} too, or leave it out. (REQUIRED)`),
    ]
  }
  return []
}
