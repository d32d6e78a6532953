/** Documents that are as they should be: what they become. */
import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadFleet } from '../../load/load-fleet.ts'
import type { DesiredAppliance, Fleet } from '../../schemas/fleet.ts'
import { registrarPinKey } from '../../schemas/pin-file.ts'
import { makeCertificate, makeKey, toDer } from '../formats/make-certificate.ts'
import { loadText, withFiles } from './load-text.ts'

const pin = (letter: string): string => `sha256/${letter.repeat(43)}=`
const examples = new URL('../../examples/', import.meta.url).pathname

/** The fleet of documents that must load without an error. */
async function fleetOf(...args: Parameters<typeof loadText>): Promise<Fleet> {
  const { fleet, problems } = await loadText(...args)
  if (!fleet) throw new Error(JSON.stringify(problems, null, 2))
  return fleet
}

const sensorOf = async (...args: Parameters<typeof loadText>): Promise<DesiredAppliance> => {
  const [sensor] = [...(await fleetOf(...args)).sensors.values()]
  if (!sensor) throw new Error('no sensor')
  return sensor
}

const fleet = `apiVersion: sensorform.io/v1
kind: Fleet
metadata: { name: acme }
spec:
  credentials:
    default: { username: admin, password: { fromEnv: SENSOR_PASSWORD } }
    own: { username: admin, password: { fromEnv: "PASSWORD_\${key}" }, previousPassword: { fromFile: "\${site}/\${name}.txt" } }
  registrars:
    cloud: { azure: { endpoint: https://cloud.example, subscriptionId: s, location: eastus } }
    local: { azure: { endpoint: https://127.0.0.1:8443, subscriptionId: s, location: eastus, token: { fromFile: token }, trust: [{ pinFile: pins.json }] } }
    public: { azure: { subscriptionId: s, location: eastus } }
    airgap: { directory: { path: activation } }
  policy: { maxChangedSensors: 10% }
  defaults:
    access: { credentials: default, trust: [{ pinFile: pins.json }] }
    time: { timezone: UTC, dateFormat: dd/MM/yyyy HH:mm:ss }
    hold: { until: 2030-01-01, reason: everybody }
`
const site = `apiVersion: sensorform.io/v1
kind: Site
metadata: { name: berlin, labels: { tier: critical } }
spec:
  window: { timezone: Europe/Berlin, open: "Sat 22:00-02:00" }
  hold: { until: 2031-01-01, reason: the site }
  defaults:
    time: { timezone: Europe/Berlin }
    certificate: { certificate: { file: "certs/\${key}.crt" }, privateKey: { fromFile: "\${key}.key" } }
    hold: null
`
const sensor = `apiVersion: sensorform.io/v1
kind: Sensor
metadata: { name: line-1, site: berlin, formerKey: line-0, labels: { canary: "true" } }
spec:
  access: { endpoint: https://10.20.0.5, credentials: own }
  name: berlin-line-1
  registration: { registrar: local }
  time: { dateFormat: null }
`
const [key, otherKey] = [makeKey(), makeKey()]
const certificate = makeCertificate({ key, commonName: 'line-1.example' })
const files = {
  'fleet.yaml': fleet,
  'pins.json': JSON.stringify({
    'line-1': { pins: [pin('A')], identity: 'SN-1' },
    [registrarPinKey('local')]: { pins: [pin('B')] },
  }),
  'sites/berlin.yml': site,
  'sites/certs/line-1.crt': certificate,
  'sensors/line-1.yaml': sensor,
}

