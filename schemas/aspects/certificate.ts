import * as z from 'zod'
import { duration, publicFile, secret } from '../rules.ts'

const documented = {
  'x-basis': 'documented',
  'x-source': 'Vendor page "Certificate requirements".',
} as const

export const certificate = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .meta({
        description: 'Name under which the console lists the certificate.',
        'x-label': 'name of the certificate',
        ...documented,
      }),
    certificate: publicFile('Certificate of the web console, PEM or DER (.crt).')
      .optional()
      .meta({
        ...documented,
        'x-rule':
          'RSA of 2048 bits or more, SHA-256, valid now, CN equal to the host name and not a wildcard, CRL distribution points by http only. Without `privateKey` the certificate is only watched.',
      }),
    chain: publicFile('Chain of issuing certificates in order, PEM (.pem).')
      .optional()
      .meta({ 'x-label': 'certificate chain', ...documented }),
    privateKey: secret('Private key of the certificate, PEM (.key).')
      .optional()
      .meta({ 'x-label': 'private key', ...documented }),
    passphrase: secret('Passphrase of the private key.')
      .optional()
      .meta({ ...documented, 'x-rule': 'Letters, digits and ! # % ( ) + , - . / : = ? @ [ \\ ] ^ _ { } ~' }),
    validation: z
      .enum(['mandatory', 'none'])
      .optional()
      .meta({
        description: 'Whether certificates of other components are validated. When on, a failing peer is cut off.',
        'x-label': 'certificate validation',
        ...documented,
        'x-source': 'Vendor how-to, "Manage certificates"; the values are those of the current console.',
      }),
    minRemaining: duration().optional().meta({
      description:
        'How long the served certificate must still be valid; below that it is reported, and replaced if a newer one is declared.',
      'x-not-a-setting': true,
      'x-unit': 'm, h or d',
      'x-basis': 'project choice',
      'x-source': 'The console warns of an expired certificate only when it has expired.',
    }),
  })
  .meta({
    description: 'TLS certificate of the web console and validation of certificates.',
    'x-label': 'certificate',
    'x-console': 'System settings > Basic > SSL/TLS Certificate',
  })
