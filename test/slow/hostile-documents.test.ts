/**
 * Files that somebody made to do harm, given to the real command: each is refused with its place and a code, in seconds and
 * within a few hundred megabytes, by `validate` and by `plan`, and no stack is shown. What is drawn at random is in
 * test/load/never-throws.test.ts.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { plainText } from '../../report/neutral.ts'
import type { ResultOf } from '../../schemas/results.ts'
import { root } from '../house/sources.ts'
import { endOf } from '../support/killed-command.ts'

const most = { cpuMs: 15_000, peakMb: 400, printed: 60_000 }

const folder = mkdtempSync(join(tmpdir(), 'sensorform-hostile-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Ran {
  code: number | null
  stdout: string
  stderr: string
  cpuMs: number
  peakMb: number
}

/** The command as a process of its own, ended after a minute and kept from taking the machine's memory. */
async function run(name: string, words: readonly string[]): Promise<Ran> {
  const usage = join(folder, `${name}.usage`)
  const limits = ['--max-old-space-size=1500', '--import', join(root, 'bench/usage.ts')]
  const child = spawn(process.execPath, [...limits, join(root, 'cli/main.ts'), ...words], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      NO_COLOR: '1',
      BENCH_USAGE: usage,
      GIVEN: 'a-secret-of-the-runner',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
    killSignal: 'SIGKILL',
  })
  const ended = await endOf(child)
  expect(ended.code, `${words.join(' ')} was ended after a minute`).not.toBeNull()
  return { ...ended, ...(JSON.parse(readFileSync(usage, 'utf8')) as Pick<Ran, 'cpuMs' | 'peakMb'>) }
}

/** The problems that `validate` tells, after it and `plan` were held to what every refusal keeps. Both load in one way. */
async function refused(given: string, asPlan = true): Promise<ResultOf<'problems'>['problems']> {
  const [validated, ...planned] = await Promise.all([
    run('validate', ['validate', given, '--format', 'json']),
    ...(asPlan ? [run('plan', ['plan', given, '--verbose'])] : []),
  ])
  for (const { code, stdout, stderr, cpuMs, peakMb } of [validated, ...planned]) {
    const said = stdout + stderr
    expect(code, said.slice(0, 2000)).toBe(1)
    expect(said).not.toMatch(/^ +at .*[:(]\d+|INTERNAL_ERROR|a-secret-of-the-runner|root:x:/m)
    expect(said).not.toMatch(/[\p{Cf}\u2028\u2029]|[^\P{Cc}\n]/u)
    expect(said.length).toBeLessThan(most.printed)
    expect(cpuMs).toBeLessThan(most.cpuMs)
    expect(peakMb).toBeLessThan(most.peakMb)
  }
  const { problems } = JSON.parse(validated.stdout) as ResultOf<'problems'>
  expect(problems.length).toBeGreaterThan(0)
  const first = problems.find(({ severity }) => severity === 'error')
  const { file = '', line = 0, column = 0 } = first?.at ?? {}
  const place = first?.at ? `${plainText(file)}:${line}:${column}: error ${first.code}` : `error ${first?.code ?? ''}`
  for (const { stderr } of planned) expect(stderr).toContain(place)
  return problems
}

const head = 'apiVersion: sensorform.io/v1\nkind: Sensor\nmetadata: { name: a }\n'
const sensorOf = (spec: string): string => `${head}spec: ${spec}\n`
const documentOf = (kind: string, metadata: string, spec: string): string =>
  `apiVersion: sensorform.io/v1\nkind: ${kind}\nmetadata: ${metadata}\nspec: ${spec}\n---\n`
const fleetOf = (spec: string): string => documentOf('Fleet', '{ name: f }', spec)
const each = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => make(index)).join('')
/** Some repeats of a piece, of as many characters together. */
const fill = (piece: string, characters = 1_000_000): string => piece.repeat(Math.floor(characters / piece.length))

function billionLaughs(): string {
  const levels = each(9, (level) => `  a${level + 1}: &a${level + 1} [${fill(`*a${level},`, 36)}]\n`)
  return `${head}spec:\n  a0: &a0 [x, x, x, x, x, x, x, x, x]\n${levels}`
}

type Row = readonly [what: string, text: string | Uint8Array, code: string]

/** A third of a mebibyte has as many words and signs as a file may; the whole of it has more. */
const dense = 300_000