test('a fleet with everything', async () => {
  await withFiles(files, async (cwd) => {
    const result = await loadFleet(['.'], { cwd, env: {}, now: Date.parse('2026-06-01T00:00:00Z') })
    expect(result.problems).toEqual([])
    expect(result.files).toEqual(['fleet.yaml', 'sensors/line-1.yaml', 'sites/berlin.yml'])
    expect(result.unchecked).toEqual([
      {
        key: 'line-1',
        field: 'certificate.certificate',
        what: 'CN equals the host name: no host name is declared',
      },
      {
        key: 'line-1',
        field: 'certificate.certificate',
        what: 'key matches certificate: the private key is not at hand',
      },
    ])
    const { sensors, ...rest } = result.fleet as Fleet
    const pinFile = join(cwd, 'pins.json')
    expect(rest).toEqual({
      name: 'acme',
      root: cwd,
      policy: { maxChangedSensors: '10%' },
      credentials: new Map<string, unknown>([
        ['default', { username: 'admin', password: { fromEnv: 'SENSOR_PASSWORD' } }],
        [
          'own/line-1',
          {
            username: 'admin',
            password: { fromEnv: 'PASSWORD_line_1' },
            previousPassword: { fromFile: join(cwd, 'berlin/berlin-line-1.txt') },
          },
        ],
      ]),
      registrars: new Map<string, unknown>([
        [
          'cloud',
          {
            azure: {
              endpoint: 'https://cloud.example',
              subscriptionId: 's',
              location: 'eastus',
              trust: [{ system: true }],
            },
          },
        ],
        [
          'local',
          {
            azure: {
              endpoint: 'https://127.0.0.1:8443',
              subscriptionId: 's',
              location: 'eastus',
              token: { fromFile: join(cwd, 'token') },
              trust: [{ pinFile, pins: [pin('B')] }],
            },
          },
        ],
        [
          'public',
          {
            azure: {
              endpoint: 'https://management.azure.com',
              subscriptionId: 's',
              location: 'eastus',
              trust: [{ system: true }],
            },
          },
        ],
        ['airgap', { directory: { path: join(cwd, 'activation') } }],
      ]),
      managementConsoles: new Map(),
      sites: new Map<string, unknown>([
        [
          'berlin',
          {
            name: 'berlin',
            labels: { tier: 'critical' },
            window: { timezone: 'Europe/Berlin', open: 'Sat 22:00-02:00' },
            hold: { until: '2031-01-01', reason: 'the site' },
          },
        ],
      ]),
    })
    const { origins, place, ...line } = sensors.get('line-1') as DesiredAppliance
    expect(line).toEqual({
      kind: 'Sensor',
      key: 'line-1',
      formerKey: 'line-0',
      site: 'berlin',
      labels: { canary: 'true' },
      access: {
        driver: 'api',
        endpoint: 'https://10.20.0.5',
        credentials: 'own/line-1',
        trust: [{ pinFile, pins: [pin('A')], identity: 'SN-1' }],
      },
      settings: {
        name: 'berlin-line-1',
        registration: { registrar: 'local' },
        time: { timezone: 'Europe/Berlin' },
        certificate: {
          certificate: { file: join(cwd, 'sites/certs/line-1.crt'), content: certificate },
          privateKey: { fromFile: join(cwd, 'sites/line-1.key') },
        },
      },
      hold: { until: '2031-01-01', reason: 'the site' },
    })
    expect(place).toEqual({
      file: 'sensors/line-1.yaml',
      line: 3,
      column: 19,
      length: 6,
      excerpt: 'metadata: { name: line-1, site: berlin, formerKey: line-0, labels: { canary: "true" } }',
    })
    expect(
      Object.fromEntries(
        [...origins].map(([path, { layer, place }]) => [path, `${layer} ${place.file}:${place.line}`]),
      ),
    ).toEqual({
      'access.credentials': 'sensor sensors/line-1.yaml:5',
      'access.endpoint': 'sensor sensors/line-1.yaml:5',
      'access.trust': 'fleet fleet.yaml:15',
      'time.timezone': 'site sites/berlin.yml:8',
      'certificate.certificate': 'site sites/berlin.yml:9',
      'certificate.privateKey': 'site sites/berlin.yml:9',
      name: 'sensor sensors/line-1.yaml:6',
      'registration.registrar': 'sensor sensors/line-1.yaml:7',
    })
  })
})

test('the example loads; only its pin file is to be made yet', async () => {
  const { fleet, problems } = await loadFleet(['fleet'], { cwd: examples, env: {} })
  expect(problems.filter(({ code }) => !code.startsWith('PIN_'))).toEqual([])
  expect([...(fleet?.sensors.keys() ?? [])]).toEqual(['crane-1', 'line-1', 'line-2'])
  const endpoints = [...(fleet?.sensors.values() ?? [])].map(({ access, settings }) => [
    access.endpoint,
    settings.network?.address,
  ])
  for (const [endpoint = '', address] of endpoints) expect(new URL(endpoint).hostname).toBe(address)
})

