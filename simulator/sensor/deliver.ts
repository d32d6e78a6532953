/** Delivers one alert through one action of a forwarding rule. */
import { formatPath } from '../../schemas/fields.ts'
import { sendMail, type MailServer } from '../mail.ts'
import { formatMessage, sentenceOf, type Alert } from './message.ts'
import { postWebhook } from './webhook.ts'
import { send, type Destination } from './send.ts'
import type { ApplianceState, ConsoleSettings } from './state.ts'

type Rule = NonNullable<ConsoleSettings['forwarding']['rules']>[string]
export type Action = NonNullable<Rule['actions']>[string]
type Email = NonNullable<Action['email']>
type Syslog = NonNullable<Action['syslog']>

/** What is sent, in the time zone of an action. */
export type MakeAlert = (timezone: string | null) => Alert

/** Where an action stands: its path in the settings, for its secrets. */
export interface Place {
  rule: string
  action: string
}

/** Sends; gives a sentence when that failed, null when it was sent. */
export async function deliver(
  state: ApplianceState,
  { rule, action }: Place,
  { email, syslog, netwitness, webhook }: Partial<Action>,
  makeAlert: MakeAlert,
): Promise<string | null> {
  const path = ['forwarding', 'rules', rule, 'actions', action]
  if (email) return sendEmail(state, email, makeAlert)
  if (syslog) return sendSyslog(state, path, syslog, makeAlert)
  if (webhook) return postWebhook(state, path, webhook, makeAlert(null))
  if (!netwitness) return 'The action has no destination.'
  const { host, port, timezone } = netwitness
  const text = formatMessage('cef', makeAlert(timezone))
  return send({ host: host ?? '', port: port ?? 0, protocol: 'tcp' }, text)
}

/** Sends through the mail server; gives a sentence when that failed. */
async function sendEmail(
  state: ApplianceState,
  { address, timezone }: Email,
  makeAlert: MakeAlert,
): Promise<string | null> {
  const server = mailServerOf(state)
  if (!server) return 'No mail server is configured, so that no email can be sent.'
  const alert = makeAlert(timezone)
  return sendMail(server, {
    to: address ?? '',
    subject: alert.title,
    text: sentenceOf(alert),
    sentMs: alert.nowMs,
  })
}

/** The mail server, where there is one. */
export function mailServerOf({ settings, secrets }: ApplianceState): MailServer | undefined {
  const { enabled, host, port, tls, sender, username } = settings.mailServer
  if (enabled === false || host === null || port === null || sender === null) return undefined
  const { validation, chain } = settings.certificate
  const password = secrets['mailServer.password']
  return {
    host,
    port,
    tls: tls ?? 'none',
    sender,
    ...(username !== null && { username }),
    ...(password !== undefined && { password }),
    validate: validation === 'mandatory',
    ...(chain !== null && { authorities: chain }),
  }
}

function sendSyslog(
  state: ApplianceState,
  path: readonly string[],
  syslog: Syslog,
  makeAlert: MakeAlert,
): Promise<string | null> {
  const { host, port, format, protocol, timezone } = syslog
  const text = formatMessage(format ?? 'text', makeAlert(timezone))
  const tls = protocol === 'tls' ? tlsOf(state, path, syslog) : undefined
  const destination = { host: host ?? '', port: port ?? 0, protocol: protocol ?? 'udp', ...(tls && { tls }) }
  return send(destination, text)
}

function tlsOf(state: ApplianceState, path: readonly string[], { tls }: Syslog): NonNullable<Destination['tls']> {
  const { validation, chain } = state.settings.certificate
  const secret = (name: string): string | undefined => state.secrets[formatPath([...path, 'syslog', 'tls', name])]
  const key = secret('privateKey')
  const passphrase = secret('passphrase')
  return {
    validate: validation === 'mandatory',
    ...(chain !== null && { authorities: chain }),
    ...(tls?.certificate && key !== undefined && { certificate: tls.certificate, key }),
    ...(passphrase !== undefined && { passphrase }),
  }
}