const texts: readonly Row[] = [
  // More than it seems.
  ['a billion laughs', billionLaughs(), 'YAML_ALIAS'],
  ['an alias 60,000 times', `a: &a ${'x'.repeat(500)}\nb: [${fill('*a,', 180_000)}1]\n`, 'YAML_ALIAS'],
  ['an alias 330,000 times', `a: &a 1\nb: [${fill('*a,')}1]\n`, 'YAML_SYNTAX'],
  ['aliases of nothing', `[${fill('*a,', 180_000)}1]\n`, 'YAML_ALIAS'],
  ['anchors', each(30_000, (index) => `k${index}: &a${index} 1\n`), 'REQUIRED'],
  ['anchors of nothing', fill('&a ', dense), 'YAML_SYNTAX'],
  ['tags', each(30_000, (index) => `k${index}: !!x 1\n`), 'YAML_TAG'],
  ['tags in a list', `[${fill('!a 1,', dense)}1]`, 'YAML_TAG'],
  ['a tag on a map', sensorOf('!!js/object { a: 1 }'), 'YAML_TAG'],
  ['one tag of a megabyte', `!${fill('x')} 1\n`, 'YAML_TAG'],
  ['an anchor in itself', 'a: &a [*a]\n', 'YAML_ALIAS'],

  // Numbers.
  ['a number of 900,000 digits', sensorOf(`{ time: { ntp: { enabled: ${fill('9', 900_000)} } } }`), 'WRONG_TYPE'],
  ['a number of 900,000 digits in base 16', sensorOf(`{ name: 0x${fill('f', 900_000)} }`), 'WRONG_TYPE'],
  ['a number beyond all', sensorOf('{ time: { ntp: { enabled: 1e999999999999 } } }'), 'WRONG_TYPE'],
  ['a port beyond all', sensorOf('{ access: { endpoint: "https://a:99999999999999999999" } }'), 'VALUE_INVALID'],

  // Keys.
  ['keys of the prototype', sensorOf('{ __proto__: { a: 1 }, constructor: {}, toString: 1 }'), 'YAML_SYNTAX'],
  ['a kind of the prototype', 'apiVersion: sensorform.io/v1\nkind: __proto__\nmetadata: { name: a }\n', 'KIND_UNKNOWN'],
  [
    'names of the prototype',
    sensorOf('{ access: { credentials: constructor }, registration: { registrar: toString } }'),
    'CREDENTIALS_UNKNOWN',
  ],
  ['90,000 keys in one map', `${head}spec:\n${each(90_000, (index) => `  ${index.toString(36)}: 1\n`)}`, 'YAML_SYNTAX'],
  ['50,000 keys in one map', `${head}spec:\n${each(50_000, (index) => `  k${index}: 1\n`)}`, 'UNKNOWN_KEY'],
  ['50,000 keys at the top', `${head}spec: {}\n${each(50_000, (index) => `k${index}: 1\n`)}`, 'UNKNOWN_KEY'],
  ['one key 50,000 times', `${head}spec:\n${fill('  a: 1\n', 350_000)}`, 'DUPLICATE_KEY'],
  ['keys without values', fill('? a\n', dense), 'DUPLICATE_KEY'],
  ['a key of a megabyte', `${fill('x')}: 1\n`, 'YAML_SYNTAX'],
  ['a key that looks like another', sensorOf('{ n\u0430me: x }'), 'UNKNOWN_KEY'],
  ['a kind that looks like another', 'apiVersion: sensorform.io/v1\nkind: S\u0435nsor\n', 'KIND_UNKNOWN'],
  ['a name that looks like another', sensorOf('{ name: \u0430dmin }'), 'VALUE_INVALID'],

  // What nobody sees.
  ['a turned direction', sensorOf('{ name: \u202eabc }'), 'YAML_SYNTAX'],
  ['a turned direction as an escape', sensorOf('{ description: "\\u202eabc" }'), 'YAML_SYNTAX'],
  ['a width of nothing', sensorOf('{ name: a\u200bb }'), 'YAML_SYNTAX'],
  ['a width of nothing as an escape', sensorOf('{ access: { credentials: "a\\u200bb" } }'), 'YAML_SYNTAX'],
  ['a key with an escape', sensorOf('{ "na\\u200bme": x }'), 'YAML_SYNTAX'],
  ['NUL', 'a: \0', 'YAML_SYNTAX'],
  ['NUL as an escape', sensorOf('{ access: { credentials: "a\\0" } }'), 'YAML_SYNTAX'],
  ['a terminal sequence', sensorOf('{ name: \u001b[2J }'), 'YAML_SYNTAX'],
  ['a terminal sequence as an escape', sensorOf('{ registration: { site: "\\e[2Jplant" } }'), 'YAML_SYNTAX'],
  ['half a pair', sensorOf('{ name: "\\ud800" }'), 'VALUE_INVALID'],
  ['a character beyond all', 'a: "\\Uffffffff"\n', 'YAML_SYNTAX'],
  ['byte order marks', fill('\ufeff---\n', 300_000), 'YAML_SYNTAX'],
  ['UTF-16', Buffer.from(`\ufeff${sensorOf('{}')}`, 'utf16le'), 'NOT_UTF8'],
  ['any bytes', Uint8Array.from({ length: 1_000_000 }, (_, index) => (index * 7919) % 256), 'NOT_UTF8'],
  ['old line ends', sensorOf('{}').replaceAll('\n', '\r'), 'YAML_SYNTAX'],
  ['line ends of another system', sensorOf('{}').replaceAll('\n', '\r\n'), 'REQUIRED'],

  // Many of something.
  [
    'a list of 90,000 name servers',
    sensorOf(`{ network: { dns: [${fill('10.0.0.1,', 810_000)}1] } }`),
    'VALUE_INVALID',
  ],
  [
    'a list of 28,000 maps',
    `${head}spec:\n  network:\n    dns:\n${fill('      - {a: 1}\n', 400_000)}`,
    'VALUE_INVALID',
  ],
  ['a list of a million nothings', fill('-\n'), 'YAML_SYNTAX'],
  ['100,000 documents', fill('--- 1\n', 600_000), 'YAML_SYNTAX'],
  ['19,000 documents', each(19_000, () => '--- 1\n'), 'WRONG_TYPE'],
  ['one sensor 6,000 times', documentOf('Sensor', '{ name: a }', '{}').repeat(6000), 'DUPLICATE_DOCUMENT'],
  [
    '20,000 credentials',
    fleetOf(`\n  credentials:\n${each(20_000, (index) => `    k${index}: { username: 1 }\n`)}`),
    'WRONG_TYPE',
  ],
  [
    '9,000 literal secrets',
    fleetOf(`{ credentials: {${each(9000, (index) => `k${index}: { password: literal${index} },`)}} }`),
    'LITERAL_SECRET',
  ],
  [
    '4,000 sites and as many that do not exist',
    each(4000, (index) => documentOf('Site', `{ name: sitename${index} }`, '{}')) +
      each(4000, (index) => documentOf('Sensor', `{ name: a${index}, site: cityname${index} }`, '{}')),
    'SITE_UNKNOWN',
  ],
  [
    '4,000 sensors at one address',
    each(4000, (index) =>
      documentOf(
        'Sensor',
        `{ name: a${index} }`,
        '{ access: { endpoint: "https://10.0.0.1", credentials: c, trust: [{ system: true }] } }',
      ),
    ),
    'DUPLICATE_ENDPOINT',
  ],

  // No YAML.
  ['a megabyte of quotation marks', fill('"'), 'YAML_SYNTAX'],
  ['quotation marks', fill('"', 400_000), 'YAML_SYNTAX'],
  ['a quotation mark in every line', fill('"\n', 400_000), 'YAML_SYNTAX'],
  ['empty strings', `[${fill('"",', 600_000)}1]`, 'WRONG_TYPE'],
  ['escapes that are none', `a: "${fill('\\q')}"\n`, 'YAML_SYNTAX'],
  ['brackets that close', fill(']', 400_000), 'YAML_SYNTAX'],
  ['a million brackets that close', fill(']'), 'YAML_SYNTAX'],
  ['brackets that close in every line', fill('}\n', 400_000), 'YAML_SYNTAX'],
  ['brackets that open', fill('['), 'YAML_SYNTAX'],
  ['brackets around brackets', '['.repeat(1000) + ']'.repeat(1000), 'YAML_SYNTAX'],
  ['a list that does not end', `a: [${fill('x, ', dense)}`, 'YAML_SYNTAX'],
  ['commas', `[${fill(',', 400_000)}]`, 'YAML_SYNTAX'],
  ['colons', fill(': ', 400_000), 'YAML_SYNTAX'],
  ['a colon in every line', fill(':\n', 400_000), 'DUPLICATE_KEY'],
  ['a mistake in every line', fill('a: ]\n', dense), 'YAML_SYNTAX'],
  ['a mistake after every value', fill('a: "b" c\n', 400_000), 'YAML_SYNTAX'],
  ['stars', fill('*\n', 180_000), 'YAML_ALIAS'],
  ['directives', fill('%a\n', 400_000), 'NO_SENSORS'],
  ['levels below levels', each(1400, (index) => `${' '.repeat(index)}a:\n`), 'YAML_SYNTAX'],
  ['dashes below dashes', each(1400, (index) => `${' '.repeat(index)}-\n`), 'YAML_SYNTAX'],
  ['blanks', fill(' \n', 400_000), 'NO_SENSORS'],
  ['comments', fill('#\n', 400_000), 'NO_SENSORS'],
  [
    'a mistake after a megabyte of white space',
    `${documentOf('Sensor', '{ name: a }', '{}').repeat(100)}${fill(' ', 900_000)}`,
    'REQUIRED',
  ],
  ['a mistake before a megabyte of letters', `a: ]${fill('pass', 900_000)}`, 'YAML_SYNTAX'],

  // References and placeholders.
  ['a placeholder for the environment', sensorOf('{ access: { credentials: "${env.GIVEN}" } }'), 'PLACEHOLDER'],
  ['placeholders without end', sensorOf(`{ name: "${fill('${', 900_000)}" }`), 'PLACEHOLDER'],
  [
    'a placeholder in a placeholder',
    fleetOf('{ credentials: { c: { username: u, password: { fromEnv: "${${key}}" } } } }'),
    'PLACEHOLDER',
  ],
  [
    'a placeholder of the prototype',
    fleetOf('{ credentials: { c: { username: u, password: { fromEnv: "${__proto__}" } } } }'),
    'PLACEHOLDER',
  ],
  [
    'a command in a reference',
    fleetOf('{ credentials: { c: { username: u, password: { fromEnv: "$(id)" } } } }'),
    'LITERAL_SECRET',
  ],
  ['a secret given by a sensor', sensorOf('{ certificate: { privateKey: "${GIVEN}" } }'), 'PLACEHOLDER'],
]

