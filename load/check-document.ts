/**
 * Checks one document against the schema of its kind and says all that is wrong, each with its place.
 *
 * @module
 */
import type * as z from 'zod'
import { apiVersion, applianceSchemas, documentKinds, type DocumentKind } from '../schemas/documents.ts'
import type { Problem } from '../schemas/problem.ts'
import { toFindings, type Finding } from './finding.ts'
import { firstProblems } from './left-out.ts'
import { literalSecrets } from './mask.ts'
import { misplacedPlaceholders } from './placeholders.ts'
import { suggestion } from './nearest.ts'
import type { ParsedDocument } from './parse-documents.ts'
import { documentProblem } from './problem.ts'
import { isObject, valueBelow } from './schema-walk.ts'
import { anchorAt, rangeAt } from './range-at.ts'
import { placeOf } from './source.ts'

/** A document whose shape is as its kind says. */
export type CheckedDocument = {
  [Kind in DocumentKind]: ParsedDocument & { kind: Kind; data: z.infer<(typeof documentKinds)[Kind]> }
}[DocumentKind]

/** The kind, where the document names one that exists. */
export function kindOf({ value }: Pick<ParsedDocument, 'value'>): DocumentKind | undefined {
  const kind = isObject(value) ? value['kind'] : undefined
  return typeof kind === 'string' && Object.hasOwn(documentKinds, kind) ? (kind as DocumentKind) : undefined
}

/** `metadata.name`, where it is a string. */
export function nameOf({ value }: Pick<ParsedDocument, 'value'>): string | undefined {
  const name = valueBelow(valueBelow(value, 'metadata'), 'name')
  return typeof name === 'string' ? name : undefined
}

/** True for a document that an appliance stands behind, as far as it names its kind. */
export const isApplianceDocument = (document: Pick<ParsedDocument, 'value'>): boolean =>
  Object.hasOwn(applianceSchemas, kindOf(document) ?? '')

/** The key that a problem of a document concerns. Sites and fleets have names, but no keys. */
export function subjectOf(document: ParsedDocument): { key?: string } {
  const key = isApplianceDocument(document) ? nameOf(document) : undefined
  return key === undefined ? {} : { key }
}

/** Notes where literal secrets stand, so that no excerpt of the file shows one. To be done before places are made. */
export function noteSecrets(document: ParsedDocument): void {
  const kind = kindOf(document)
  const paths = kind ? literalSecrets(documentKinds[kind], document.value) : []
  for (const path of paths) document.source.secretRanges.push(rangeAt(document, path), ...anchorAt(document, path))
}

/** The document with its type, or what is wrong with it. */
export function checkDocument(document: ParsedDocument): CheckedDocument | Problem[] {
  const kind = kindOf(document)
  if (!kind) return headerProblems(document)
  const result = documentKinds[kind].safeParse(document.value)
  const placeholders = misplacedPlaceholders(documentKinds[kind], document.value)
  const issues = result.success ? [] : toFindings(documentKinds[kind], document.value, result.error.issues)
  const replaced = new Set(placeholders.map(pathId))
  const findings = [...issues.filter((issue) => !replaced.has(pathId(issue))), ...placeholders]
  if (result.success && findings.length === 0) {
    const { data } = result
    // What was checked stands in for what was parsed, so that a fleet holds each value once.
    return { ...document, value: data, kind, data } as CheckedDocument
  }
  return firstProblems(document.source.file, findings, (finding) => findingProblem(document, finding))
}

const pathId = ({ path }: Finding): string => JSON.stringify(path)

/** A finding with its place in the document. */
export function findingProblem(document: ParsedDocument, { path, mark, ...finding }: Finding): Problem {
  const { code, summary, hint } = finding
  return documentProblem(code, {
    at: placeOf(document.source, rangeAt(document, path, mark)),
    ...subjectOf(document),
    summary,
    ...(hint && { hint }),
  })
}

function headerProblems(document: ParsedDocument): Problem[] {
  const { value } = document
  const at = (path: string[]) => placeOf(document.source, rangeAt(document, path))
  if (!isObject(value)) {
    const summary = 'A document is a map with apiVersion, kind, metadata and spec'
    return [documentProblem('WRONG_TYPE', { at: at([]), summary, hint: 'Begin with `apiVersion: sensorform.io/v1`.' })]
  }
  const kinds = Object.keys(documentKinds)
  const { kind } = value
  const problems: Problem[] = []
  if (value['apiVersion'] !== apiVersion) {
    const missing = value['apiVersion'] === undefined
    problems.push(
      documentProblem(missing ? 'REQUIRED' : 'VALUE_INVALID', {
        at: at(['apiVersion']),
        summary: missing ? 'apiVersion is missing' : 'apiVersion is not one that this version knows',
        hint: `Write apiVersion: ${apiVersion}.`,
      }),
    )
  }
  const hint = typeof kind === 'string' ? suggestion(kind, kinds) : `Give one of ${kinds.join(', ')}.`
  const summary =
    kind === undefined ? 'kind is missing' : `There is no kind ${typeof kind === 'string' ? kind : 'of that type'}`
  problems.push(
    documentProblem(kind === undefined ? 'REQUIRED' : 'KIND_UNKNOWN', {
      at: at(['kind']),
      summary,
      ...(hint && { hint }),
    }),
  )
  return problems
}
