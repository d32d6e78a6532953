/** `parse_sensor` and `validate_sensor`: a Sensor document as the CLI reads it. */
import { parseSensor } from '../../../load/parse-sensor.ts'
import { isNested, type Attributes } from '../../../schemas/terraform/schema.ts'
import { sensorDocumentAttributes } from '../../../schemas/terraform/generated.ts'
import { ArgumentError } from '../../model/provider.ts'
import { textOf, type Value } from '../../model/value.ts'
import { problemLine } from '../../spec/document-problem.ts'
import { fromSpec } from '../../spec/from-spec.ts'
import { problemsValue } from './problems.ts'

/** Throws an ArgumentError that holds every mistake with its place. */
export function parseSensorDocument(document: Value): Value {
  const { metadata, spec, problems } = parseSensor(textOf(document) ?? '')
  if (!metadata || !spec) {
    const errors = problems.filter(({ severity }) => severity === 'error')
    throw new ArgumentError(errors.map(problemLine).join('\n'), 0)
  }
  const [file] = filesIn(sensorDocumentAttributes, spec)
  if (file !== undefined)
    throw new ArgumentError(`${file} names a file, which a function does not read. ${fileHint}`, 0)
  const { name: key, ...header } = metadata
  return fromSpec(sensorDocumentAttributes, { key, ...header, ...spec })
}

const fileHint =
  'Use the data source sensorform_fleet, or leave it out of the document and give the content in the configuration.'

/** Every problem; none for a document that is right. */
export const validateSensorDocument = (document: Value): Value =>
  problemsValue(parseSensor(textOf(document) ?? '').problems)

/** Where a spec names files of which a configuration holds the content. */
function filesIn(attributes: Attributes, spec: unknown, path: readonly string[] = []): string[] {
  if (typeof spec !== 'object' || spec === null) return []
  return Object.values(attributes).flatMap((attribute) => {
    const key = attribute.spec?.key ?? ''
    const said: unknown = Object.hasOwn(spec, key) ? (spec as Record<string, unknown>)[key] : undefined
    if (said === undefined) return []
    const at = [...path, key]
    if (attribute.spec?.form === 'file') return [at.join('.')]
    if (!isNested(attribute)) return []
    if (attribute.nesting === 'single') return filesIn(attribute.attributes, said, at)
    return Object.entries(said as object).flatMap(([name, item]) => filesIn(attribute.attributes, item, [...at, name]))
  })
}