test.for(texts.map(([what, text, code], index) => ({ what, text, code, index })))(
  '$what',
  async ({ text, code, index }) => {
    const file = `${index}.yaml`
    writeFileSync(join(folder, file), text)
    const problems = await refused(file, index % 5 === 0)
    expect(problems.map((problem) => problem.code)).toContain(code)
    const lines = typeof text === 'string' ? text.split('\n') : []
    for (const { at } of problems) {
      if (!at) continue
      expect(at.file).toBe(file)
      expect(at.line).toBeLessThanOrEqual(Math.max(1, lines.length))
      expect(at.column).toBeLessThanOrEqual((lines[at.line - 1] ?? '').length + 1)
    }
    rmSync(join(folder, file))
  },
)

/** How the file system itself can be made to do harm. `given` is what the command is given; else the folder. */
const places: readonly { what: string; arrange: (at: string) => void; given?: string; code: string; at?: string }[] = [
  {
    what: 'a file of 100 MB',
    arrange(at) {
      writeFileSync(join(at, 'a.yaml'), head)
      truncateSync(join(at, 'a.yaml'), 100_000_000)
    },
    code: 'FILE_TOO_LARGE',
    at: 'a.yaml',
  },
  { what: 'a device', arrange: () => undefined, given: '/dev/zero', code: 'PATH_NOT_FOUND' },
  {
    what: 'a link to a device',
    arrange: (at) => symlinkSync('/dev/zero', join(at, 'a.yaml')),
    code: 'FILE_UNREADABLE',
    at: 'a.yaml',
  },
  {
    what: 'a pipe',
    arrange: (at) => void execFileSync('mkfifo', [join(at, 'a.yaml')]),
    code: 'FILE_UNREADABLE',
    at: 'a.yaml',
  },
  { what: 'a folder called like a file', arrange: (at) => mkdirSync(join(at, 'a.yaml')), code: 'NO_SENSORS' },
  {
    what: 'a link out of the folder',
    arrange: (at) => symlinkSync('/etc/passwd', join(at, 'a.yaml')),
    code: 'LINK_LEAVES_FOLDER',
    at: 'a.yaml',
  },
  {
    what: 'a link to a folder outside',
    arrange: (at) => symlinkSync('/etc', join(at, 'etc')),
    code: 'LINK_LEAVES_FOLDER',
    at: 'etc',
  },
  {
    what: 'a link to itself',
    arrange: (at) => symlinkSync('a.yaml', join(at, 'a.yaml')),
    code: 'FILE_UNREADABLE',
    at: 'a.yaml',
  },
  { what: 'a folder in itself', arrange: (at) => symlinkSync('.', join(at, 'again')), code: 'NO_SENSORS' },
  {
    what: 'a name of a file that ends lines and moves the cursor',
    arrange: (at) => writeFileSync(join(at, 'a\n\u001b[2J\u202e.yaml'), 'a: ]\n'),
    code: 'YAML_SYNTAX',
  },
]