const smallFleet = `apiVersion: sensorform.io/v1
kind: Fleet
metadata: { name: acme }
spec: { credentials: { default: { username: admin, password: { fromEnv: SENSOR_PASSWORD } } } }
`

/** One sensor; lines may be added to its spec. */
const small = `${smallFleet}---
apiVersion: sensorform.io/v1
kind: Sensor
metadata: { name: line-1 }
spec:
  access: { endpoint: https://10.20.0.5, credentials: default, trust: [{ pin: ${pin('A')} }] }
`

test('several paths are one set; a file that is reached twice is read once', async () => {
  await withFiles({ 'a/fleet.yaml': smallFleet, 'b/x.yaml': small.split('---\n')[1] ?? '' }, async (cwd) => {
    const { files, problems, fleet } = await loadFleet(['b/x.yaml', 'a', 'a/fleet.yaml', 'b'], { cwd, env: {} })
    expect(problems).toEqual([])
    expect(files).toEqual(['b/x.yaml', 'a/fleet.yaml'])
    expect(fleet?.root).toBe(cwd)
  })
})

test('a path that does not exist is a problem, and the others are still read', async () => {
  await withFiles({ 'fleet.yaml': small }, async (cwd) => {
    const { problems, files } = await loadFleet(['fleet.yaml', 'flete.yaml'], { cwd, env: {} })
    expect(problems.map(({ code, summary }) => [code, summary])).toEqual([
      ['PATH_NOT_FOUND', 'There is no file or folder flete.yaml'],
    ])
    expect(files).toEqual(['fleet.yaml'])
  })
})

test('links inside the folder are followed, links out of it are refused, and circles end', async () => {
  await withFiles(
    { 'fleet/fleet.yaml': small, 'fleet/real/nothing.txt': '', 'outside/b.yaml': 'kind: Secret\n' },
    async (cwd) => {
      await symlink(join(cwd, 'outside/b.yaml'), join(cwd, 'fleet/out.yaml'))
      await symlink(join(cwd, 'outside'), join(cwd, 'fleet/outside'))
      await symlink(join(cwd, 'fleet'), join(cwd, 'fleet/real/up'))
      await symlink(join(cwd, 'fleet/fleet.yaml'), join(cwd, 'fleet/same.yaml'))
      const { problems, files } = await loadFleet(['fleet'], { cwd, env: {} })
      expect(problems.map(({ code, at }) => [code, at?.file])).toEqual([
        ['LINK_LEAVES_FOLDER', 'fleet/out.yaml'],
        ['LINK_LEAVES_FOLDER', 'fleet/outside'],
      ])
      expect(files).toHaveLength(1)
    },
  )
})

test('nothing that might hold documents is passed over: a link to nothing, an empty path, what is no file', async () => {
  await withFiles({ 'fleet/kept.YAML': '# read, whatever its case\n' }, async (cwd) => {
    await symlink(join(cwd, 'nothing'), join(cwd, 'fleet/lost.yaml'))
    await symlink('/dev/zero', join(cwd, 'fleet/endless.yml'))
    const { problems, files } = await loadFleet(['fleet', '', '/dev/zero', 'nowhere'], { cwd, env: {} })
    expect(problems.map(({ code, summary }) => [code, summary])).toEqual([
      ['PATH_NOT_FOUND', 'A given path is empty'],
      ['PATH_NOT_FOUND', '/dev/zero is neither a file nor a folder'],
      ['PATH_NOT_FOUND', 'There is no file or folder nowhere'],
      ['FILE_UNREADABLE', 'fleet/endless.yml cannot be read'],
      ['FILE_UNREADABLE', 'fleet/lost.yaml cannot be read'],
    ])
    expect(files).toEqual(['fleet/kept.YAML'])
  })
})

