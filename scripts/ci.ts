/**
 * Everything that must hold before a change lands, in one run: formatting, lint, types, generated files, the README's
 * test command, the slow suites, the provider with other versions of Terraform, and the demo. Ends with one line that counts tests and checks.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface Check {
  name: string
  command: readonly string[]
  /** The command is vitest and can say how many tests passed. */
  counts?: true
}

const checks: readonly Check[] = [
  { name: 'format', command: ['npm', 'run', '--silent', 'format:check'] },
  { name: 'lint', command: ['npm', 'run', '--silent', 'lint'] },
  { name: 'types', command: ['npm', 'run', '--silent', 'typecheck'] },
  { name: 'generated files', command: ['npm', 'run', '--silent', 'generate:check'] },
  { name: 'tests', command: ['npm', 'test', '--silent', '--'], counts: true },
  { name: 'slow tests', command: ['npm', 'run', '--silent', 'test:slow', '--'], counts: true },
  { name: 'other versions', command: ['npm', 'run', '--silent', 'test:versions', '--'], counts: true },
  { name: 'demo', command: ['npm', 'run', '--silent', 'demo'] },
  { name: 'build', command: ['npm', 'run', '--silent', 'build'] },
  { name: 'benchmarks', command: ['npm', 'run', '--silent', 'bench', '--', '--check'] },
]

const folder = await mkdtemp(join(tmpdir(), 'sensorform-ci-'))
let passed = 0
let failed = 0
for (const check of checks) {
  const started = performance.now()
  const [ok, tests] = await run(check)
  passed += ok ? Math.max(1, tests.passed) : tests.passed
  failed += ok ? 0 : Math.max(1, tests.failed)
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${check.name} (${Math.round((performance.now() - started) / 1000)} s)`)
}
await rm(folder, { recursive: true, force: true })
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

async function run({
  name,
  command,
  counts,
}: Check): Promise<[ok: boolean, tests: { passed: number; failed: number }]> {
  const report = join(folder, `${name.replaceAll(' ', '-')}.json`)
  const [program = '', ...args] = command
  const extra = counts ? ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`] : []
  const env: NodeJS.ProcessEnv = { ...process.env, CI: 'true', NO_COLOR: '1' }
  delete env['NODE_EXTRA_CA_CERTS']
  const child = spawn(program, [...args, ...extra], { stdio: ['ignore', 'inherit', 'inherit'], env })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return [code === 0, counts ? await countsOf(report) : { passed: 0, failed: 0 }]
}

async function countsOf(report: string): Promise<{ passed: number; failed: number }> {
  const text = await readFile(report, 'utf8').catch(() => '{}')
  const { numPassedTests = 0, numFailedTests = 0 } = JSON.parse(text) as {
    numPassedTests?: number
    numFailedTests?: number
  }
  return { passed: numPassedTests, failed: numFailedTests }
}
