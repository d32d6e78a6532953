/** What a run has to say is said once, however quiet it is. Addresses: 127.26.x.x. */
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { ResultOf } from '../../schemas/results.ts'
import { checkResult } from '../report/check-result.ts'
import { startTrial, type Trial } from './fleet.ts'

let trial: Trial
afterEach(() => trial.end())

let net = 0
/** Markdown spells underscores otherwise. */
const count = (text: string, word: string): number => text.replaceAll('&#95;', '_').split(word).length - 1

/** line-1 declares a name under which line-2 is registered, and connected. */
async function startTaken(): Promise<void> {
  trial = await startTrial({
    network: `127.26.${++net}`,
    sensors: 2,
    cloud: {},
    sensor: (key) => (key === 'line-2' ? { activated: { name: 'taken', mode: 'cloud', site: 'plant' } } : {}),
    spec: (key) => (key === 'line-1' ? '  name: taken\n  registration: { registrar: cloud, site: plant }\n' : ''),
  })
}

test.each([[[]], [['--quiet']], [['--format', 'markdown']], [['--format', 'json']]])(
  'why nothing is done about a difference is told once by apply %s',
  async (flags) => {
    await startTaken()
    const { code, stdout } = await trial.run(['apply', 'fleet.yaml', '--auto-approve', ...flags])
    expect(code).toBe(3)
    expect(count(stdout, 'RECORD_CONNECTED')).toBe(1)
    if (flags.includes('json')) checkResult(stdout)
    // Nothing is left to do but what cannot be done: then, too.
    const again = await trial.run(['apply', 'fleet.yaml', '--auto-approve', ...flags])
    expect(count(again.stdout, 'RECORD_CONNECTED')).toBe(1)
  },
)

test.each([[[]], [['--format', 'markdown']]])('a step that fails tells why once, by apply %s', async (flags) => {
  trial = await startTrial({
    network: `127.26.${++net}`,
    sensors: 1,
    spec: () => '  managementConsole: { connectionString: { fromEnv: CONSOLE } }\n',
  })
  const words = ['apply', 'fleet.yaml', '--auto-approve', ...flags]
  const { code, stdout } = await trial.run(words, { env: { CONSOLE: 'none' } })
  expect([code, count(stdout, 'CONSOLE_FAILED')]).toEqual([3, 1])
  // The line that asked for it.
  expect(stdout).toMatch(/fleet\.yaml:\d+:\d+: (error )?CONSOLE.*FAILED|CONSOLE&#95;FAILED: fleet\.yaml:\d+:\d+/)
})

test('whoever reads nothing but the result in a file is told as well why nothing is done', async () => {
  await startTaken()
  await trial.run(['apply', 'fleet.yaml', '--auto-approve', '--out', 'json=result.json'])
  const { sensors } = JSON.parse(readFileSync(join(trial.folder, 'result.json'), 'utf8')) as ResultOf<'apply'>
  expect(sensors.map(({ status, problems }) => [status, problems.map(({ code }) => code)])).toEqual([
    ['partial', ['RECORD_CONNECTED']],
    ['done', []],
  ])
})

const site =
  'apiVersion: sensorform.io/v1\nkind: Site\nmetadata: { name: berlin }\nspec: { hold: { until: 2020-01-01, reason: x } }\n'

test.each(['plan', 'drift', 'apply'])(
  'a hold that is over is told once by %s, of a sensor and of a site',
  async (verb) => {
    trial = await startTrial({ network: `127.26.${++net}`, sensors: 2 })
    const more = verb === 'apply' ? ['--auto-approve'] : []
    appendFileSync(join(trial.folder, 'fleet.yaml'), '  hold: { until: 2020-01-01, reason: x }\n')
    const { stdout } = await trial.run([verb, 'fleet.yaml', ...more])
    expect(count(stdout, 'HOLD_EXPIRED')).toBe(1)
    expect(stdout).toContain('The hold ended at 2020-01-01 (x): the sensor is managed again')

    appendFileSync(
      join(trial.folder, 'fleet.yaml'),
      `---\n${site}---\napiVersion: sensorform.io/v1\nkind: Sensor\nmetadata: { name: gone, site: berlin }\nspec: { access: { endpoint: "https://127.26.${net}.99:9" } }\n`,
    )
    const both = await trial.run([verb, 'fleet.yaml', ...more])
    expect(count(both.stdout, 'HOLD_EXPIRED')).toBe(2)
    expect(both.stdout).toContain('The hold of site berlin ended at 2020-01-01')
  },
)
