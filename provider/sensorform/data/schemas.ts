/**
 * The schemas of the data sources. What stands for the spec is projected from it.
 *
 * @module
 */
import type { CertificateFacts } from '../../../formats/certificate-facts.ts'
import type { RegistrationRecord } from '../../../reconcile/registrar.ts'
import {
  fleetDocumentAttributes,
  sensorAttributes,
  sensorDataAttributes,
  sensorDocumentAttributes,
} from '../../../schemas/terraform/generated.ts'
import { toSnakeCase } from '../../../schemas/terraform/names.ts'
import type { Attribute, Attributes, TerraformSchema, TerraformType } from '../../../schemas/terraform/schema.ts'
import { sensorSchema } from '../sensor/schema.ts'

const answer = (type: TerraformType, description: string): Attribute => ({ type, description, computed: true })

/** Attributes for the members of an object of ours: the type tells when one is missing. */
const answers = <T>(members: Readonly<Record<keyof T & string, readonly [TerraformType, string]>>): Attributes =>
  Object.fromEntries(
    Object.entries<readonly [TerraformType, string]>(members).map(([key, [type, description]]) => [
      toSnakeCase(key),
      answer(type, description),
    ]),
  )

const registrarAttribute = (description: string): Attribute => ({ type: 'string', required: true, description })

/** What the resource says of a sensor beside its spec. */
const sensorFacts: Attributes = Object.fromEntries(
  Object.entries(sensorSchema.attributes).filter(([name]) => !Object.hasOwn(sensorAttributes, name)),
)

const { access } = sensorAttributes
if (!access) throw new TypeError('a sensor is reached by its access')

export const sensorDataSchema: TerraformSchema = {
  version: 0,
  description:
    'One sensor as it is now: every setting that can be read, and what the sensor says of itself. It is read at every plan and never written.',
  attributes: {
    access,
    registrar: {
      type: 'string',
      optional: true,
      description:
        'Name of the registrar of the provider block that is asked for the registration. Left out: `registration` is null.',
    },
    ...sensorDataAttributes,
    ...sensorFacts,
  },
}

const recordAttributes = answers<RegistrationRecord>({
  name: ['string', 'Registered name.'],
  mode: ['string', '`cloud` or `local`.'],
  site: ['string', 'Site that it is registered in; null for a locally managed sensor.'],
  zone: ['string', 'Zone within the site.'],
  tiAutomaticUpdates: ['bool', 'Whether the cloud sends threat intelligence packages by itself.'],
  status: ['string', 'As the registrar words it, such as `Ok` or `Disconnected`.'],
  connected: ['bool', 'Whether the sensor is connected now.'],
  lastContact: ['string', 'Time of the last contact; null when the sensor never connected.'],
  createdAt: ['string', 'When it was registered, where the registrar tells.'],
  softwareVersion: ['string', 'Version of the software, as the registrar knows it.'],
})

export const sensorsDataSchema: TerraformSchema = {
  version: 0,
  description: 'The sensors that are registered, in one site or in all of them, as a registrar lists them.',
  attributes: {
    registrar: registrarAttribute('Name of a registrar of the provider block that can list its records.'),
    site: {
      type: 'string',
      optional: true,
      description: 'Only sensors of this site. Left out: all, locally managed ones as well.',
    },
    sensors: {
      nesting: 'list',
      computed: true,
      description: 'One for each registration, by site and name.',
      attributes: recordAttributes,
    },
  },
}

export const fleetDataSchema: TerraformSchema = {
  version: 0,
  description: [
    'The YAML documents of the CLI, loaded as the CLI loads them: layers merged, references followed, everything checked. Each element of `sensors` can be assigned to the attributes of `sensorform_sensor`, so that one `for_each` manages a fleet, and `credentials`, `registrars` and `management_consoles` to those of a provider block.',
    'Secrets stay references. They, packages and authorities are named relative to the folder in which Terraform runs, below which the resource looks for them. Windows and thresholds of sites and fleets are for the CLI alone.',
  ].join(' '),
  attributes: {
    paths: {
      type: ['list', 'string'],
      required: true,
      description: 'Files and folders of documents, relative to the folder in which Terraform runs.',
    },
    name: answer('string', 'Name of the Fleet document.'),
    sensors: {
      nesting: 'map',
      computed: true,
      description: 'Sensors by the key of their document.',
      attributes: sensorDocumentAttributes,
    },
    ...fleetDocumentAttributes,
  },
}

const certificateAttributes = answers<Omit<CertificateFacts, 'pem' | 'signatureOid'>>({
  sha256: ['string', 'SHA-256 fingerprint of the certificate, hexadecimal.'],
  pin: ['string', 'SHA-256 of the public key, as `access.trust` takes it.'],
  subject: ['string', 'Subject in one line.'],
  commonName: ['string', 'CN of the subject; null when it has none.'],
  issuer: ['string', 'Issuer in one line.'],
  notBefore: ['string', 'Beginning of its validity.'],
  notAfter: ['string', 'End of its validity.'],
  serialNumber: ['string', 'Serial number, hexadecimal.'],
  crlUrls: [['list', 'string'], 'Distribution points of revocation lists.'],
  keyType: ['string', 'Type of the key, such as `rsa`.'],
  keyBits: ['number', 'Bits of an RSA key; 0 for other keys.'],
})

export const certificateDataSchema: TerraformSchema = {
  version: 0,
  description:
    'What a certificate says, and what a sensor would find wrong with it by the rules that the vendor publishes. Nothing is contacted.',
  attributes: {
    certificate: {
      type: 'string',
      required: true,
      description: 'The certificate in PEM, as with `file("line-1.crt")`. Public: the private key is not asked for.',
    },
    chain: {
      type: 'string',
      optional: true,
      description: 'Issuing certificates in PEM: the issuer of the certificate first, each followed by its own.',
    },
    hostname: {
      type: 'string',
      optional: true,
      description: 'Host name of the sensor, which the CN must be equal to.',
    },
    ...certificateAttributes,
    alternative_names: answer(['list', 'string'], 'Subject alternative names, such as `DNS:line-1.example`.'),
    signature_algorithm: answer('string', 'Algorithm of the signature, such as `sha256WithRSAEncryption`.'),
    problems: {
      nesting: 'list',
      computed: true,
      description:
        'What a sensor would refuse; empty when it takes the certificate. The order of the chain is a part of it.',
      attributes: {
        code: answer('string', 'Code of the problem.'),
        summary: answer('string', 'What is wrong.'),
        hint: answer('string', 'What to do.'),
      },
    },
    unchecked: answer(['list', 'string'], 'What could not be checked, and why.'),
  },
}
