/**
 * No secret comes out. Every place of documents where a secret can stand, as the schema says, holds one that is found
 * wherever it turns up: as it is, in JSON, in a URL, in base64. The real command runs through its verbs on the simulator, with
 * success and with what goes wrong, and all that it prints, writes and shows of itself is searched.
 * Addresses: 127.20.192.0/24.
 */
import { spawn } from 'node:child_process'
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import * as z from 'zod'
import { isObject, memberOf, sensitive } from '../../load/schema-walk.ts'
import { documentKinds, type DocumentKind } from '../../schemas/documents.ts'
import { unwrapped } from '../../schemas/layered.ts'
import { startTrial, trialEnv, type Trial } from '../cli/fleet.ts'
import { root } from '../house/sources.ts'
import { authorityKey, leafKey, makeCertificate, otherKey, type Key } from '../simulator/sensor/certificates.ts'
import { contentOf, expectNoneOf, madeCanary as made, shownOf } from '../support/canaries.ts'
import type { Fault } from '../../simulator/faults.ts'
import { endOf, passTime } from '../support/killed-command.ts'

const encrypted = ({ pem }: Key, passphrase: string): string =>
  createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase })
const passphrases = {
  own: '[Kan4ry-own-passphrase]%~',
  siem: '[Kan4ry-siem-passphrase]%~',
  hq: '[Kan4ry-hq-passphrase]%~',
}

/** Every secret of the run by its variable. */
const secrets: Record<string, string> = {
  ...trialEnv,
  C_PREVIOUS: made('previous'),
  C_PROXY: made('proxy'),
  C_MAIL: made('mail'),
  C_SMB: made('smb'),
  C_HOOK: 'Kan4ry-hook-%2F+~',
  C_KEY: encrypted(leafKey, passphrases.own),
  C_PASSPHRASE: passphrases.own,
  C_SIEM_KEY: encrypted(otherKey, passphrases.siem),
  C_SIEM_PASSPHRASE: passphrases.siem,
  C_HQ_KEY: encrypted(authorityKey, passphrases.hq),
  C_HQ_PASSPHRASE: passphrases.hq,
}

const expectNoSecret = (text: string, where: string): void => expectNoneOf(secrets, text, where)

const syslog = (name: string, file: string): string =>
  `{ siem: { syslog: { host: siem.plant.example, port: 6514, format: cef, protocol: tls, tls: { certificate: { file: ${file} }, privateKey: { fromEnv: ${name}_KEY }, passphrase: { fromEnv: ${name}_PASSPHRASE } } } } }`

const certificateOf = (name: string, file: string): string =>
  `  certificate: { certificate: { file: ${file} }, privateKey: { fromEnv: ${name}KEY }, passphrase: { fromEnv: ${name}PASSPHRASE } }\n`
const mailServer =
  '  mailServer: { host: mail.plant.example, port: 25, tls: starttls, sender: a@plant.example, username: u, password: { fromEnv: C_MAIL } }\n'

const specs: Readonly<Record<string, string>> = {
  'line-1': `  network:
    hostname: line-1.plant.example
    proxy: { enabled: true, host: proxy.plant.example, port: 8080, username: u, password: { fromEnv: C_PROXY } }
${certificateOf('C_', 'own.crt')}${mailServer}  backup:
    target: { smb: { server: smb.plant.example, share: backups, username: u, password: { fromEnv: C_SMB } } }
  forwarding:
    rules:
      soc:
        minimumSeverity: Major
        actions: ${syslog('C_SIEM', 'siem.crt')}
`,
  'line-2': '  name: line-2\n  registration: { registrar: cloud, site: plant }\n',
  'line-3': '  managementConsole: { connectionString: { fromEnv: C_CONSOLE } }\n',
}

const consoleSpec = `\
${certificateOf('C_HQ_', 'hq.crt')}${mailServer}  forwarding:
    rules:
      ops:
        systemNotifications: true
        actions:
          post: { webhook: { url: "https://ops.plant.example/hook", secretHeaders: { Authorization: { fromEnv: C_HOOK } } } }
          ${syslog('C_SIEM', 'siem.crt').slice(2, -2)}
`

