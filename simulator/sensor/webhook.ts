/** Posts an alert to a webhook. Only to this machine: a simulation reaches nobody else. */
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { formatPath } from '../../schemas/fields.ts'
import { isLoopback } from '../loopback.ts'
import type { Action } from './deliver.ts'
import type { Alert } from './message.ts'
import type { ApplianceState } from './state.ts'

type Webhook = NonNullable<Action['webhook']>

const timeoutMs = 3000

/** Gives a sentence when it failed, null when it was taken. */
export function postWebhook(
  state: ApplianceState,
  path: readonly string[],
  webhook: Webhook,
  alert: Alert,
): Promise<string | null> {
  const target = URL.parse(webhook.url ?? '')
  if (!target || !isLoopback(target.hostname)) {
    return Promise.resolve(`${target?.host ?? 'The URL'} was not reached: it is not on this machine.`)
  }
  const { validation, chain } = state.settings.certificate
  const options = {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headersOf(state, path, webhook) },
    timeout: timeoutMs,
    rejectUnauthorized: validation === 'mandatory',
    ...(chain !== null && { ca: chain }),
  }
  return new Promise((resolve) => {
    const send = target.protocol === 'https:' ? requestHttps : requestHttp
    const outgoing = send(target, options, (answer) => {
      answer.resume()
      const status = answer.statusCode ?? 0
      resolve(status < 400 ? null : `${target.host} answered with status ${status}.`)
    })
    outgoing.once('timeout', () => outgoing.destroy(new Error('it did not answer in time')))
    outgoing.once('error', ({ message }) => resolve(`${target.host} was not reached: ${message}.`))
    outgoing.end(JSON.stringify(bodyOf(alert, webhook.extended === true)))
  })
}

function headersOf(state: ApplianceState, path: readonly string[], { headers, secretHeaders }: Webhook) {
  const secrets = Object.keys(secretHeaders ?? {}).map((name) => [
    name,
    state.secrets[formatPath([...path, 'webhook', 'secretHeaders', name])] ?? '',
  ])
  return { ...headers, ...(Object.fromEntries(secrets) as Record<string, string>) }
}

/** The documented fields; extended webhooks have more of them. */
const bodyOf = ({ title, detail, severity, category, sensor, nowMs, more = {} }: Alert, extended: boolean) => ({
  title,
  message: detail,
  severity,
  type: category,
  timestamp: new Date(nowMs).toISOString(),
  ...(extended && {
    sensorID: more.sensorId ?? null,
    sensorName: sensor,
    zoneID: more.zoneId ?? null,
    zoneName: more.zoneName ?? null,
    siteID: more.siteId ?? null,
    siteName: more.siteName ?? null,
    sourceDeviceAddress: null,
    destinationDeviceAddress: null,
    remediationSteps: null,
    handled: false,
    additionalInformation: null,
  }),
})