test('a reference through a link that leads out is refused', async () => {
  const spec = `${small}  certificate: { certificate: { file: .certs/line-1.crt } }\n`
  await withFiles({ 'fleet/a.yaml': spec, 'outside/line-1.crt': certificate }, async (cwd) => {
    await symlink(join(cwd, 'outside'), join(cwd, 'fleet/.certs'))
    const { problems } = await loadFleet(['fleet'], { cwd, env: {} })
    expect(problems.map(({ code, summary }) => [code, summary])).toEqual([
      ['REFERENCE_OUTSIDE', '.certs/line-1.crt is a symbolic link that leads out of its folder'],
    ])
  })
})

test('a secret lies in the secrets folder, or else below its document', async () => {
  const spec = `${small}  certificate: { privateKey: { fromFile: a.key }, passphrase: { fromFile: b.txt } }\n`
  await withFiles({ 'fleet/a.yaml': spec, 'fleet/a.key': 'k', 'secrets/other': '' }, async (cwd) => {
    const load = async () =>
      (await loadFleet(['fleet'], { cwd, env: {}, secretsDir: 'secrets' })).fleet?.sensors.get('line-1')?.settings
        .certificate
    expect(await load()).toEqual({
      privateKey: { fromFile: join(cwd, 'fleet/a.key') },
      passphrase: { fromFile: join(cwd, 'secrets/b.txt') },
    })
    await writeFile(join(cwd, 'secrets/a.key'), 'k')
    expect((await load())?.privateKey).toEqual({ fromFile: join(cwd, 'secrets/a.key') })
  })
})

test('a certificate in DER is loaded as base64 and checked like any other', async () => {
  const spec = `${small}  certificate: { certificate: { file: a.crt } }\n  network: { hostname: line-1.example }\n`
  const der = toDer(certificate)
  const { settings } = await sensorOf({ 'a.yaml': spec, 'a.crt': der })
  expect(settings.certificate?.certificate).toMatchObject({ content: der.toString('base64'), encoding: 'base64' })
})

const withCertificate = (lines: string): Record<string, string> => ({
  'a.yaml': `${small}  network: { hostname: line-1.example }\n  certificate:\n${lines}`,
  'a.crt': certificate,
  'a.key': key.privateKey,
  'b.key': otherKey.privateKey,
  'old.crt': makeCertificate({ key, commonName: 'line-1.example', notAfter: '2026-02-01' }),
})

test.each<{ name: string; lines: string; env?: NodeJS.ProcessEnv; want: string[]; unchecked?: number }>([
  {
    name: 'a key that fits',
    lines: '    certificate: { file: a.crt }\n    privateKey: { fromFile: a.key }\n',
    want: [],
  },
  {
    name: 'a key that is not at hand',
    lines: '    certificate: { file: a.crt }\n    privateKey: { fromEnv: KEY }\n',
    want: [],
    unchecked: 1,
  },
  {
    name: 'a key from the environment',
    lines: '    certificate: { file: a.crt }\n    privateKey: { fromEnv: KEY }\n',
    env: { KEY: key.privateKey },
    want: [],
  },
  {
    name: 'a key of another',
    lines: '    certificate: { file: a.crt }\n    privateKey: { fromFile: b.key }\n',
    want: ['error CERTIFICATE_KEY_MISMATCH a.yaml:14 certificate.privateKey'],
  },
  {
    name: 'expired, to be imported',
    lines: '    certificate: { file: old.crt }\n    privateKey: { fromFile: a.key }\n',
    want: ['error CERTIFICATE_EXPIRED a.yaml:13 certificate.certificate'],
  },
  {
    name: 'expired, only watched',
    lines: '    certificate: { file: old.crt }\n',
    want: ['warning CERTIFICATE_EXPIRED a.yaml:13 certificate.certificate'],
  },
  {
    name: 'valid for less than asked for',
    lines: '    certificate: { file: a.crt }\n    privateKey: { fromFile: a.key }\n    minRemaining: 40000d\n',
    want: ['warning CERTIFICATE_SHORT_LIVED a.yaml:13 certificate.certificate'],
  },
  {
    name: 'valid for as long as asked for',
    lines: '    certificate: { file: a.crt }\n    minRemaining: 1d\n',
    want: [],
  },
  {
    name: 'expired, whatever was asked for',
    lines: '    certificate: { file: old.crt }\n    minRemaining: 1d\n',
    want: ['warning CERTIFICATE_EXPIRED a.yaml:13 certificate.certificate'],
  },
  {
    name: 'a key in the place of a certificate',
    lines: '    certificate: { file: a.key }\n',
    want: ['error CERTIFICATE_HOLDS_KEY a.yaml:13 certificate.certificate'],
  },
])('$name', async ({ lines, env = {}, want, unchecked = 0 }) => {
  const result = await loadText(withCertificate(lines), { env })
  expect(
    result.problems.map(({ severity, code, at, field }) => `${severity} ${code} ${at?.file}:${at?.line} ${field}`),
  ).toEqual(want)
  expect(result.unchecked).toHaveLength(unchecked)
  expect(JSON.stringify([result.problems, result.unchecked])).not.toContain('PRIVATE')
})

