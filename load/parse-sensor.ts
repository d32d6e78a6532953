/**
 * One Sensor document by itself, from its text. Nothing is read beside it: files that it refers to stay references, and
 * what sites, fleets and other documents would say of it is not known.
 *
 * @module
 */
import type { ApplianceSpec } from '../schemas/documents.ts'
import type { Problem } from '../schemas/problem.ts'
import { checkDocument, noteSecrets, type CheckedDocument } from './check-document.ts'
import { cutOff } from './left-out.ts'
import { faultProblems, parseDocuments } from './parse-documents.ts'
import { fillIn, fillInVariable, hasPlaceholder, missingPlaceholder, type PlaceholderValues } from './placeholders.ts'
import { documentProblem } from './problem.ts'
import { mergeAppliance, type Report } from './resolve-appliance.ts'
import { isObject } from './schema-walk.ts'
import { makeSource, placeOf } from './source.ts'

export type SensorDocument = Extract<CheckedDocument, { kind: 'Sensor' }>

export interface ParsedSensor {
  /** Present when no problem is an error. */
  metadata?: SensorDocument['data']['metadata']
  /** Complete and valid, placeholders filled in. Present when no problem is an error. */
  spec?: ApplianceSpec
  /** In the order of the text. */
  problems: Problem[]
}

/** Parses and checks the text of one Sensor document. Problems name `file`. */
export function parseSensor(text: string, file = ''): ParsedSensor {
  const source = makeSource({ path: file, file, text })
  const parsed = parseDocuments(source)
  const { documents, faults } = parsed
  for (const document of documents) noteSecrets(document)
  if (faults.length > 0) return { problems: faultProblems(parsed) }
  const [document, second] = documents
  const notOne = (summary: string): ParsedSensor => ({
    problems: [documentProblem('VALUE_INVALID', { at: placeOf(source, [0, 1]), summary, hint: onlySensor })],
  })
  if (!document) return notOne('The text holds no document')
  if (second) return notOne(`The text holds ${documents.length} documents`)
  const checked = checkDocument(document)
  if (Array.isArray(checked)) return { problems: cutOff(checked) }
  return checked.kind === 'Sensor' ? completeSensor(checked) : notOne(`The text is a document of kind ${checked.kind}`)
}

const onlySensor = 'Give the text of one document of kind Sensor.'

function completeSensor(document: SensorDocument): ParsedSensor {
  const problems: Problem[] = []
  const { spec, report } = mergeAppliance(document, [], problems)
  const { metadata } = document.data
  const values = { key: metadata.name, name: spec.name, site: metadata.site }
  const filled = fillInReferences(spec, values, report) as ApplianceSpec
  const told = cutOff(problems)
  if (told.some(({ severity }) => severity === 'error')) return { problems: told }
  return { metadata, spec: filled, problems: told }
}

/** Placeholders stand in references only, which the check of the document has seen to. */
function fillInReferences(
  value: unknown,
  values: PlaceholderValues,
  report: Report,
  path: readonly PropertyKey[] = [],
): unknown {
  if (typeof value === 'string') return hasPlaceholder(value) ? filled(value, values, report, path) : value
  if (Array.isArray(value)) return value.map((item, index) => fillInReferences(item, values, report, [...path, index]))
  if (!isObject(value)) return value
  const entries = Object.entries(value).map(([key, item]) => [
    key,
    fillInReferences(item, values, report, [...path, key]),
  ])
  return Object.fromEntries(entries)
}

function filled(text: string, values: PlaceholderValues, report: Report, path: readonly PropertyKey[]): string {
  const { text: result, missing } = (path.at(-1) === 'fromEnv' ? fillInVariable : fillIn)(text, values)
  const [name] = missing
  if (name !== undefined) report('PLACEHOLDER', path, missingPlaceholder(name))
  return result
}
