import * as z from 'zod'
import { exactlyOne, host, port, publicFile, refuse, secret, timeZone } from '../rules.ts'

const documented = {
  'x-basis': 'documented',
  'x-source': 'Vendor page "Forward alert information".',
  'x-console': 'Forwarding > Create new rule',
} as const

export const severities = ['Warning', 'Minor', 'Major', 'Critical'] as const
export const engines = ['Protocol Violation', 'Policy Violation', 'Malware', 'Anomaly', 'Operational'] as const
export const syslogFormats = ['cef', 'leef', 'object', 'text'] as const

const timezone = timeZone()
  .optional()
  .meta({ description: 'Time zone of the timestamps that are sent.', ...documented })

const email = z
  .strictObject({
    address: z
      .email()
      .max(254)
      .meta({ description: 'One address; more addresses are more actions.', ...documented }),
    timezone,
  })
  .meta({ description: 'Sends an email. Needs the mail server.' })

const tls = z
  .strictObject({
    certificate: publicFile('Client certificate.').optional().meta(documented),
    privateKey: secret('Private key of the client certificate.').optional().meta(documented),
    passphrase: secret('Passphrase of the private key.').optional().meta(documented),
  })
  .meta({
    description: 'Encryption. The server is validated when certificate validation is on.',
    ...documented,
    'x-rule': 'CEF only.',
  })

const syslog = z
  .strictObject({
    host: host().meta({ description: 'Syslog server.', ...documented }),
    port: port().meta({ description: 'Port of the syslog server, usually 514.', ...documented }),
    format: z.enum(syslogFormats).meta({ description: 'Message format.', ...documented }),
    protocol: z.enum(['tcp', 'udp', 'tls']).meta({
      description: 'Transport.',
      ...documented,
      'x-rule':
        'TLS with CEF only; the choice between TCP and UDP is documented for text only, the other formats use TCP or UDP as declared.',
    }),
    tls: tls.optional(),
    timezone,
  })
  .meta({ description: 'Sends syslog messages.' })

const netwitness = z
  .strictObject({
    host: host().meta({ description: 'NetWitness host.', ...documented }),
    port: port().meta({ description: 'Port.', ...documented }),
    timezone,
  })
  .meta({ description: 'Sends to NetWitness.' })

const action = z
  .strictObject({ email: email.optional(), syslog: syslog.optional(), netwitness: netwitness.optional() })
  .superRefine((value, ctx) => {
    exactlyOne(value, ctx, ['email', 'syslog', 'netwitness'])
    const { syslog } = value
    if (syslog?.protocol === 'tls' && syslog.format !== 'cef') {
      refuse(ctx, {
        code: 'SYSLOG_TLS_NEEDS_CEF',
        path: ['syslog', 'protocol'],
        message: `tls is documented for the cef format only, not for ${syslog.format}`,
        hint: 'Use format: cef, or protocol: tcp.',
      })
    }
    if (syslog?.tls && syslog.protocol !== 'tls') {
      refuse(ctx, {
        code: 'SYSLOG_TLS_UNUSED',
        path: ['syslog', 'tls'],
        message: `is given although the protocol is ${syslog.protocol}`,
        hint: 'Use protocol: tls, or leave tls out.',
      })
    }
  })
  .meta({
    description: 'One action of the rule: exactly one of email, syslog, netwitness.',
    'x-leaf': true,
    'x-exactly-one': true,
  })

const entryName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^(?!\s)[^\p{C}/\\]+(?<!\s)$/u, 'holds a slash or an invisible character, or begins or ends with a space')

const rule = z
  .strictObject({
    absent: z.literal(true).optional().meta({
      description: 'The rule must not exist. Leaving a rule out only stops managing it.',
      'x-basis': 'project choice',
    }),
    minimumSeverity: z
      .enum(severities)
      .optional()
      .meta({ description: 'Lowest alert level that is forwarded.', ...documented }),
    protocols: z
      .union([z.literal('any'), z.array(z.string().min(1).max(64)).min(1).max(256)])
      .optional()
      .meta({ description: 'Protocols whose alerts are forwarded: any, or a list.', ...documented, 'x-leaf': true }),
    engines: z
      .union([z.literal('any'), z.array(z.enum(engines)).min(1).max(5)])
      .optional()
      .meta({ description: 'Engines whose alerts are forwarded: any, or a list.', ...documented, 'x-leaf': true }),
    actions: z
      .record(entryName, action)
      .optional()
      .meta({ description: 'Actions by name.', ...documented }),
  })
  .meta({ description: 'One forwarding rule.' })

export const forwarding = z
  .strictObject({
    rules: z
      .record(entryName, rule)
      .optional()
      .meta({
        description: 'Forwarding rules by name. Only alerts raised after a rule was created are forwarded.',
        ...documented,
        'x-rule': 'Names are unique, have up to 64 characters, no slash, and no space at either end (project choice).',
      }),
    unmanagedRules: z.enum(['keep', 'remove']).optional().meta({
      description: 'What becomes of rules that are not declared. Not given: they are kept.',
      'x-not-a-setting': true,
      'x-basis': 'project choice',
    }),
  })
  .meta({ description: 'Forwarding of alerts to other systems.' })
