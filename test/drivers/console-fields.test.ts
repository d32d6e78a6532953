/**
 * Every field of a management console, written, read back, drifted and settled through the api driver, as the conformance
 * suite does it for sensors. Addresses: 127.23.100.x.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fieldTable, parsePath } from '../../schemas/fields.ts'
import { consoleSettings } from '../../schemas/management-console.ts'
import type { ResultOf } from '../../schemas/results.ts'
import { startTrial, type Trial } from '../cli/fleet.ts'
import { apart, samples, type Sample } from './samples.ts'
import { settingsWith } from './settings-with.ts'

const { fields, find } = fieldTable(consoleSettings)
const hook = 'forwarding.rules.ops.actions.a.webhook'
const action = { webhook: { url: 'https://ops.example/hook' } }
const withHook = { forwarding: { rules: { ops: { actions: { a: action } } } } }
const secrets = [{ fromEnv: 'SECRET_A' }, { fromEnv: 'SECRET_B' }] as const
const backups = { sensorBackups: { collect: true } }

const own: readonly Sample[] = [
  { path: 'forwarding.rules.ops.systemNotifications', values: [true, false], beside: withHook },
  { path: 'forwarding.rules.ops.alertNotifications', values: [true, false], beside: withHook },
  { path: `${hook}.url`, values: ['https://ops.example/a', 'http://10.1.9.9:8080/b'] },
  { path: `${hook}.headers.X-Plant`, values: ['berlin', 'hamburg'], beside: withHook },
  { path: `${hook}.secretHeaders.Authorization`, values: secrets, beside: withHook },
  { path: `${hook}.extended`, values: [true, false], beside: withHook },
  { path: 'sensorBackups.collect', values: [true, false] },
  { path: 'sensorBackups.at', values: ['04:00', '23:30'], beside: backups },
  { path: 'sensorBackups.keepPerSensor', values: [1, 9], beside: backups },
  { path: 'sensorBackups.storage', values: [10, 100], beside: backups },
  { path: 'sensorBackups.path', values: ['/backups/sensors', '/mnt/share_1'], beside: backups },
]
const shared = samples.filter(({ path }) => find(path) !== undefined)
const all = [...shared, ...own]

test('no field is left out', () => {
  const tried = new Set(all.map(({ path }) => find(path)?.pattern))
  expect(fields.map(({ pattern }) => pattern).filter((pattern) => !tried.has(pattern) && !apart[pattern])).toEqual([])
})

let trial: Trial
beforeAll(async () => {
  trial = await startTrial({ network: '127.23.100', sensors: 0, consoles: { hq: { zones: [] } } })
})
afterAll(() => trial.end())

const env = { SECRET_A: 'canary-secret-a', SECRET_B: 'canary-secret-b' }

/** The document with these settings; files that it names are written beside it. */
function declare(settings: object): void {
  const files = new Map<string, string>()
  const text = JSON.stringify(settings, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || !('content' in value)) return value
    const name = `file-${files.size}.crt`
    files.set(name, String(value.content))
    return { file: name }
  })
  for (const [name, content] of files) writeFileSync(join(trial.folder, name), content)
  const endpoint = trial.simulator.managementConsole('hq').endpoint()
  const access = { endpoint, credentials: 'default', trust: [{ pinFile: 'pins.json' }] }
  const spec = JSON.stringify({ access, ...(JSON.parse(text) as object) })
  const user = '{ username: admin, password: { fromEnv: SENSOR_PASSWORD } }'
  writeFileSync(
    join(trial.folder, 'fleet.yaml'),
    `apiVersion: sensorform.io/v1
kind: Fleet
metadata: { name: acme }
spec: { credentials: { default: ${user} } }
---
apiVersion: sensorform.io/v1
kind: ManagementConsole
metadata: { name: hq }
spec: ${spec}
`,
  )
}

async function changes(): Promise<string[]> {
  const { stdout } = await trial.run(['plan', 'fleet.yaml', '--format', 'json'], { env })
  const [console] = (JSON.parse(stdout) as ResultOf<'plan'>).managementConsoles
  return console?.changes.map(({ path }) => path) ?? ['not planned']
}

const apply = () => trial.run(['apply', 'fleet.yaml', '--auto-approve', '--quiet'], { env })

test.each(all)('$path', async (sample) => {
  const [first, second] = sample.values
  for (const value of [first, second]) {
    declare(settingsWith(sample, value))
    const { code, stdout, stderr } = await apply()
    expect([code, stdout + stderr]).toEqual([0, expect.not.stringContaining('canary-secret')])
    expect(await changes()).toEqual([])
  }
  const [aspect = '', ...rest] = parsePath(sample.path)
  const type = find(sample.path)?.type
  if (type === 'file' || type === 'secret') return
  const patch = rest.reduceRight<unknown>((inner, segment) => ({ [segment]: inner }), sample.console ?? first)
  await trial.simulator.managementConsole('hq').changeInConsole('eve', aspect as 'forwarding', patch)
  expect(await changes()).toEqual([sample.path])
  expect((await apply()).code).toBe(0)
  expect(await changes()).toEqual([])
})