let trial: Trial
beforeAll(async () => {
  trial = await startTrial({
    network: '127.20.192',
    sensors: 3,
    consoles: { hq: { zones: ['Packaging'] } },
    cloud: {},
    spec: (key) => specs[key] ?? '',
    tuning: { jobMs: 200, requestsPerSecond: 10_000 },
  })
  const { folder, simulator } = trial
  const { address, token } = simulator.managementConsole('hq').state
  secrets['C_CONSOLE'] = `${address}:${token}`
  secrets['TOKEN_OF_THE_CONSOLE'] = token
  for (const name of ['home', 'tmp']) mkdirSync(join(folder, name))
  const certificates = {
    'own.crt': { commonName: 'line-1.plant.example', key: leafKey },
    'siem.crt': { commonName: 'siem.plant.example', key: otherKey },
    'hq.crt': { commonName: 'hq.plant.example', key: authorityKey },
  }
  for (const [file, options] of Object.entries(certificates)) {
    writeFileSync(join(folder, file), makeCertificate(options))
  }
  const file = join(folder, 'fleet.yaml')
  const text = readFileSync(file, 'utf8')
  const previous = '{ fromEnv: SENSOR_PASSWORD }, previousPassword: { fromEnv: C_PREVIOUS }'
  const documents = text.replace('{ fromEnv: SENSOR_PASSWORD }', previous).split('---\n')
  const whole = documents.map((one) => (one.includes('kind: ManagementConsole') ? one + consoleSpec : one))
  writeFileSync(file, whole.join('---\n'))
}, 60_000)
afterAll(() => trial.end())

/** Paths at which a secret can stand; `*` is any name. What layers hold is what documents of appliances hold. */
function placesIn(schema: z.ZodType, path: readonly string[] = []): string[] {
  if (sensitive(schema)) return [path.join('.')]
  const inner = unwrapped(schema)
  if (inner instanceof z.ZodObject) {
    const shape: Readonly<Record<string, z.ZodType>> = inner.shape
    return Object.entries(shape).flatMap(([key, member]) => placesIn(member, [...path, key]))
  }
  if (inner instanceof z.ZodRecord) return placesIn(inner.valueType as z.ZodType, [...path, '*'])
  if (inner instanceof z.ZodArray) return placesIn(inner.element as z.ZodType, [...path, '*'])
  return inner instanceof z.ZodUnion ? (inner.options as z.ZodType[]).flatMap((one) => placesIn(one, path)) : []
}

/** Paths of the secrets of a document. */
function secretsIn(schema: z.ZodType, value: unknown, path: readonly string[] = []): string[] {
  if (sensitive(schema)) return [path.join('.')]
  if (!isObject(value)) return []
  const named = unwrapped(schema) instanceof z.ZodRecord
  return Object.entries(value).flatMap(([key, item]) => {
    const member = memberOf(schema, key)
    return member ? secretsIn(member, item, [...path, named ? '*' : key]) : []
  })
}

const isOfLayer = (place: string): boolean => place.startsWith('spec.defaults.')

test('every place where a secret can stand holds one', () => {
  const places = (Object.keys(documentKinds) as DocumentKind[]).flatMap((kind) =>
    placesIn(documentKinds[kind])
      .filter((place) => !isOfLayer(place))
      .map((place) => `${kind}: ${place}`),
  )
  const documents = parseAllDocuments(readFileSync(join(trial.folder, 'fleet.yaml'), 'utf8'))
  const filled = [...documents].flatMap((document) => {
    const value = document.toJS() as { kind: DocumentKind }
    return secretsIn(documentKinds[value.kind], value).map((place) => `${value.kind}: ${place}`)
  })
  expect(places.length).toBeGreaterThan(15)
  expect(places.filter((place) => !filled.includes(place))).toEqual([])
  const layers = [...placesIn(documentKinds.Fleet), ...placesIn(documentKinds.Site)].filter(isOfLayer)
  const ofSensors = new Set(placesIn(documentKinds.Sensor).map((place) => place.replace('spec.', 'spec.defaults.')))
  expect(layers.filter((place) => !ofSensors.has(place))).toEqual([])
})

