/** What every appliance says of itself. None of it can be configured. */
import type { Observation } from '../../../reconcile/driver.ts'
import type { Attribute, Attributes } from '../../../schemas/terraform/schema.ts'
import type { ObjectValue } from '../../model/value.ts'

/** An attribute that is only read. */
export const fact = (description: string): Attribute => ({
  type: 'string',
  computed: true,
  keepsPrior: true,
  description,
})

export const applianceFacts: Attributes = {
  in_sync: {
    type: 'bool',
    computed: true,
    keepsPrior: true,
    description:
      'Whether the last apply brought everything to where the configuration leads. A plan that has work which no other attribute shows, such as a secret that was changed on the appliance or a registration that must be renewed, makes it unknown.',
  },
  serial_number: fact('Serial number, which tells the appliance from every other.'),
  software_version: fact('Version of the software that runs.'),
  certificate_fingerprint: fact('SHA-256 of the certificate that is served, hexadecimal.'),
  certificate_expires_at: fact('When the certificate that is served ends.'),
}

export const idFact: Attributes = { id: fact('The serial number.') }

/** Facts that a step of this prefix may change. */
export const factsOfSteps: Readonly<Record<string, readonly string[]>> = {
  certificate: ['certificate_fingerprint', 'certificate_expires_at'],
  software: ['software_version'],
}

export const readFacts = ({ identity, softwareVersion, served }: Observation): ObjectValue => ({
  id: identity,
  serial_number: identity,
  software_version: softwareVersion ?? null,
  certificate_fingerprint: served?.sha256 ?? null,
  certificate_expires_at: served?.notAfter ?? null,
})
