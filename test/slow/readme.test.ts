/**
 * The README's commands do what it says, and what it shows is what the tool prints. They run as written, in a fresh copy
 * of the tree on the addresses of examples/fleet, but for two things: `npm ci` is left out, as the packages of this tree
 * are used, and `apply` gets the `--auto-approve` that the README names for where there is no terminal, as `trust` gets the
 * fingerprint that it would show.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify, stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../house/sources.ts'
import { hasTerraform, terraformPath } from '../provider/support/terraform.ts'

interface Result {
  code: number
  stdout: string
  stderr: string
}

const execute = promisify(execFile)
const readme = await readFile(join(root, 'README.md'), 'utf8')

/** Lines of the fenced blocks below a heading, one list a block. */
function blocksBelow(heading: string, language: string): string[][] {
  const section = readme.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? ''
  return [...section.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, body = '']) =>
    body.trimEnd().split('\n'),
  )
}

const [setUp = [], first = [], changed = []] = blocksBelow('Try it yourself', 'sh')
const [build = '', variables = '', simulate = ''] = setUp
const [pipeline = []] = blocksBelow('Use it in a pipeline', 'sh')
const [withTerraform = []] = blocksBelow('With Terraform', 'sh')
const sample = /^```text\n([\s\S]*?)^```$/m.exec(readme)?.[1] ?? ''

let folder: string
let simulator: ChildProcess
let control: string

const environment = (): NodeJS.ProcessEnv => {
  const { NODE_EXTRA_CA_CERTS: _certificates, CI: _ci, ...env } = process.env
  const path = [join(folder, 'bin'), join(root, 'node_modules/.bin'), env['PATH']].join(delimiter)
  return { ...env, PATH: path, NO_COLOR: '1', npm_config_offline: 'true' }
}

const unattended = (line: string): string =>
  line.replace(/^npm ci && /, '').replace(/(sensorform apply \S*fleet|terraform apply)/, '$1 --auto-approve')

/** Runs a line as the shell of a user does who has typed the `export` before. */
async function type(line: string): Promise<Result> {
  const options = { cwd: folder, env: environment() }
  try {
    return { ...(await execute('bash', ['-c', `${variables}\n${unattended(line)}`], options)), code: 0 }
  } catch (error) {
    const { stdout, stderr, code } = error as Result
    return { stdout, stderr, code }
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sensorform-readme-'))
  const { stdout } = await execute('git', ['ls-files', '-z'], { cwd: root })
  for (const file of stdout.split('\0').filter((name) => name !== '' && !name.startsWith('test/'))) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await cp(join(root, file), join(folder, file))
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  await mkdir(join(folder, 'bin'))
  await writeFile(join(folder, 'bin/sensorform'), '#!/bin/sh\nexec npx sensorform "$@"\n')
  await chmod(join(folder, 'bin/sensorform'), 0o755)
  const built = await type(build)
  expect(built.code, built.stderr).toBe(0)
  simulator = spawn('bash', ['-c', `${variables}\n${simulate}`], { cwd: folder, env: environment(), detached: true })
  control = await ready(simulator)
})
afterAll(async () => {
  if (simulator?.pid !== undefined && simulator.exitCode === null) {
    const ended = new Promise((resolve) => simulator.once('close', resolve))
    process.kill(-simulator.pid, 'SIGINT')
    await ended
  }
  await rm(folder, { recursive: true, force: true })
})

/** Waits until the simulator is ready, and gives the address of its control endpoint. */
function ready(child: ChildProcess): Promise<string> {
  let text = ''
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (data: Buffer) => {
        text += data.toString()
        const url = /Control: (\S+)/.exec(text)?.[1]
        if (url !== undefined && text.includes('Ready.')) resolve(url)
      })
    }
    child.once('close', () => reject(new Error(`the simulator ended: ${text}`)))
  })
}

const lastLine = ({ stdout }: Result): string | undefined => stdout.trimEnd().split('\n').at(-1)
const withoutTimes = (text: string): string => text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '[time]')

test('every block is where this test looks for it', () => {
  const blocks = [setUp, first, changed, pipeline, withTerraform]
  expect(blocks.map(({ length }) => length)).toEqual([3, 4, 2, 4, 6])
})

test('the fleet is brought to its declared state, and the second plan is empty', async () => {
  const results: Result[] = []
  for (const line of first) results.push(await type(line))
  expect(results.map((result) => [result.code, lastLine(result)])).toEqual([
    [0, '3 sensors: valid'],
    [0, '3 sensors: 0 in sync, 0 pending, 3 drifted, 0 unknown · 13 steps'],
    [0, '3 sensors: 3 done'],
    [0, '3 sensors: 3 in sync, 0 pending, 0 drifted, 0 unknown · 0 steps'],
  ])
})

test('what the README shows at its top is what is printed', async () => {
  const set = { timezone: 'America/New_York' }
  const answer = await fetch(`${control}/appliances/line-1/console`, {
    method: 'POST',
    body: JSON.stringify({ user: 'night-shift', aspect: 'time', set }),
  })
  expect(answer.ok).toBe(true)
  const { stdout } = await type('npx sensorform plan examples/fleet')
  expect(withoutTimes(stdout)).toBe(withoutTimes(sample))
  expect(await type('npx sensorform apply examples/fleet')).toMatchObject({ code: 0 })
})

test('one changed line is one red and one green line', async () => {
  const [, planned] = [await type(changed[0] ?? ''), await type(changed[1] ?? '')]
  expect(planned.stdout.split('\n').filter((line) => /^ {2}[-+] /.test(line))).toEqual([
    '  - time.timezone  Europe/Berlin',
    '  + time.timezone  Europe/Paris',
  ])
})

test('the pipeline carries out what was reviewed', async () => {
  await cp(join(folder, 'examples/fleet'), join(folder, 'fleet'), { recursive: true })
  const results: Result[] = []
  for (const line of pipeline) results.push(await type(line))
  expect(results.map(({ code }) => code)).toEqual([0, 0, 0, 0])
  expect(await readFile(join(folder, 'plan.md'), 'utf8')).toContain('1 pending')
  expect(JSON.parse(results.at(-1)?.stdout ?? '')).toMatchObject({ kind: 'drift', summary: { inSync: 3 } })
})

test.runIf(hasTerraform())(
  'terraform applies 20 lines with a provider from a folder, and nothing is left to do',
  async () => {
    expect((await readFile(join(folder, 'examples/terraform/main.tf'), 'utf8')).trimEnd().split('\n')).toHaveLength(20)
    await symlink(terraformPath ?? '', join(folder, 'bin/terraform'))
    const [make = '', trust = '', ...typed] = withTerraform
    expect(await type(make)).toMatchObject({ code: 0 })
    const pins = JSON.parse(await readFile(join(folder, 'examples/fleet/pins.json'), 'utf8')) as {
      'line-1': { pins: string[] }
    }
    expect(await type(`${trust} --accept ${pins['line-1'].pins[0]}`)).toMatchObject({ code: 0 })
    const { code, stdout, stderr } = await type(typed.map(unattended).join(' &&\n'))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stripVTControlCharacters(stdout)).toMatch(
      /Apply complete! Resources: 1 added[\s\S]*No changes\. Your infrastructure matches/,
    )
  },
)
