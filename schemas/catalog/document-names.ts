/** Names across documents, and references to files and secrets. */
import { fleet, one, sensor } from './document-example.ts'
import type { Catalog } from './entry.ts'

const two = (first: string, second: string, options: { address?: string; metadata?: string } = {}) => ({
  'fleet.yaml': `${fleet}${sensor(first)}---\n${sensor(second, { key: 'line-2', address: '10.20.0.6', ...options })}`,
})

const pinned = (trust: string): { 'fleet.yaml': string } => ({
  'fleet.yaml': one('')['fleet.yaml'].replace('trust: [{ system: true }]', `trust: [${trust}]`),
})

export const names = {
  DUPLICATE_DOCUMENT: {
    severity: 'error',
    title: 'Two documents have one name',
    explanation: 'The name is the key of the document; and there is one Fleet document at most.',
    remedy: 'Rename or remove one of the two.',
    example: { 'fleet.yaml': `${one('')['fleet.yaml']}---\n${sensor('', { address: '10.20.0.6' })}` },
  },
  DUPLICATE_NAME: {
    severity: 'error',
    title: 'Two sensors have one registered name',
    explanation: 'A registrar knows each name once; upper and lower case make no difference.',
    remedy: 'Rename one of the two.',
    example: {
      'fleet.yaml': two(
        '  name: a\n  registration: { registrar: airgap }\n',
        '  name: a\n  registration: { registrar: airgap }\n',
      )['fleet.yaml'].replace('---', '  registrars: { airgap: { directory: { path: activation } } }\n---'),
    },
  },
  DUPLICATE_ENDPOINT: {
    severity: 'error',
    title: 'Two sensors have one endpoint',
    explanation: 'Two documents would take turns in changing one appliance.',
    remedy: 'Correct the endpoint of one of the two.',
    example: two('', '', { address: '10.20.0.5' }),
  },
  DUPLICATE_ADDRESS: {
    severity: 'error',
    title: 'Two sensors of one site have one network address',
    explanation:
      'The second to be moved there would cut off the first. Sensors of different sites may have one address, as their networks may be separate.',
    remedy: 'Correct the address of one of the two. An address that a site declares is one for all its sensors.',
    example: two('  network: { address: 10.20.0.5 }\n', '  network: { address: 10.20.0.5 }\n'),
  },
  DUPLICATE_IDENTITY: {
    severity: 'error',
    title: 'Two sensors declare one identity',
    explanation: 'An identity is the serial number of one appliance; two documents would take turns in changing it.',
    remedy: 'Correct the identity of one of the two.',
    example: {
      'fleet.yaml': two('', '')['fleet.yaml'].replace(/serverName: .*\n/g, '$&    identity: SN-0001\n'),
    },
  },
  ZONE_NOT_ASSIGNED: {
    severity: 'warning',
    title: 'A zone is declared, but no management console',
    explanation:
      'Zones are assigned at a management console: by the tool where a document declares it, by a person where only its connection string is given.',
    remedy: 'Name the console in managementConsole.console, or give its connectionString.',
    example: one('  managementConsole: { zone: Assembly }\n'),
  },
  CONSOLE_UNKNOWN: {
    severity: 'error',
    title: 'A sensor names a management console that no document declares',
    explanation: 'Its connection string could not be read, and its zone not be assigned.',
    remedy: 'Correct the name, or add a ManagementConsole document.',
    example: one('  managementConsole: { console: hq }\n'),
  },
  SITE_UNKNOWN: {
    severity: 'error',
    title: 'A sensor names a site that no document declares',
    explanation: 'Its defaults, window and hold would silently not apply.',
    remedy: 'Correct metadata.site, or add the Site document.',
    example: one('', ', site: berlin'),
  },
  CREDENTIALS_UNKNOWN: {
    severity: 'error',
    title: 'Credentials are not declared',
    explanation: 'Credentials are declared by name in the Fleet document.',
    remedy: 'Correct the name, or declare the credentials.',
    example: {
      'fleet.yaml': one('')['fleet.yaml'].replace('credentials: default', 'credentials: defualt'),
    },
  },
  REGISTRAR_UNKNOWN: {
    severity: 'error',
    title: 'A registrar is not declared',
    explanation: 'Registrars are declared by name in the Fleet document.',
    remedy: 'Correct the name, or declare the registrar.',
    example: one('  registration: { registrar: cloud }\n'),
  },
  FORMER_KEY_IN_USE: {
    severity: 'error',
    title: 'A former key belongs to another sensor',
    explanation:
      'formerKey hands what is remembered of a renamed document to the new one. That can only be one document, and the old one must be gone.',
    remedy: 'Remove formerKey, or the other document.',
    example: two('', '', { metadata: ', formerKey: line-1' }),
  },
  SELECTOR_INVALID: {
    severity: 'error',
    title: 'A selector cannot be read',
    explanation: 'A selector is a list of key=value, key!=value, key and !key, separated by commas; all must hold.',
    remedy: "Write it as in --select 'site=berlin,tier!=test'.",
  },
  NOTHING_SELECTED: {
    severity: 'error',
    title: 'The selection selects nothing',
    explanation: 'Nothing selected is more often a mistyped label than an intention, and must not look like success.',
    remedy: 'Correct the selector.',
  },
} as const satisfies Catalog

