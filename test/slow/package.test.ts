/** What users install: packed, installed into an empty folder without a network, and run. */
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../house/sources.ts'

interface Result {
  stdout: string
  stderr: string
  code: number
}

const execute = promisify(execFile)
const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: '1' }
delete env['NODE_EXTRA_CA_CERTS']

async function run(program: string, args: readonly string[], cwd: string): Promise<Result> {
  try {
    return { ...(await execute(program, args, { cwd, env })), code: 0 }
  } catch (error) {
    const { stdout, stderr, code } = error as { stdout: string; stderr: string; code: number }
    return { stdout, stderr, code }
  }
}

let folder: string
let main: string
let packed: string[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sensorform-package-'))
  const { stdout } = await execute('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root, env })
  const [{ filename, files }] = JSON.parse(stdout.slice(stdout.indexOf('['))) as [
    { filename: string; files: { path: string }[] },
  ]
  packed = files.map(({ path }) => path)
  await writeFile(join(folder, 'package.json'), '{}')
  await execute('npm', ['install', '--offline', '--no-audit', '--no-fund', `./${filename}`], { cwd: folder, env })
  main = join(folder, 'node_modules/sensorform/dist/cli/main.js')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('it brings no dependency along', async () => {
  expect((await readdir(join(folder, 'node_modules'))).filter((name) => !name.startsWith('.'))).toEqual(['sensorform'])
})

test('it holds no test, no source and no machine of ours', () => {
  const others = packed.filter((path) => !path.startsWith('examples/'))
  expect(others.filter((path) => /(?<!\.d)\.ts$|^test\/|^tools\/|node_modules|\.sqlite$/.test(path))).toEqual([])
})

test('its command tells its version', async () => {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
  expect(await run(join(folder, 'node_modules/.bin/sensorform'), ['--version'], folder)).toMatchObject({
    stdout: `sensorform ${version}\n`,
    code: 0,
  })
})

test('its command validates a copy of the example', async () => {
  await cp(join(root, 'examples/fleet'), join(folder, 'fleet'), { recursive: true })
  const { code, stderr } = await run(process.execPath, [main, 'validate', 'fleet'], folder)
  expect({ code, stderr: stderr.includes('Error') }).toEqual({ code: 0, stderr: false })
})

test('an older Node.js gets one clear line', async ({ skip }) => {
  const old = await olderNode()
  skip(old === undefined, 'no older Node.js on this machine')
  const { stdout, stderr, code } = await run(old ?? '', [main, 'validate', 'fleet'], folder)
  expect({ stdout, code, lines: stderr.trim().split('\n').length }).toEqual({ stdout: '', code: 1, lines: 1 })
  expect(stderr).toMatch(/^sensorform needs Node\.js 22\.19 or newer; this is \d+\./)
})

/** A Node.js below 22 that the machine happens to have. */
async function olderNode(): Promise<string | undefined> {
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    const { stdout, code } = await run(join(directory, 'node'), ['--version'], folder)
    if (code === 0 && Number(/^v(\d+)/.exec(stdout)?.[1]) < 22) return join(directory, 'node')
  }
  return undefined
}