test('one certificate for two sensors is refused', async () => {
  const spec = `  certificate: { certificate: { file: a.crt } }\n`
  const second = `---\n${(small.split('---\n')[1] ?? '').replace('line-1', 'line-2').replace('.5,', '.6,')}${spec}`
  const { problems } = await loadText({ 'a.yaml': `${small}${spec}${second}`, 'a.crt': certificate })
  expect(problems.map(({ code, key, severity }) => [code, key, severity])).toEqual([
    ['CERTIFICATE_SHARED', 'line-2', 'warning'],
  ])
})

test('many sensors in one file', async () => {
  const one = small.split('---\n')[1] ?? ''
  const many = Array.from({ length: 300 }, (_, index) =>
    one.replace('line-1', `line-${index}`).replace('10.20.0.5', `10.20.${index % 250}.${Math.floor(index / 250) + 1}`),
  )
  const { fleet, problems } = await loadText({
    'fleet.yaml': smallFleet,
    'sensors.yaml': many.join('---\n'),
  })
  expect(problems).toEqual([])
  expect(fleet?.sensors.size).toBe(300)
})

test('the pin file of a sensor that was never looked at says so', async () => {
  const spec = small.replace(/trust: .*\]/, 'trust: [{ pinFile: pins.json }]')
  await withFiles({ 'a.yaml': spec }, async (cwd) => {
    const codes = async () => (await loadFleet(['a.yaml'], { cwd, env: {} })).problems.map(({ code }) => code)
    expect(await codes()).toEqual(['PIN_FILE_MISSING'])
    await writeFile(join(cwd, 'pins.json'), JSON.stringify({ 'line-2': { pins: [pin('B')] } }))
    expect(await codes()).toEqual(['PIN_MISSING'])
  })
})

test('a mistake in a certificate names the file, as one path with placeholders serves many sensors', async () => {
  const expired = makeCertificate({ key, commonName: 'line-1.example', notAfter: '2026-02-01' })
  const { problems } = await loadText({ ...files, 'sites/certs/line-1.crt': expired })
  expect(problems.map(({ code, summary, at }) => [code, summary, at?.file])).toEqual([
    [
      'CERTIFICATE_EXPIRED',
      'sites/certs/line-1.crt: The certificate expired at 2026-02-01T00:00:00Z',
      'sites/berlin.yml',
    ],
  ])
})

const sensorAt = (key: string, port: number): string =>
  `apiVersion: sensorform.io/v1\nkind: Sensor\nmetadata: { name: ${key} }\nspec:\n  access: { endpoint: "https://127.0.0.1:${port}", credentials: a, trust: [{ pin: ${pin('A')} }] }\n  network: { address: 127.0.0.1 }\n`

test('simulated sensors may share the one loopback address of a system', async () => {
  const credentials =
    'apiVersion: sensorform.io/v1\nkind: Fleet\nmetadata: { name: a }\nspec: { credentials: { a: { username: a, password: { fromEnv: A } } } }\n'
  const { sensors } = await fleetOf({ 'a.yaml': [credentials, sensorAt('a', 1), sensorAt('b', 2)].join('---\n') })
  expect([...sensors.keys()]).toEqual(['a', 'b'])
})
