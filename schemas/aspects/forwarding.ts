import * as z from 'zod'
import { exactlyOne, host, port, publicFile, refuse, secret, timeZone, type Refusal } from '../rules.ts'

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

const headerName = z
  .string()
  .max(128)
  .regex(/^[A-Za-z0-9_-]+$/, 'holds something other than letters, digits, "-" and "_"')

/** Header fields that carry what must not stand in a document. */
const secretHeaderPattern =
  /^(proxy-)?authorization$|cookie|token|secret|passw|(api|access|private)[-_]?key|credential/i

const webhook = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/, hostname: /./, error: 'is not a URL such as https://ops.example/hook' })
      .max(2048)
      .refine((text) => !/^\w+:\/\/[^/?#]*@/.test(text), 'holds a user name or password; use secretHeaders')
      .meta({ description: 'Where the alert is posted to.', ...documented }),
    headers: z
      .record(
        headerName,
        z
          .string()
          .max(1024)
          .regex(/^(?! {2})[^\p{C}]*(?<! {2})$/u, 'begins or ends with more than one space, or is more than one line')
          .meta({ description: 'Value of the header field.', ...documented }),
      )
      .optional()
      .meta({
        description: 'Header fields that are sent.',
        ...documented,
        'x-rule': 'Names of letters, digits, "-" and "_"; values with one space at either end at most.',
      }),
    secretHeaders: z.record(headerName, secret('Value of the header field.').meta(documented)).optional().meta({
      description: 'Header fields whose values are secrets, such as Authorization.',
      'x-basis': 'project choice',
      'x-sent-on-to': 'url',
    }),
    extended: z
      .boolean()
      .optional()
      .meta({ description: 'Whether the alert is sent with all its fields.', ...documented }),
  })
  .superRefine(checkHeaders)
  .meta({ description: 'Posts to a URL.' })

function checkHeaders(
  { headers, secretHeaders }: { headers?: object | undefined; secretHeaders?: object | undefined },
  ctx: z.RefinementCtx,
): void {
  const secrets = new Set(Object.keys(secretHeaders ?? {}).map((name) => name.toLowerCase()))
  for (const name of Object.keys(headers ?? {})) {
    if (secretHeaderPattern.test(name)) refuse(ctx, literalHeader(name))
    else if (secrets.has(name.toLowerCase())) refuse(ctx, doubleHeader(name))
  }
}

const literalHeader = (name: string): Refusal => ({
  code: 'LITERAL_SECRET',
  path: ['headers', name],
  message: 'holds something other than a reference to a secret',
  hint: `Declare it as secretHeaders: { ${name}: { fromEnv: NAME } }. If this was ever committed or shared, change the secret.`,
})

const doubleHeader = (name: string): Refusal => ({
  code: 'VALUE_INVALID',
  path: ['headers', name],
  message: 'is declared in secretHeaders too',
  hint: 'Declare it once.',
})

interface ActionValue {
  syslog?: z.infer<typeof syslog> | undefined
}

/** Exactly one kind of action, and TLS where it is documented. */
function checkAction(value: ActionValue, ctx: z.RefinementCtx, kinds: readonly string[]): void {
  exactlyOne({ ...value }, ctx, kinds)
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
}

const actionFacts = (kinds: readonly string[]) =>
  ({
    description: `One action of the rule: exactly one of ${kinds.join(', ')}.`,
    'x-leaf': true,
    'x-exactly-one': true,
  }) as const

const sensorActions = { email: email.optional(), syslog: syslog.optional(), netwitness: netwitness.optional() }
const sensorKinds = Object.keys(sensorActions)
const sensorAction = z
  .strictObject(sensorActions)
  .superRefine((value, ctx) => checkAction(value, ctx, sensorKinds))
  .meta(actionFacts(sensorKinds))

const consoleActions = { ...sensorActions, webhook: webhook.optional() }
const consoleKinds = Object.keys(consoleActions)
const consoleAction = z
  .strictObject(consoleActions)
  .superRefine((value, ctx) => checkAction(value, ctx, consoleKinds))
  .meta(actionFacts(consoleKinds))

const entryName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^(?!\s)[^\p{C}/\\]+(?<!\s)$/u, 'holds a slash or an invisible character, or begins or ends with a space')

/** What the rules of both kinds of appliance have, before their actions. */
const conditions = {
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
}

const actionsByName = <Action extends z.ZodType>(action: Action) =>
  z
    .record(entryName, action)
    .optional()
    .meta({ description: 'Actions by name.', ...documented })

const rulesByName = <Rule extends z.ZodType>(rule: Rule) =>
  z
    .strictObject({
      rules: z
        .record(entryName, rule)
        .optional()
        .meta({
          description: 'Forwarding rules by name. Only alerts raised after a rule was created are forwarded.',
          ...documented,
          'x-rule':
            'Names are unique, have up to 64 characters, no slash, and no space at either end (project choice).',
        }),
      unmanagedRules: z.enum(['keep', 'remove']).optional().meta({
        description: 'What becomes of rules that are not declared. Not given: they are kept.',
        'x-not-a-setting': true,
        'x-basis': 'project choice',
      }),
    })
    .meta({ description: 'Forwarding of alerts to other systems.' })

export const forwarding = rulesByName(
  z.strictObject({ ...conditions, actions: actionsByName(sensorAction) }).meta({ description: 'One forwarding rule.' }),
)

/** Of a management console: what a sensor forwards, and what happens to its sensors. */
export const consoleForwarding = rulesByName(
  z
    .strictObject({
      ...conditions,
      systemNotifications: z
        .boolean()
        .optional()
        .meta({
          description: 'Whether disconnected sensors and failed remote backups are reported.',
          ...documented,
          'x-source': 'Vendor how-to, "Forward sensor failure alerts".',
        }),
      alertNotifications: z
        .boolean()
        .optional()
        .meta({ description: 'Whether alerts are reported.', ...documented }),
      actions: actionsByName(consoleAction),
    })
    .meta({ description: 'One forwarding rule.' }),
)
