/** System notifications: rules that report them really send. */
import { deliver } from '../sensor/deliver.ts'
import type { Alert } from '../sensor/message.ts'
import type { Console } from './console.ts'
import type { ManagedSensor } from './state.ts'

export interface Notification {
  title: string
  detail: string
  severity: Alert['severity']
  sensor: ManagedSensor
}

/** Sends a notification through every rule that reports system notifications. A failure is written to the audit trail. */
export function notify(console: Console, notification: Notification): void {
  const rules = Object.entries(console.state.settings.forwarding.rules ?? {})
  for (const [rule, { systemNotifications, actions }] of rules) {
    if (systemNotifications !== true) continue
    for (const [action, settings] of Object.entries(actions ?? {})) {
      void deliver(console.state, { rule, action }, settings, (timezone) =>
        alertOf(console, notification, timezone),
      ).then((problem) =>
        console.note({ action: 'forward', path: `forwarding.rules.${rule}`, after: problem ?? 'sent' }),
      )
    }
  }
}

function alertOf(console: Console, { title, detail, severity, sensor }: Notification, timezone: string | null): Alert {
  const site = console.state.sites.find(({ zones }) => zones.some(({ id }) => id === sensor.zoneId))
  const zone = site?.zones.find(({ id }) => id === sensor.zoneId)
  return {
    title,
    detail,
    severity,
    category: 'Operational',
    sensor: sensor.name,
    version: sensor.version,
    nowMs: console.nowMs(),
    timezone: timezone ?? 'UTC',
    more: {
      sensorId: sensor.id,
      ...(zone && { zoneId: zone.id, zoneName: zone.name }),
      ...(site && { siteName: site.name }),
    },
  }
}
