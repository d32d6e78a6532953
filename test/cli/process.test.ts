/** The real process: entry, signals, pipes, completions, and how little is loaded. */
import { execFile, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { completionScript, shells } from '../../cli/completion-scripts.ts'
import { verbTable } from '../../cli/verbs.ts'

const run = promisify(execFile)
const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))

test('the entry prints the version and ends with 0', async () => {
  const { stdout, stderr } = await run(process.execPath, [main, '--version'])
  expect([stdout, stderr]).toEqual([expect.stringMatching(/^sensorform \d+\.\d+\.\d+\n$/), ''])
})

test('wrong usage ends with 1', async () => {
  await expect(run(process.execPath, [main, 'plan', '--frobnicate'])).rejects.toMatchObject({ code: 1, stdout: '' })
})

test('a home that is not there, below a folder that says so of all, holds nothing up', async () => {
  const options = { timeout: 15_000, env: { ...process.env, XDG_CACHE_HOME: '/proc/nobody/.cache' } }
  const { stdout } = await run(process.execPath, [main, '--version'], options)
  expect(stdout).toMatch(/^sensorform /)
})

test('a result that is written to a pipe or a device leaves it there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sensorform-pipe-'))
  const [pipe, link] = [join(folder, 'pipe'), join(folder, 'link')]
  await run('mkfifo', [pipe])
  symlinkSync(pipe, link)
  writeFileSync(join(folder, 'a.yaml'), 'kind: x\n')
  const words = ['validate', join(folder, 'a.yaml'), '--quiet', '--out', `json=${link}`]
  const [read] = await Promise.all([
    run('timeout', ['30', 'cat', pipe]),
    expect(run(process.execPath, [main, ...words], { timeout: 30_000 })).rejects.toMatchObject({ code: 1 }),
  ])
  expect(JSON.parse(read.stdout)).toMatchObject({ kind: 'problems' })
  expect(readdirSync(folder).toSorted()).toEqual(['a.yaml', 'link', 'pipe'])
  expect(statSync(link).isFIFO()).toBe(true)
  rmSync(folder, { recursive: true })
})

test('a reader that goes away ends it quietly', async () => {
  const child = spawn(process.execPath, [main, 'completions', 'fish'], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const code = await new Promise((end) => child.on('close', end))
  expect([stderr, code]).toEqual(['', 0])
})

test('help and version load no engine', async () => {
  const script = `
    import { registerHooks } from 'node:module'
    const loaded = []
    registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context) } })
    const { runCli } = await import(${JSON.stringify(new URL('../../cli/run-cli.ts', import.meta.url).href)})
    const io = { stdout: { write() {} }, stderr: { write() {} }, env: {}, cwd: '/', terminal: {} }
    await runCli(['--version'], io)
    await runCli(['plan', '--help'], io)
    console.log(loaded.filter((url) => /\\/(reconcile|load|drivers|simulator|state|node_modules)\\//.test(url)).join('\\n'))
  `
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script])
  expect(stdout.trim()).toBe('')
})

test.each(shells)('the %s completions name every verb and flag', (shell) => {
  const script = completionScript(shell)
  const words = Object.entries(verbTable).flatMap(([verb, { flags }]) => [verb, ...Object.keys(flags)])
  expect(words.filter((word) => !script.includes(word))).toEqual([])
})

test('bash completes verbs, flags and values', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sensorform-bash-'))
  const complete = async (line: string): Promise<string[]> => {
    const words = line.split(' ')
    const list = words.map((word) => `'${word}'`).join(' ')
    const { stdout } = await run('bash', [
      '-c',
      `source ${folder}/completions; COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _sensorform; echo "\${COMPREPLY[*]}"`,
    ])
    return stdout.trim().split(' ')
  }
  try {
    writeFileSync(join(folder, 'completions'), completionScript('bash'))
    expect([
      await complete('sensorform dr'),
      await complete('sensorform plan --det'),
      await complete('sensorform plan --format j'),
      await complete('sensorform backup '),
    ]).toEqual([['drift'], ['--detailed-exitcode'], ['json'], ['create', 'list']])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

describe('what was compiled is kept', () => {
  test('in a folder of the user alone', async () => {
    expect(await runInHome(() => {})).toEqual({ stdout: version, kept: [expect.stringContaining(process.version)] })
  })

  test.each<[string, (home: string) => void]>([
    ['in a folder that others may write to', (home) => makeFolder(join(home, 'sensorform/compiled'), 0o777)],
    ['behind a link', linkFolder],
    ['where a file is in the way', (home) => writeFileSync(join(home, 'sensorform'), '')],
  ])('and not %s', async (_, prepare) => {
    expect(await runInHome(prepare)).toEqual({ stdout: version, kept: [] })
  })
})

const version = expect.stringMatching(/^sensorform \d+\.\d+\.\d+\n$/) as string

async function runInHome(prepare: (home: string) => void): Promise<{ stdout: string; kept: string[] }> {
  const home = mkdtempSync(join(tmpdir(), 'sensorform-cache-'))
  try {
    prepare(home)
    const env = { ...process.env, XDG_CACHE_HOME: home, NODE_DISABLE_COMPILE_CACHE: undefined }
    const { stdout } = await run(process.execPath, [main, '--version'], { env })
    const folder = join(home, 'sensorform/compiled')
    return { stdout, kept: statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(folder) : [] }
  } finally {
    rmSync(home, { recursive: true })
  }
}

function makeFolder(path: string, mode: number): void {
  mkdirSync(path, { recursive: true })
  chmodSync(path, mode)
}

function linkFolder(home: string): void {
  makeFolder(join(home, 'elsewhere'), 0o700)
  mkdirSync(join(home, 'sensorform'))
  symlinkSync(join(home, 'elsewhere'), join(home, 'sensorform/compiled'))
}
