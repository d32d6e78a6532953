import { expect, test } from 'vitest'
import { explain, type Explanation } from '../../load/explain.ts'
import type { Fleet } from '../../schemas/fleet.ts'
import type { Problem } from '../../schemas/problem.ts'
import { loadText } from './load-text.ts'

const documents = `apiVersion: sensorform.io/v1
kind: Fleet
metadata: { name: acme }
spec:
  credentials: { default: { username: admin, password: { fromEnv: SENSOR_PASSWORD } } }
  defaults:
    access: { credentials: default, trust: [{ system: true }], serverName: sensors.example }
    time: { timezone: UTC }
---
apiVersion: sensorform.io/v1
kind: Site
metadata: { name: berlin }
spec:
  defaults:
    time: { timezone: Europe/Berlin }
    certificate: { passphrase: { fromEnv: "PASS_\${key}" }, chain: { file: chain.pem } }
---
apiVersion: sensorform.io/v1
kind: Sensor
metadata: { name: line-1, site: berlin }
spec:
  access: { endpoint: https://10.20.0.5 }
  time: { dateFormat: dd/MM/yyyy HH:mm:ss }
  forwarding:
    rules:
      to SIEM:
        actions:
          siem: { syslog: { host: siem.example, port: 514, format: cef, protocol: tcp } }
---
apiVersion: sensorform.io/v1
kind: Sensor
metadata: { name: line-1.b }
spec:
  access: { endpoint: https://10.20.0.6 }
`
const { fleet, problems } = await loadText({ 'a.yaml': documents, 'chain.pem': 'public text' })

const explained = (query: string): string[] => {
  const result = explain(fleet as Fleet, query)
  return Array.isArray(result) ? result.map(toLine) : [problemLine(result)]
}
const toLine = ({ key, path, value, layer, place }: Explanation): string =>
  `${key} ${path} = ${JSON.stringify(value)} (${layer} ${place.line}:${place.column})`
const problemLine = ({ code, summary, hint }: Problem): string => `${code} ${summary} | ${hint}`

test('the documents load', () => expect(problems).toEqual([]))

test.each<{ query: string; want: unknown[] }>([
  { query: 'line-1.time.timezone', want: ['line-1 time.timezone = "Europe/Berlin" (site 15:23)'] },
  {
    query: 'line-1.time',
    want: [
      'line-1 time.timezone = "Europe/Berlin" (site 15:23)',
      'line-1 time.dateFormat = "dd/MM/yyyy HH:mm:ss" (sensor 23:23)',
    ],
  },
  { query: 'line-1.b', want: expect.arrayContaining(['line-1.b time.timezone = "UTC" (fleet 8:23)']) as string[] },
  { query: 'line-1.b.time', want: ['line-1.b time.timezone = "UTC" (fleet 8:23)'] },
  {
    query: 'line-1.certificate',
    want: [
      expect.stringMatching(/^line-1 certificate\.chain = \{"file":".*chain\.pem"\} \(site 16:67\)$/),
      'line-1 certificate.passphrase = {"fromEnv":"PASS_line_1"} (site 16:32)',
    ],
  },
  {
    query: 'line-1.forwarding.rules["to SIEM"].actions.siem.syslog.host',
    want: ['line-1 forwarding.rules["to SIEM"].actions.siem.syslog.host = "siem.example" (sensor 28:35)'],
  },
  { query: 'line-1.access.endpoint', want: ['line-1 access.endpoint = "https://10.20.0.5" (sensor 22:23)'] },
  { query: 'line-2', want: ['NOT_DECLARED No document declares a sensor line-2 | Did you mean line-1?'] },
  {
    query: 'line-1.time.timezon',
    want: ['NOT_DECLARED No layer of line-1 declares time.timezon | Did you mean time.timezone?'],
  },
  { query: 'line-1.$', want: ['NOT_DECLARED line-1.$ is not a path | Write it as in line-1.time.timezone.'] },
])('$query', ({ query, want }) => {
  expect(explained(query)).toEqual(want)
})

test('everything of a sensor is explained, each leaf once', () => {
  const result = explain(fleet as Fleet, 'line-1') as Explanation[]
  expect(result.map(({ path }) => path)).toEqual([
    'access.credentials',
    'access.trust',
    'access.serverName',
    'access.endpoint',
    'time.timezone',
    'time.dateFormat',
    'certificate.chain',
    'certificate.passphrase',
    'forwarding.rules["to SIEM"].actions.siem.syslog.host',
    'forwarding.rules["to SIEM"].actions.siem.syslog.port',
    'forwarding.rules["to SIEM"].actions.siem.syslog.format',
    'forwarding.rules["to SIEM"].actions.siem.syslog.protocol',
  ])
})
