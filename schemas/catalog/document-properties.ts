/** Problems of system properties. */
import { systemPropertiesWarning } from '../aspects/system-properties.ts'
import { one } from './document-example.ts'
import type { Catalog } from './entry.ts'

const properties = (files: string, acknowledged = 'acknowledgeUnsupported: true, '): string =>
  `  systemProperties: { ${acknowledged}files: { ${files} } }\n`

export const systemProperties = {
  SYSTEM_PROPERTIES_UNACKNOWLEDGED: {
    severity: 'error',
    title: 'System properties are declared without the acknowledgement',
    explanation: `The vendor warns: ${systemPropertiesWarning} Changes of undocumented properties are not supported.`,
    remedy: 'Consult with Microsoft Support; then declare systemProperties.acknowledgeUnsupported: true.',
    example: one(properties('authentication.properties: { crl_retries: "3" }', '')),
  },
  SYSTEM_PROPERTY_MISPLACED: {
    severity: 'error',
    title: 'A system property belongs into another file',
    explanation: 'The key is documented, but in another file: here no process would read it.',
    remedy: 'Declare it below the file that the hint names.',
    example: one(properties('backup.properties: { crl_retries: "3" }')),
  },
  SYSTEM_PROPERTY_UNDOCUMENTED: {
    severity: 'warning',
    title: 'A system property is not documented',
    explanation: 'The vendor documents neither the key nor its values: nobody can tell whether it does what is meant.',
    remedy: 'Check the spelling. If support told you to set it, live with the warning.',
    example: one(properties('authentication.properties: { my_own_key: "3" }')),
  },
  SYSTEM_PROPERTY_SECRET: {
    severity: 'error',
    title: 'A system property holds a secret',
    explanation: 'Values of system properties are read, compared and shown in the clear, so that none can be a secret.',
    remedy: 'Leave it out; the sensor keeps what it has.',
    example: one(properties('authentication.properties: { cm_auth_token: "x" }')),
  },
  SYSTEM_PROPERTY_ELSEWHERE: {
    severity: 'error',
    title: 'A system property is another field of the spec',
    explanation: 'The file holds what another field sets: declared twice, each would undo the other.',
    remedy: 'Declare the field that the hint names instead.',
    example: one(properties('authentication.properties: { certifcate_validation: "true" }')),
  },
  SYSTEM_PROPERTY_MISLEADING: {
    severity: 'warning',
    title: 'A system property does the opposite of what its name says',
    explanation: 'As the vendor documents it, infinity_session_expiration=false turns session time-outs off.',
    remedy: 'Make sure that the value is the one that is meant.',
    example: one(properties('authentication.properties: { infinity_session_expiration: "true" }')),
  },
} as const satisfies Catalog
