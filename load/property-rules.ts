/**
 * Rules of system properties: the acknowledgement, and what is documented of files and keys.
 *
 * @module
 */
import { systemPropertiesWarning } from '../schemas/aspects/system-properties.ts'
import type { ApplianceSpec } from '../schemas/documents.ts'
import { filesOfKey, isSecretProperty, knownFiles, knownKey, wrongValue } from '../schemas/known-properties.ts'
import type { Requirement } from './appliance-rules.ts'
import { nearest } from './nearest.ts'

/** What is wrong with the declared system properties. */
export function propertyRequirements({ systemProperties }: ApplianceSpec): Requirement[] {
  const files = Object.entries(systemProperties?.files ?? {})
  const properties = files.flatMap(([file, keys]) =>
    Object.entries(keys).map(([key, value]): Property => ({ file, key, value, path: [...group, file, key] })),
  )
  if (properties.length === 0) return []
  const acknowledged = systemProperties?.acknowledgeUnsupported === true
  return [...(acknowledged ? [] : [unacknowledged]), ...properties.flatMap(checkProperty)]
}

interface Property {
  file: string
  key: string
  value: string
  path: readonly string[]
}

const group = ['systemProperties', 'files'] as const

const unacknowledged: Requirement = {
  code: 'SYSTEM_PROPERTIES_UNACKNOWLEDGED',
  path: ['systemProperties'],
  summary: `System properties are declared without acknowledgeUnsupported: true. ${systemPropertiesWarning}`,
  hint: 'Consult with Microsoft Support; then declare acknowledgeUnsupported: true beside files.',
}

function checkProperty(property: Property): Requirement[] {
  const { file, key, path } = property
  if (isSecretProperty(file, key)) return [holdsSecret(property)]
  const known = knownKey(file, key)
  if (known?.declareAs !== undefined) return [elsewhere(property, known.declareAs)]
  if (!known) return [unknown(property)]
  const wanted = wrongValue(file, key, property.value)
  return [
    ...(wanted === undefined
      ? []
      : [{ code: 'VALUE_INVALID' as const, path, summary: `${key} must be ${wanted}, in quotes` }]),
    ...(key === 'infinity_session_expiration' ? [misleading(property)] : []),
  ]
}

const holdsSecret = ({ key, path }: Property): Requirement => ({
  code: 'SYSTEM_PROPERTY_SECRET',
  path,
  summary: `${key} holds a secret, and system properties are read and shown in the clear`,
  hint: 'Leave it out; the sensor keeps what it has. If this was ever committed or shared, change the secret.',
})

const elsewhere = ({ key, path }: Property, field: string): Requirement => ({
  code: 'SYSTEM_PROPERTY_ELSEWHERE',
  path,
  summary: `${key} is what the field ${field} sets`,
  hint: `Declare ${field} instead.`,
})

function unknown({ file, key, path }: Property): Requirement {
  const others = filesOfKey(key)
  if (others.length > 0) {
    return {
      code: 'SYSTEM_PROPERTY_MISPLACED',
      path,
      summary: `${key} is documented, but not in ${file}`,
      hint: `It belongs into ${others.join(' or ')}.`,
    }
  }
  return {
    code: 'SYSTEM_PROPERTY_UNDOCUMENTED',
    path,
    summary: `${key} of ${file} is not documented by the vendor`,
    hint: nearHint(file, key) ?? 'Nothing checks what it does. Declare it only if support told you to.',
  }
}

/** A slip in the name of the key, or of its file. */
function nearHint(file: string, key: string): string | undefined {
  const known = Object.hasOwn(knownFiles, file) ? knownFiles[file] : undefined
  const match = known ? nearest(key, Object.keys(known.keys)) : nearest(file, Object.keys(knownFiles))
  return match && `Did you mean ${match}?`
}

const misleading = ({ value, path }: Property): Requirement => ({
  code: 'SYSTEM_PROPERTY_MISLEADING',
  path,
  summary: `infinity_session_expiration does the opposite of what its name says: as the vendor documents it, ${
    value === 'false' ? 'false turns session time-outs off' : 'only false turns session time-outs off'
  }`,
  hint: 'Make sure that this is what is meant.',
})
