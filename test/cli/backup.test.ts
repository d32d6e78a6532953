/** Backups of several sensors, what a plan says of them, and restores that a window holds up. Addresses: 127.25.x.x. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openMemory } from '../../state/memory.ts'
import { checkResult } from '../report/check-result.ts'
import { startTrial, type Trial } from './fleet.ts'

let trial: Trial
afterEach(() => trial.end())

let net = 0
async function start(sensors: number, more: { consoles?: Record<string, { zones: string[] }>; spec?: string } = {}) {
  const { consoles, spec } = more
  trial = await startTrial({
    network: `127.25.${++net}`,
    sensors,
    ...(consoles && { consoles }),
    ...(spec !== undefined && { spec: () => spec }),
  })
}
const file = () => join(trial.folder, 'fleet.yaml')
const edit = (from: string, to: string): void =>
  writeFileSync(file(), readFileSync(file(), 'utf8').replaceAll(from, to))
const backup = (...words: string[]) => trial.run(['backup', ...words, '--in', 'fleet.yaml'])
const made = () =>
  trial.simulator.appliances.flatMap(({ key }) => (trial.simulator.counts(key)['createBackup'] ? [key] : []))
const notHeld = 'PCAP files and logs are not in a backup.'
const occurrences = (text: string): number => text.split(notHeld).length - 1

test('--select takes the place of keys: those sensors and no others are backed up, and listed', async () => {
  await start(4)
  for (const key of ['line-1', 'line-3']) edit(`{ name: ${key} }`, `{ name: ${key}, labels: { tier: critical } }`)
  const { code, stdout } = await backup('create', '--select', 'tier=critical')
  expect([code, made()]).toEqual([0, ['line-1', 'line-3']])
  expect(stdout.split('\n').map((line) => line.slice(0, 7))).toEqual(['line-1:', 'line-3:', 'PCAP fi', ''])
  const listed = await backup('list', '--select', 'tier=critical', '--format', 'json')
  checkResult(listed.stdout)
  expect(JSON.parse(listed.stdout)).toMatchObject({ sensors: [{ key: 'line-1' }, { key: 'line-3' }] })
})

test.each([
  ['no key and no selection', ['create'], '"sensorform backup" needs a key or --select'],
  ['both', ['create', 'line-1', '--select', 'key=line-1'], '"sensorform backup" takes keys or --select, not both'],
  ['an empty selection', ['create', '--select', 'tier=none'], 'error NOTHING_SELECTED'],
  ['consoles alone', ['list', '--select', 'key=hq'], '"key=hq" selects no sensor'],
  ['a selector that is none', ['list', '--select', '=,'], 'error SELECTOR_INVALID'],
])('%s is an error, and nothing is contacted', async (_, words, text) => {
  await start(1, { consoles: { hq: { zones: ['Assembly'] } } })
  const { code, stdout, stderr } = await backup(...words)
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toContain(text)
  expect(trial.simulator.requests()).toEqual([])
})

test('a held sensor is left out of a selection, with a note; named, it is an error before anything is done', async () => {
  await start(2)
  appendFileSync(file(), '  hold: { until: 2099-01-01, reason: the hall is rebuilt }\n')
  const selected = await backup('create', '--select', 'key')
  expect([selected.code, made()]).toEqual([0, ['line-1']])
  expect(selected.stderr).toContain('line-2: held until 2099-01-01: the hall is rebuilt; left out')
  const named = await backup('list', 'line-1', 'line-2')
  expect([named.code, named.stdout]).toEqual([1, ''])
  expect(named.stderr).toContain('error HELD')
})

test('one of many that does not answer takes nothing from the others', async () => {
  await start(3)
  await trial.simulator.kill('line-2')
  const { code, stdout, stderr } = await backup('create', '--select', 'key', '--concurrency', '2')
  expect([code, made()]).toEqual([3, ['line-1', 'line-3']])
  expect(stderr).toContain('error UNREACHABLE')
  expect(stdout).toContain('line-3: ')
})

test('a plan says once what no backup holds, where one is made or set up, and nowhere else', async () => {
  await start(2, { spec: '  backup: { enabled: true, maxAge: 24h }\n' })
  const plan = ['plan', 'fleet.yaml']
  expect(occurrences((await trial.run(plan)).stdout)).toBe(1)
  expect(occurrences((await trial.run([...plan, '--format', 'markdown'])).stdout)).toBe(1)
  expect((await trial.run(['apply', 'fleet.yaml', '--auto-approve'])).code).toBe(0)
  expect(occurrences((await trial.run(plan)).stdout)).toBe(0)
  expect(occurrences((await trial.run(['drift', 'fleet.yaml'])).stdout)).toBe(0)
})

/** A window of a day that is neither today nor one beside it. */
const otherDay = (): string => ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][(new Date().getUTCDay() + 3) % 7] ?? ''

test('a restore waits for the window of its site, unless that site is named; that is recorded', async () => {
  await start(1)
  edit('metadata: { name: line-1 }', 'metadata: { name: line-1, site: berlin }')
  const window = `{ timezone: Etc/UTC, open: ["${otherDay()} 03:00-04:00"] }`
  appendFileSync(
    file(),
    `---\napiVersion: sensorform.io/v1\nkind: Site\nmetadata: { name: berlin }\nspec: { window: ${window} }\n`,
  )
  await backup('create', 'line-1')
  const restore = ['restore', 'line-1', '--from', 'latest', '--in', 'fleet.yaml', '--auto-approve']
  const waiting = await trial.run(restore)
  expect(waiting.code).toBe(7)
  expect(waiting.stdout).toContain('waits to restore')
  expect(waiting.stdout).toMatch(/WINDOW_CLOSED.*waits for the maintenance window of berlin\. It opens at/)
  expect(waiting.stdout).toContain('--allow-window berlin')
  expect(trial.simulator.counts('line-1')).not.toHaveProperty('restoreBackup')
  const wrong = await trial.run([...restore, '--allow-window', 'berlim'])
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('Did you mean berlin?')])

  const { code, stdout } = await trial.run([...restore, '--allow-window', 'berlin'])
  expect([code, trial.simulator.counts('line-1')['restoreBackup']]).toEqual([0, 1])
  expect(stdout).toContain('restored')
  const memory = openMemory({ folder: join(trial.folder, '.sensorform') })
  const [run] = await memory.runs()
  memory.close()
  expect(run).toMatchObject({
    verb: 'restore',
    detail: {
      user: expect.any(String) as string,
      overrides: { allowWindow: ['berlin'] },
      key: 'line-1',
      outcome: 'restored',
    },
  })
})
