/** Forwarding rules: a test message is really sent. */
import type { TestMessageResult } from '../../schemas/generated/wire.ts'
import type { Answer } from '../edge.ts'
import { formatPath } from '../../schemas/fields.ts'
import { sendMail, type MailServer } from '../mail.ts'
import { actorOf, audited } from './audit.ts'
import { testMessage, testText, testTitle, type Alert } from './message.ts'
import { Refusal } from './refusal.ts'
import { send, type Destination } from './send.ts'
import type { Call, Handlers, Sensor } from './sensor.ts'
import type { SensorState, Settings } from './state.ts'

type Rule = NonNullable<Settings['forwarding']['rules']>[string]
type Action = NonNullable<Rule['actions']>[string]
type Email = NonNullable<Action['email']>
type Syslog = NonNullable<Action['syslog']>
type Result = TestMessageResult['actions'][number]

async function testRule(sensor: Sensor, call: Call): Promise<Answer> {
  const name = call.params['rule'] ?? ''
  const rules = sensor.state.settings.forwarding.rules ?? {}
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
  if (!rule) throw new Refusal(404, 'NOT_FOUND', 'There is no such forwarding rule.')
  const entry = { action: 'send test message', path: 'forwarding.rules', after: name }
  sensor.commit({ audit: audited(sensor, actorOf(call), [entry]) })
  const actions = Object.entries(rule.actions ?? {})
  const results = await Promise.all(actions.map(([action, settings]) => testAction(sensor, name, action, settings)))
  return { status: 200, body: { actions: results } satisfies TestMessageResult }
}

async function testAction(sensor: Sensor, rule: string, action: string, settings: Action): Promise<Result> {
  const { email, syslog, netwitness } = settings
  if (email) return outcome(action, await sendEmail(sensor, email))
  if (syslog) return sendSyslog(sensor, rule, action, syslog)
  if (!netwitness) return { action, ok: false, message: 'The action has no destination.' }
  const { host, port, timezone } = netwitness
  const text = testMessage('cef', alertOf(sensor, timezone))
  return outcome(action, await send({ host: host ?? '', port: port ?? 0, protocol: 'tcp' }, text))
}

/** Sends the test message through the mail server; gives a sentence when that failed. */
async function sendEmail(sensor: Sensor, { address, timezone }: Email): Promise<string | null> {
  const server = mailServerOf(sensor.state)
  if (!server) return 'No mail server is configured, so that no email can be sent.'
  const alert = alertOf(sensor, timezone)
  return sendMail(server, { to: address ?? '', subject: testTitle, text: testText(alert), sentMs: alert.nowMs })
}

/** The mail server, where there is one. */
export function mailServerOf({ settings, secrets }: SensorState): MailServer | undefined {
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

async function sendSyslog(sensor: Sensor, rule: string, action: string, syslog: Syslog): Promise<Result> {
  const { host, port, format, protocol, timezone } = syslog
  const text = testMessage(format ?? 'text', alertOf(sensor, timezone))
  const tls =
    protocol === 'tls' ? tlsOf(sensor.state, ['forwarding', 'rules', rule, 'actions', action], syslog) : undefined
  const destination = { host: host ?? '', port: port ?? 0, protocol: protocol ?? 'udp', ...(tls && { tls }) }
  return outcome(action, await send(destination, text))
}

const outcome = (action: string, problem: string | null): Result => ({
  action,
  ok: problem === null,
  message: problem ?? 'The test message was sent.',
})

function tlsOf(state: SensorState, path: readonly string[], { tls }: Syslog): NonNullable<Destination['tls']> {
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

const alertOf = (sensor: Sensor, timezone: string | null): Alert => ({
  sensor: sensor.state.activation?.name ?? 'sensor',
  version: sensor.state.softwareVersion,
  nowMs: sensor.nowMs(),
  timezone: timezone ?? sensor.state.settings.time.timezone ?? 'UTC',
})

export const forwardingHandlers: Handlers = { testRule }
