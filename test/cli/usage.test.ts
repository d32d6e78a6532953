/** Whatever is typed is answered: never a trace, never a bug, and no secret in what a bug would say. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Io } from '../../cli/io.ts'
import { runCli } from '../../cli/run-cli.ts'
import { sayError } from '../../cli/say-error.ts'
import { verbTable } from '../../cli/verbs.ts'

function silentIo(env: Io['env'] = {}): { io: Io; said: () => string } {
  let said = ''
  const sink = { write: (text: string) => (said += text) }
  return {
    io: {
      stdout: sink,
      stderr: sink,
      stdin: (async function* () {})(),
      env,
      cwd: '/nonexistent',
      terminal: { stdin: false, stdout: false, stderr: false },
      onInterrupt: () => () => {},
    },
    said: () => said,
  }
}

const flags = [
  ...new Set(Object.values(verbTable).flatMap(({ flags }) => Object.keys(flags).map((name) => `--${name}`))),
]
const word = fc.oneof(
  fc.constantFrom(...flags, ...flags.map((flag) => `${flag}=x`), '-v', '-q', '-x', '--', '-', 'nowhere', 'line-1.time'),
  fc.string({ maxLength: 12 }),
  fc.constantFrom('--__proto__', '--constructor', 'toString', '--state=', '\u0000', '--only=..', '--only=["a'),
)
/** Without `export` and `trust`, which would look for what was typed on the network. */
const verb = fc.constantFrom(
  'validate',
  'plan',
  'apply',
  'drift',
  'explain',
  'confirm',
  'backup',
  'schema',
  'completions',
  'simulate',
  'toString',
  '',
)

test('no command line is a bug', async () => {
  await fc.assert(
    fc.asyncProperty(verb, fc.array(word, { maxLength: 6 }), async (first, rest) => {
      const { io, said } = silentIo()
      const code = await runCli([first, ...rest], io)
      expect(said()).not.toContain('INTERNAL_ERROR')
      expect([0, 1]).toContain(code)
    }),
    { numRuns: 400 },
  )
})

test('what a bug says holds no value of the environment, and its trace only where it was asked for', () => {
  const env = { SENSOR_PASSWORD: 'canary-Sensor-1!', PATH: '/usr/bin' }
  const error = new TypeError('cannot read canary-Sensor-1! of undefined')
  const quiet = silentIo(env)
  const loud = silentIo(env)
  expect(sayError(error, quiet.io, { verbose: false, colour: false })).toBe(1)
  sayError(error, loud.io, { verbose: true, colour: false })
  expect(quiet.said())
    .toBe(`error INTERNAL_ERROR: Sensorform failed, and this is a bug: TypeError: cannot read **** of undefined
  hint: Run it again with --verbose and report what it prints. Nothing of it is a secret.
`)
  expect(loud.said()).toContain('usage.test.ts')
  expect(loud.said()).not.toContain('canary')
})