test.for(places)('$what in the place of a file', async ({ what, arrange, given, code, at }) => {
  const name = `place-${places.findIndex((one) => one.what === what)}`
  mkdirSync(join(folder, name))
  arrange(join(folder, name))
  const problems = await refused(given ?? name)
  expect(problems.map((problem) => [problem.code, ...(at === undefined ? [] : [problem.at?.file])])).toContainEqual([
    code,
    ...(at === undefined ? [] : [`${name}/${at}`]),
  ])
})

const pin = `sha256/${'A'.repeat(43)}=`
const climbing = (reference: string, anchor: string): string =>
  fleetOf(`{ credentials: { c: { username: u, password: { ${reference} } } } }`) +
  sensorOf(`{ access: { endpoint: "https://a.example", credentials: c, trust: [{ ${anchor} }] } }`)
const secretOf = (reference: string): string => climbing(reference, `pin: "${pin}"`)
const authorityOf = (anchor: string): string => climbing('fromEnv: GIVEN', anchor)

/** A folder beside the documents holds what they try to get at. */
const climbs: readonly [what: string, text: string, code: string][] = [
  ['a secret above the folder', secretOf('fromFile: ../outside/secret'), 'REFERENCE_OUTSIDE'],
  ['a secret far above', secretOf(`fromFile: ${'../'.repeat(40)}etc/passwd`), 'REFERENCE_OUTSIDE'],
  ['a secret of 300,000 steps up', secretOf(`fromFile: "${fill('../', 900_000)}"`), 'VALUE_INVALID'],
  ['a secret by its whole path', secretOf('fromFile: /etc/passwd'), 'REFERENCE_OUTSIDE'],
  ['a secret behind a link', secretOf('fromFile: link'), 'REFERENCE_OUTSIDE'],
  ['a secret behind a folder that is a link', secretOf('fromFile: folder/secret'), 'REFERENCE_OUTSIDE'],
  ['a secret up through a name', secretOf('fromFile: "${key}/../../outside/secret"'), 'REFERENCE_OUTSIDE'],
  ['an authority above the folder', authorityOf('caFile: ../outside/secret'), 'REFERENCE_OUTSIDE'],
  ['an authority behind a link', authorityOf('caFile: link'), 'REFERENCE_OUTSIDE'],
  ['an authority that is a pipe', authorityOf('caFile: pipe'), 'FILE_MISSING'],
  ['a pin file above the folder', authorityOf('pinFile: ../outside/pins.json'), 'REFERENCE_OUTSIDE'],
  ['a pin file of 100 MB', authorityOf('pinFile: large'), 'FILE_TOO_LARGE'],
]

test('references are tried in a folder with links, a pipe and a large file', () => {
  mkdirSync(join(folder, 'outside'))
  writeFileSync(join(folder, 'outside/secret'), 'a-secret-of-the-runner')
  mkdirSync(join(folder, 'climbing'))
  symlinkSync('../outside/secret', join(folder, 'climbing/link'))
  symlinkSync('../outside', join(folder, 'climbing/folder'))
  execFileSync('mkfifo', [join(folder, 'climbing/pipe')])
  writeFileSync(join(folder, 'climbing/large'), '')
  truncateSync(join(folder, 'climbing/large'), 100_000_000)
})

test.for(climbs)('%s is refused', async ([, text, code]) => {
  writeFileSync(join(folder, 'climbing/a.yaml'), text)
  const problems = await refused('climbing/a.yaml')
  expect(problems).toContainEqual(
    expect.objectContaining({ code, at: expect.objectContaining({ file: 'climbing/a.yaml' }) }),
  )
})