export const references = {
  SECRET_SCOPE: {
    severity: 'error',
    title: 'A secret would be sent where the runner does not allow it',
    explanation:
      'With --secret-scope, the runner and not the documents says which variables and files may be referred to, and to which hosts each may be sent: the appliance that is signed in to, its new address, the registrar, and the mail server, SMB server, proxy or URL that an appliance would send it on to. A server that is declared without a password is told the one that the appliance holds from earlier, so it must be allowed as well (heldByAppliance). So a change of documents alone brings no secret anywhere else. Nothing was contacted.',
    remedy: 'Correct the host or the reference. If it is right, whoever keeps the scope file adds it there.',
  },
  REFERENCE_OUTSIDE: {
    severity: 'error',
    title: 'A reference leaves its folder',
    explanation:
      'Files lie below the folder of the document that names them, secrets there or below --secrets-dir; also when symbolic links are followed. So a document can bring in no other file of the machine.',
    remedy: 'Move the file, or the document.',
    example: one('  certificate: { certificate: { file: ../line-1.crt } }\n'),
  },
  FILE_MISSING: {
    severity: 'error',
    title: 'A referenced file does not exist',
    explanation: 'The path begins at the folder of the document that names it, also when it is inherited.',
    remedy: 'Create the file or correct the path.',
    example: one('  certificate: { certificate: { file: line-1.crt } }\n'),
  },
  CA_FILE_INVALID: {
    severity: 'error',
    title: 'A caFile holds no certificate',
    explanation: 'It holds the certificates of the authorities to trust, in PEM.',
    remedy: 'Give the certificate of the authority in PEM.',
    example: { ...pinned('{ caFile: ca.pem }'), 'ca.pem': 'not a certificate\n' },
  },
  PIN_FILE_INVALID: {
    severity: 'error',
    title: 'A pin file is not one',
    explanation: 'A pin file is JSON: document key to { pins, identity }.',
    remedy: 'Let `sensorform trust` write it.',
    example: {
      ...pinned('{ pin: sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= }, { pinFile: pins.json }'),
      'pins.json': '[]\n',
    },
  },
  PIN_FILE_MISSING: {
    severity: 'warning',
    title: 'There is no pin file yet',
    explanation: 'Nothing is trusted until a person has looked at the fingerprints; nothing is signed in to before.',
    remedy: 'Run `sensorform trust`, compare what it shows, and confirm.',
    example: pinned('{ pinFile: pins.json }'),
  },
  PIN_MISSING: {
    severity: 'warning',
    title: 'The pin file does not know the sensor',
    explanation: 'Nothing is trusted until a person has looked at the fingerprint; nothing is signed in to before.',
    remedy: 'Run `sensorform trust`, compare what it shows, and confirm.',
    example: { ...pinned('{ pinFile: pins.json }'), 'pins.json': '{}\n' },
  },
} as const satisfies Catalog
