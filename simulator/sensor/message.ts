/** Alerts and notifications in the documented formats. */
import { displayedTime } from './clock.ts'

export interface Alert {
  title: string
  detail: string
  severity: 'Warning' | 'Minor' | 'Major' | 'Critical'
  category: string
  sensor: string
  version: string
  nowMs: number
  timezone: string
  /** What an extended webhook carries beside. */
  more?: { sensorId?: number; zoneId?: number; zoneName?: string; siteId?: number; siteName?: string }
}

/** The test message. */
export const testAlert = (alert: Pick<Alert, 'sensor' | 'version' | 'nowMs' | 'timezone'>): Alert => ({
  ...alert,
  title: 'Test Alert',
  detail: 'This is a test message.',
  severity: 'Warning',
  category: 'Operational',
})

type Format = 'cef' | 'leef' | 'object' | 'text'

/** Facility 1 (user), severity 4 (warning). */
const priority = '<12>'

/** One syslog line. */
export function formatMessage(format: Format, alert: Alert): string {
  const { sensor, nowMs, timezone } = alert
  const header = `${priority}${syslogTime(nowMs, timezone)} ${sensor.replaceAll(/[^\x21-\x7e]/g, '_')} `
  return header + { cef, leef, object, text: sentenceOf }[format](alert)
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Time as RFC 3164 writes it, in the time zone of the action. */
function syslogTime(nowMs: number, timezone: string): string {
  const [date = '', time = ''] = displayedTime(nowMs, isoLike(timezone)).split(' ')
  const [, month, day] = date.split('/')
  return `${months[Number(month) - 1] ?? ''} ${String(Number(day)).padStart(2, ' ')} ${time}`
}

const isoLike = (timezone: string) => ({
  timezone,
  dateFormat: 'yyyy/MM/dd HH:mm:ss' as const,
  ntp: { enabled: null, server: null },
})

const localTime = ({ nowMs, timezone }: Alert): string => displayedTime(nowMs, isoLike(timezone))

const escapeHeader = (value: string): string => value.replaceAll(/[\\|]/g, String.raw`\$&`)
const escapeField = (value: string): string => value.replaceAll(/[\\=]/g, String.raw`\$&`)

/** In CEF and LEEF. */
const levels = { Warning: 1, Minor: 4, Major: 8, Critical: 10 } as const

const cef = (alert: Alert): string =>
  `CEF:0|CyberX|CyberX platform|${escapeHeader(alert.version)}|1|${escapeHeader(alert.title)}|${levels[alert.severity]}|msg=${escapeField(alert.detail)} dvchost=${escapeField(alert.sensor)} cat=${alert.category} rt=${escapeField(localTime(alert))}`

const leef = (alert: Alert): string =>
  `LEEF:1.0|CyberX|CyberX platform|${escapeHeader(alert.version)}|1|` +
  [
    `title=${alert.title}`,
    `msg=${alert.detail}`,
    `sensor=${alert.sensor}`,
    `cat=${alert.category}`,
    `sev=${levels[alert.severity]}`,
    `devTime=${localTime(alert)}`,
  ].join('\t')

const object = (alert: Alert): string =>
  JSON.stringify({
    title: alert.title,
    message: alert.detail,
    sensorName: alert.sensor,
    severity: alert.severity,
    type: alert.category,
    timestamp: localTime(alert),
  })

/** The message in a sentence. */
export const sentenceOf = (alert: Alert): string =>
  `${alert.title}: ${alert.detail} Sensor: ${alert.sensor}. Severity: ${alert.severity}. Engine: ${alert.category}. Time: ${localTime(alert)}.`
