import * as z from 'zod'
import { host, port, secret } from '../rules.ts'

const documented = {
  'x-basis': 'documented',
  'x-source': 'Vendor page "Manage individual OT sensors", Integrations > Mail server.',
} as const

export const mailTransports = ['none', 'starttls', 'implicit'] as const

/** Of a sensor and of a management console: the SMTP server that email actions of forwarding rules send through. */
export const mailServer = z
  .strictObject({
    enabled: z.boolean().optional().meta({
      description: 'Whether there is a mail server. With false the appliance has none, and email actions send nothing.',
      'x-basis': 'project choice',
    }),
    host: host()
      .optional()
      .meta({ description: 'SMTP server.', ...documented }),
    port: port()
      .optional()
      .meta({
        description: 'Port of the SMTP server.',
        ...documented,
        'x-rule': 'The console proposes 25; nothing is assumed here.',
      }),
    tls: z.enum(mailTransports).optional().meta({
      description:
        'Encryption: none, starttls (begins in the clear, usually port 587) or implicit (from the first byte on, usually port 465). The server is validated when certificate validation is on.',
      'x-rule': 'The console has one switch, SSL; which of the two ways it means is not documented.',
      'x-basis': 'project choice',
    }),
    sender: z
      .email()
      .max(254)
      .optional()
      .meta({ description: 'Address that emails come from.', ...documented }),
    username: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .meta({
        description: 'User name at the SMTP server.',
        ...documented,
        'x-rule': 'Authentication with user name and password. NTLM, which the console offers too, cannot be declared.',
      }),
    password: secret('Password at the SMTP server.')
      .optional()
      .meta({ ...documented, 'x-sent-on-to': 'host' }),
  })
  .meta({
    description: 'Mail server that email actions send through.',
    'x-label': 'mail server',
    'x-console': 'System settings > Integrations > Mail server',
  })
