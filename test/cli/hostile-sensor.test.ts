/**
 * A sensor that is trusted and lies: each text of its answers, and each name of its rules, moves the cursor, turns the
 * direction and is Markdown and HTML. What the command prints of it is harmless in every format, and nothing crashes.
 * Addresses: 127.20.193.1.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../../cli/run-cli.ts'
import { applianceRead, refusal, startScriptedSensor, type ScriptedSensor } from '../drivers/api/scripted-sensor.ts'

const hostile =
  '\u001b[2J\u001b]0;t\u0007\u202eevil\u200b <img src=x onerror=1> @team [a](https://e.example) `x` ```\n# h\r\u009b31m'

const folder = mkdtempSync(join(tmpdir(), 'sensorform-hostile-'))
let server: ScriptedSensor
beforeAll(async () => {
  server = await startScriptedSensor({ host: '127.20.193.1' })
  writeFileSync(
    join(folder, 'fleet.yaml'),
    `apiVersion: sensorform.io/v1
kind: Fleet
metadata: { name: f }
spec: { credentials: { c: { username: admin, password: { fromEnv: P } } } }
---
apiVersion: sensorform.io/v1
kind: Sensor
metadata: { name: line-1 }
spec:
  access: { endpoint: "${server.origin}", credentials: c, trust: [{ pin: "${server.identity.pin}" }] }
  name: berlin
  time: { timezone: Etc/UTC, ntp: { enabled: true, server: 10.9.9.9 } }
  network: { hostname: other, dns: [10.9.9.9], proxy: { enabled: true, host: p.example, port: 1, username: other } }
  backup: { target: { enabled: true, smb: { server: other, share: other, path: other, username: other, version: '2.1' } } }
  forwarding: { rules: { mine: { minimumSeverity: Major, actions: { a: { netwitness: { host: h.example, port: 1 } } } } } }
`,
  )
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

async function run(words: readonly string[]): Promise<{ code: number; said: string }> {
  let said = ''
  const sink = { write: (text: string) => (said += text) }
  const code = await runCli(words, {
    stdout: sink,
    stderr: sink,
    stdin: (async function* () {})(),
    env: { P: 'right', SENSOR_PASSWORD: 'right' },
    cwd: folder,
    terminal: { stdin: false, stdout: false, stderr: false },
    onInterrupt: () => () => undefined,
  })
  return { code, said }
}

type Json = Record<string, unknown>
type Path = readonly (string | number)[]

/** Where a text stands, and where a name that somebody chose. */
function textsIn(value: unknown, path: Path = []): { path: Path; name?: true }[] {
  if (typeof value === 'string') return [{ path }]
  if (typeof value !== 'object' || value === null) return []
  const names = ['rules', 'actions'].includes(String(path.at(-1)))
  return Object.entries(value).flatMap(([key, item]) => [
    ...(names ? [{ path: [...path, key], name: true } as const] : []),
    ...textsIn(item, [...path, key]),
  ])
}

function spoilt(value: Json, { path, name }: { path: Path; name?: true }): Json {
  const copy = structuredClone(value)
  const [last = '', ...above] = path.toReversed()
  const parent = above.toReversed().reduce<Json>((at, key) => at[key] as Json, copy)
  if (name) {
    parent[hostile] = parent[last]
    delete parent[last]
  } else parent[last] = hostile
  return copy
}

const read = applianceRead('SN-1') as unknown as Json
const places = textsIn(read)

function expectHarmless({ code, said }: { code: number; said: string }, format: string, where: string): void {
  expect([0, 1, 2, 3, 4], where).toContain(code)
  expect(said, where).not.toContain('INTERNAL_ERROR')
  expect(said.match(/[\p{Cf}\p{Zl}\p{Zp}]|[^\P{Cc}\n]/gu), where).toBeNull()
  if (format !== 'markdown') return
  const outside = said.replaceAll(/^( *)(`{3,})[a-z]*\n[\s\S]*?\n\1\2$/gm, '')
  expect(outside.match(/<img|@team|\]\(/g), where).toBeNull()
}

test('texts of a read', { timeout: 120_000 }, async () => {
  expect(places.length).toBeGreaterThan(40)
  for (const place of places) {
    server.read = spoilt(read, place)
    for (const format of ['human', 'json', 'markdown']) {
      const words = ['drift', 'fleet.yaml', '--no-state', '--verbose', '--format', format]
      expectHarmless(await run(words), format, `${place.path.join('.')} in ${format}`)
    }
    const exported = await run(['export', server.origin, '--pin', server.identity.pin, '--verbose'])
    expectHarmless(exported, 'yaml', `${place.path.join('.')} exported`)
  }
  server.read = read
})

test.for(['signIn', 'readAppliance'])('a refusal of %s', async (operation) => {
  for (const format of ['human', 'json', 'markdown']) {
    for (const status of [401, 403, 422, 500]) {
      server.script(operation, {
        status,
        json: refusal(status === 422 ? hostile : 'INVALID', hostile, { [hostile]: hostile }),
      })
      const words = ['plan', 'fleet.yaml', '--no-state', '--verbose', '--format', format]
      expectHarmless(await run(words), format, `${status} in ${format}`)
    }
  }
})

test('who changed what, as an audit trail tells it', async () => {
  const entry = {
    at: '2030-01-01T00:00:00Z',
    user: hostile,
    from: hostile,
    action: hostile,
    path: 'time.timezone',
    before: hostile,
    after: hostile,
  }
  for (const format of ['human', 'json', 'markdown']) {
    server.script('readAudit', { status: 200, json: { entries: [entry] } })
    expectHarmless(await run(['drift', 'fleet.yaml', '--verbose', '--format', format]), format, format)
  }
})
