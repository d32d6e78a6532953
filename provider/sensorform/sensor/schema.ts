import type { Observation } from '../../../reconcile/driver.ts'
import { sensorAttributes } from '../../../schemas/terraform/generated.ts'
import type { Attributes, TerraformSchema } from '../../../schemas/terraform/schema.ts'
import type { ObjectValue } from '../../model/value.ts'
import type { ApplianceType } from '../appliance/type.ts'

const read = { computed: true, keepsPrior: true } as const

/** What the appliance says of itself. None of it can be configured. */
export const factAttributes: Attributes = {
  serial_number: { type: 'string', ...read, description: 'Serial number, which tells the sensor from every other.' },
  software_version: { type: 'string', ...read, description: 'Version of the software that runs.' },
  activation_status: { type: 'string', ...read, description: 'What the sensor says of its activation.' },
  activation_expires_at: {
    type: 'string',
    ...read,
    description: 'When the activation of a locally managed sensor ends.',
  },
  certificate_fingerprint: {
    type: 'string',
    ...read,
    description: 'SHA-256 of the certificate that is served, hexadecimal.',
  },
  certificate_expires_at: { type: 'string', ...read, description: 'When the certificate that is served ends.' },
}

const factsChangedBy: ApplianceType['factsChangedBy'] = {
  activation: ['activation_status', 'activation_expires_at'],
  certificate: ['certificate_fingerprint', 'certificate_expires_at'],
  software: ['software_version'],
}

export const sensorSchema: TerraformSchema = {
  version: 0,
  description: [
    'One OT network sensor. Creating it adopts a sensor that is there; only what is configured is compared and written,',
    'everything else is read and left alone. Destroying it leaves the sensor as it is.',
  ].join(' '),
  attributes: {
    id: { type: 'string', ...read, description: 'The serial number.' },
    ...sensorAttributes,
    ...factAttributes,
  },
}

function facts({ identity, softwareVersion, activation, served }: Observation): ObjectValue {
  return {
    id: identity,
    serial_number: identity,
    software_version: softwareVersion ?? null,
    activation_status: activation?.status ?? null,
    activation_expires_at: activation?.expiresAt ?? null,
    certificate_fingerprint: served?.sha256 ?? null,
    certificate_expires_at: served?.notAfter ?? null,
  }
}

export const sensorType: ApplianceType = { kind: 'Sensor', schema: sensorSchema, facts, factsChangedBy }