test('what is searched for is found in each form', () => {
  for (const secret of Object.values(secrets)) {
    const basic = Buffer.from(`admin:${secret}`).toString('base64')
    for (const said of [
      secret,
      JSON.stringify({ secret }),
      encodeURIComponent(secret),
      Buffer.from(secret).toString('hex'),
      basic,
    ]) {
      expect(() => expectNoSecret(`before ${said} after`, 'here'), said).toThrow('in form')
    }
  }
})

interface RunOptions {
  env?: Readonly<Record<string, string>>
  /** For node itself. */
  node?: readonly string[]
  /** Ends the process after so many requests. */
  killAfter?: number
}

/** Runs the command, and searches whatever it lets anybody see. */
async function run(words: readonly string[], { env = {}, node = [], killAfter }: RunOptions = {}) {
  const { folder, simulator } = trial
  const from = simulator.requests().at(-1)?.sequence ?? 0
  const child = spawn(process.execPath, [...node, join(root, 'cli/main.ts'), ...words], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: join(folder, 'home'),
      TMPDIR: join(folder, 'tmp'),
      NODE_REPORT_DIRECTORY: folder,
      ...secrets,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const shown = new Set<string>()
  const watch = setInterval(() => {
    shown.add(shownOf(child.pid))
    if (killAfter !== undefined && simulator.requests(from).length >= killAfter) child.kill('SIGKILL')
  }, 5)
  const ended = await endOf(child)
  clearInterval(watch)
  const said = words.join(' ')
  const requests = simulator.requests(from).length
  expectNoSecret(ended.stdout, `stdout of ${said}`)
  expectNoSecret(ended.stderr, `stderr of ${said}`)
  expect([...shown].some((text) => text.includes('main.ts'))).toBe(true)
  expectNoSecret([...shown].join('\n'), `process of ${said}`)
  searchFiles(said)
  return { ...ended, requests }
}

/** Everything in the working directory, the home and the folder for temporary files; what only its owner may read is so. */
function searchFiles(said: string): void {
  for (const name of readdirSync(trial.folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(trial.folder, name)
    const stats = statSync(path, { throwIfNoEntry: false })
    if (!stats?.isFile()) continue
    expectNoSecret(contentOf(path), `${name} after ${said}`)
    const isPrivate = name.startsWith('.sensorform') || name.startsWith('plan.') || name.startsWith('home')
    if (isPrivate && !name.endsWith('.map')) expect((stats.mode & 0o077).toString(8), `mode of ${name}`).toBe('0')
  }
}

const approved = ['apply', 'fleet.yaml', '--auto-approve', '--verbose']
const formats = ['human', 'json', 'markdown']

/** A plan and a drift in every format, and a report of each in a file. */
async function lookInEveryFormat(options: RunOptions = {}): Promise<void> {
  const outs = formats.flatMap((format) => ['--out', `${format}=report.${format}`])
  for (const [index, verb] of ['plan', 'drift', 'plan'].entries()) {
    await run([verb, 'fleet.yaml', '--verbose', '--format', formats[index] ?? 'human', ...outs], options)
  }
}

test('before and after all is applied', async () => {
  for (const format of formats) expect((await run(['validate', '.', '--verbose', '--format', format])).code).toBe(0)
  await lookInEveryFormat()
  expect((await run(['plan', 'fleet.yaml', '--out', 'plan=plan.json'])).code).toBe(0)
  expect(statSync(join(trial.folder, 'plan.json')).mode & 0o777).toBe(0o600)
  const applied = await run([
    'apply',
    'plan.json',
    '--verbose',
    '--out',
    'json=applied.json',
    '--out',
    'markdown=applied.md',
  ])
  expect(applied.stdout + applied.stderr).toMatch(/done/)
  const { secrets: held } = trial.simulator.appliance('line-1').state
  expect(Object.values(held), 'the secrets have arrived').toEqual(
    expect.arrayContaining([secrets['C_PROXY'], secrets['C_MAIL'], secrets['C_SMB']]),
  )
  await lookInEveryFormat()
  await run(['plan', 'fleet.yaml', '--rewrite-secrets', '--verbose', '--format', 'json'])
  for (const key of ['line-1', 'hq']) {
    expect((await run(['explain', key, '--in', 'fleet.yaml'])).code).toBe(0)
  }
  // The certificate of the documents is served by now.
  const pins = [leafKey, authorityKey].flatMap((key) => ['--pin', pinOf(key)])
  const endpoints = ['line-1', 'hq'].map(
    (key) => trial.simulator.appliances.find((one) => one.key === key)?.endpoint ?? '',
  )
  const exported = await run(['export', ...endpoints, ...pins, '--verbose'])
  expect(exported.code, exported.stderr).toBe(0)
  expect(exported.stdout).toContain('proxy.plant.example')
})

const pinOf = ({ pem }: Key): string => {
  const key = createPublicKey(pem).export({ type: 'spki', format: 'der' })
  return `sha256/${createHash('sha256').update(key).digest('base64')}`
}

const refusal = (text: string): string =>
  JSON.stringify({ error: { code: 'INVALID', userDisplayErrorMessage: text, internalSystemErrorMessage: text } })

test.for([
  ['faults of the server', { kind: 'status', status: 500 }],
  ['answers that are no JSON', { kind: 'malformedBody' }],
  ['cut connections', { kind: 'cutAfter' }],
  [
    'a mail server whose password is said back',
    { kind: 'status', operation: 'writeMailServer', status: 422, body: refusal(made('mail')) },
  ],
  [
    'a proxy whose password is said back',
    { kind: 'status', operation: 'writeNetwork', status: 422, body: refusal(encodeURIComponent(made('proxy'))) },
  ],
  [
    'a cloud that says the token back',
    { kind: 'status', appliance: '(cloud)', status: 403, body: refusal(trialEnv.AZURE_TOKEN) },
  ],
] as const)('with %s', async ([, fault]) => {
  trial.simulator.addFault(fault)
  expect((await run([...approved, '--rewrite-secrets'])).requests).toBeGreaterThan(3)
  await run(['drift', 'fleet.yaml', '--verbose', '--format', 'json'])
  trial.simulator.removeFaults()
})

/** Ends with 0 when it is left alone; then with what goes wrong, whatever the end. */
async function runWithFaults(words: readonly string[], faults: readonly Fault[]): Promise<void> {
  for (const fault of faults) {
    trial.simulator.addFault(fault)
    await run(words)
    trial.simulator.removeFaults()
    passTime(trial.simulator, 61)
  }
  const { code, stdout, stderr } = await run(words)
  expect(code, `${words.join(' ')}\n${stdout}${stderr}`).toBe(0)
}

const crossFaults: readonly Fault[] = [
  { kind: 'status', status: 500, body: refusal(trialEnv.SENSOR_PASSWORD) },
  { kind: 'malformedBody' },
  { kind: 'cutAfter', nth: 3, count: 1 },
]
const inFleet = ['--in', 'fleet.yaml', '--verbose']

test.for([
  ['backup', 'create', 'line-1', ...inFleet],
  ['backup', 'list', 'line-1', ...inFleet, '--format', 'json'],
  ['restore', 'line-1', '--from', 'latest', ...inFleet, '--auto-approve'],
])('%s %s', async (words) => runWithFaults(words, crossFaults))

test('test-message: what became of it is told, and no secret', async () => {
  // The restore brought back what was there; nobody listens at the receiver.
  await run(approved)
  for (const [key, rule] of [
    ['line-1', 'soc'],
    ['hq', 'ops'],
  ] as const) {
    for (const fault of crossFaults) {
      trial.simulator.addFault(fault)
      await run(['test-message', key, rule, ...inFleet])
      trial.simulator.removeFaults()
    }
    const { stdout, stderr } = await run(['test-message', key, rule, ...inFleet])
    expect(stdout + stderr).toContain('siem: ')
  }
})

test('trust, confirm, and apply --replace of new hardware', async () => {
  const { simulator } = trial
  await simulator.swapHardware('line-2', { serialNumber: 'NEW-2' })
  // The cloud shows late that the old hardware is silent.
  for (let minutes = 0; minutes < 21; minutes += 1) passTime(simulator, 60)
  const { endpoint = '', pin = '' } = simulator.appliances.find(({ key }) => key === 'line-2') ?? {}
  await run(['trust', endpoint, '--in', 'fleet.yaml', '--verbose'])
  await run(['confirm', 'line-2', ...inFleet])
  await runWithFaults([...approved, '--replace', 'line-2', '--accept', pin], crossFaults)
  expect(simulator.appliance('line-2').state).toMatchObject({ serialNumber: 'NEW-2', activation: { name: 'line-2' } })
})

test('retire, with its registration and a cloud that says its token back', async () => {
  const file = join(trial.folder, 'fleet.yaml')
  const before = readFileSync(file, 'utf8')
  const rest = before.split('---\n').filter((text) => !text.includes('{ name: line-2 }'))
  writeFileSync(file, rest.join('---\n'))
  await trial.simulator.kill('line-2')
  for (let minutes = 0; minutes < 21; minutes += 1) passTime(trial.simulator, 60)
  const said: Fault = { kind: 'status', appliance: '(cloud)', status: 403, body: refusal(trialEnv.AZURE_TOKEN) }
  await runWithFaults(['retire', 'line-2', ...inFleet, '--unregister', '--auto-approve'], [said])
  expect(trial.simulator.cloud?.records()).toEqual([])
})

test('with a password that is refused', async () => {
  const wrong = { SENSOR_PASSWORD: made('wrong') }
  secrets['WRONG'] = wrong.SENSOR_PASSWORD
  const { stdout, stderr } = await run(['plan', 'fleet.yaml', '--verbose'], { env: wrong })
  expect(stdout + stderr).toContain('CREDENTIALS_REFUSED')
})

test('with keys that no passphrase opens, and secrets in the place of others', async () => {
  const env = {
    C_PASSPHRASE: secrets['C_SIEM_PASSPHRASE'] ?? '',
    C_SIEM_KEY: secrets['C_MAIL'] ?? '',
    C_CONSOLE: secrets['C_KEY'] ?? '',
  }
  for (const format of formats) await run(['validate', '.', '--verbose', '--format', format], { env })
  await run([...approved, '--rewrite-secrets'], { env })
})

test('with sensors that nobody trusts any more', async () => {
  const pins = join(trial.folder, 'pins.json')
  const before = readFileSync(pins, 'utf8')
  writeFileSync(pins, before.replaceAll(/sha256\/[^"]{43}=/g, `sha256/${'A'.repeat(43)}=`))
  const { stdout, stderr } = await run(['plan', 'fleet.yaml', '--verbose', '--no-state'])
  expect(stdout + stderr).toContain('TLS_UNTRUSTED')
  writeFileSync(pins, before)
})

test('with secrets that documents hold themselves', async () => {
  const file = join(trial.folder, 'fleet.yaml')
  const before = readFileSync(file, 'utf8')
  const literal = before.replaceAll(/\{ fromEnv: (C_[A-Z_]+) \}/g, (_, name: string) => JSON.stringify(secrets[name]))
  const elsewhere = join(trial.folder, '..', `${trial.folder.split('/').at(-1) ?? ''}-literal.yaml`)
  writeFileSync(elsewhere, literal)
  for (const format of formats) {
    const { code, stdout } = await run(['validate', elsewhere, '--verbose', '--format', format])
    expect(code).toBe(1)
    expect(stdout).toContain(format === 'markdown' ? 'LITERAL' : 'LITERAL_SECRET')
  }
})

test.for([1, 3, 5, 7])('killed after %i requests', async (killAfter) => {
  expect((await run([...approved, '--rewrite-secrets'], { killAfter })).code).toBeNull()
  // The lease of the dead run ends.
  passTime(trial.simulator, 61)
})

test.for([700, 1000, 1300])('with a crash of its own after %i ms', async (afterMs) => {
  const crash = `data:text/javascript,setTimeout(() => { throw new Error('crash') }, ${afterMs})`
  await run([...approved, '--rewrite-secrets'], { node: ['--import', crash] })
})

test('with a mistake of its own while it writes', async () => {
  const crash =
    "data:text/javascript,const stringify = JSON.stringify; JSON.stringify = (value, ...more) => { if (value?.password ?? value?.mailServer ?? value?.smb) throw new Error('cannot write ' + stringify(value)); return stringify(value, ...more) }"
  await run([...approved, '--rewrite-secrets'], { node: ['--import', crash] })
})
