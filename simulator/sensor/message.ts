/** The test message in the documented formats. */
import { displayedTime } from './clock.ts'

export interface Alert {
  sensor: string
  version: string
  nowMs: number
  timezone: string
}

type Format = 'cef' | 'leef' | 'object' | 'text'

/** Facility 1 (user), severity 4 (warning). */
const priority = '<12>'
export const testTitle = 'Test Alert'
const detail = 'This is a test message.'

/** One syslog line. */
export function testMessage(format: Format, alert: Alert): string {
  const { sensor, nowMs, timezone } = alert
  const header = `${priority}${syslogTime(nowMs, timezone)} ${sensor.replaceAll(/[^\x21-\x7e]/g, '_')} `
  return header + { cef, leef, object, text: testText }[format](alert)
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

/** Severities are 1, 4, 8 and 10 for Warning, Minor, Major and Critical. */
const cef = (alert: Alert): string =>
  `CEF:0|CyberX|CyberX platform|${escapeHeader(alert.version)}|1|${testTitle}|1|msg=${detail} dvchost=${escapeField(alert.sensor)} cat=Operational rt=${escapeField(localTime(alert))}`

const leef = (alert: Alert): string =>
  `LEEF:1.0|CyberX|CyberX platform|${escapeHeader(alert.version)}|1|` +
  [
    `title=${testTitle}`,
    `msg=${detail}`,
    `sensor=${alert.sensor}`,
    'cat=Operational',
    'sev=1',
    `devTime=${localTime(alert)}`,
  ].join('\t')

const object = (alert: Alert): string =>
  JSON.stringify({
    title: testTitle,
    message: detail,
    sensorName: alert.sensor,
    severity: 'Warning',
    type: 'Operational',
    timestamp: localTime(alert),
  })

/** The message in a sentence. */
export const testText = (alert: Alert): string =>
  `${testTitle}: ${detail} Sensor: ${alert.sensor}. Severity: Warning. Engine: Operational. Time: ${localTime(alert)}.`
