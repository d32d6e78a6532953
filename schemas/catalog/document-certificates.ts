/** What is wrong with a declared certificate. Where only watched (no privateKey), most are warnings. */
import { one } from './document-example.ts'
import type { Catalog } from './entry.ts'

const importRule = 'The sensor would refuse the import, or browsers and consoles the certificate.'
const documented = (rule: string): string => `${rule} (vendor page "Certificate requirements"). ${importRule}`

export const certificates = {
  CERTIFICATE_UNREADABLE: {
    severity: 'error',
    title: 'A file is not a certificate',
    explanation: 'The certificate is PEM or DER.',
    remedy: 'Give the .crt file as the authority issued it.',
    example: { ...one('  certificate: { certificate: { file: line-1.crt } }\n'), 'line-1.crt': 'not a certificate\n' },
  },
  CERTIFICATE_HOLDS_KEY: {
    severity: 'error',
    title: 'A public file holds a private key',
    explanation:
      'Certificate and chain are public and are shown in plans; a private key in the same file would be too.',
    remedy: 'Move the key into a file of its own outside Git, and consider it disclosed if it was ever committed.',
  },
  CERTIFICATE_KEY_TYPE: {
    severity: 'error',
    title: 'The key of a certificate is not RSA',
    explanation: documented('The sensor takes RSA keys only'),
    remedy: 'Request a certificate for an RSA key of 2048 or 4096 bits.',
  },
  CERTIFICATE_KEY_SHORT: {
    severity: 'error',
    title: 'The key of a certificate is too short',
    explanation: documented('RSA keys have 2048 bits or more'),
    remedy: 'Request a certificate for an RSA key of 2048 or 4096 bits.',
  },
  CERTIFICATE_SIGNATURE: {
    severity: 'error',
    title: 'A certificate is signed with another algorithm',
    explanation: documented('The signature is SHA-256 with RSA'),
    remedy: 'Have it issued with sha256WithRSAEncryption.',
  },
  CERTIFICATE_EXPIRED: {
    severity: 'error',
    title: 'A certificate has expired',
    explanation: documented('The end of validity lies in the future'),
    remedy: 'Declare a renewed certificate.',
  },
  CERTIFICATE_SHORT_LIVED: {
    severity: 'warning',
    title: 'A declared certificate ends sooner than minRemaining asks for',
    explanation: 'Once it is served, it is told as expiring (CERTIFICATE_EXPIRING), and nothing declared renews it.',
    remedy: 'Declare a certificate that is valid for longer, or a shorter certificate.minRemaining.',
  },
  CERTIFICATE_NOT_YET_VALID: {
    severity: 'error',
    title: 'A certificate is not valid yet',
    explanation: documented('The start of validity lies in the past'),
    remedy: 'Wait, or have it issued with an earlier start; check the clock of this machine.',
  },
  CERTIFICATE_CN: {
    severity: 'error',
    title: 'The CN of a certificate is not the host name',
    explanation: documented('The CN is the domain name of the one appliance; wildcards are not supported'),
    remedy: 'Have it issued for the host name of the sensor.',
  },
  CERTIFICATE_CRL: {
    severity: 'error',
    title: 'A revocation list is not fetched over http',
    explanation: documented('The sensor fetches revocation lists over plain http only'),
    remedy: 'Have it issued with an http:// distribution point, or with none.',
  },
  CERTIFICATE_CHAIN: {
    severity: 'error',
    title: 'A chain is not in order',
    explanation: documented('The chain leads from the issuer of the certificate to the root'),
    remedy: 'List the issuing certificates in PEM, each followed by its own issuer.',
  },
  CERTIFICATE_PASSPHRASE: {
    severity: 'error',
    title: 'A passphrase does not fit',
    explanation: documented(
      'It opens the private key, and holds letters, digits and ! # % ( ) + , - . / : = ? @ [ \\ ] ^ _ { } ~ only',
    ),
    remedy: 'Declare the passphrase of this key, or encrypt the key with another one.',
  },
  CERTIFICATE_KEY_UNREADABLE: {
    severity: 'error',
    title: 'A private key cannot be read',
    explanation: 'The private key is PEM.',
    remedy: 'Give the .key file in PEM.',
  },
  CERTIFICATE_KEY_MISMATCH: {
    severity: 'error',
    title: 'Key and certificate do not belong together',
    explanation: 'The sensor could not serve the certificate.',
    remedy: 'Give the key that the certificate was requested with.',
  },
  CERTIFICATE_SHARED: {
    severity: 'error',
    title: 'Two sensors declare one certificate',
    explanation: documented('A certificate belongs to one appliance'),
    remedy: 'Give each sensor its own; a path such as certs/${key}.crt names it.',
  },
} as const satisfies Catalog
