/** The provider as it is published: the same bytes each time, found in a mirror, and as careful as from its sources. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSimulator, type Simulator } from '../../simulator/simulate.ts'
import { root } from '../house/sources.ts'
import { hasTerraform, openWorkspace, type Workspace } from '../provider/support/terraform.ts'
import { listenTls } from '../transport/servers.ts'
import { served, trustCases } from '../transport/trust-cases.ts'

const execute = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'sensorform-release-'))
const first = join(folder, 'first')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
const name = `terraform-provider-sensorform_${version}`
const own = `${process.platform}_${process.arch === 'x64' ? 'amd64' : 'arm64'}`
const password = 'canary-Package-1!'

const packageInto = async (out: string): Promise<void> => {
  await execute(process.execPath, [join(root, 'scripts/package-provider.ts'), '--out', out], { cwd: root })
}
beforeAll(() => packageInto(first))
afterAll(() => rmSync(folder, { recursive: true }))

const release = (form: string, file: string): string => join(first, form, 'release', file)
const sums = (out: string, form: string): string =>
  readFileSync(join(out, form, 'release', `${name}_SHA256SUMS`), 'utf8')

describe.each(['script', 'executable'])('the form %s', (form) => {
  test('has a checksum for each file of the release, the manifest among them', () => {
    const listed = sums(first, form).trimEnd().split('\n')
    const files = readdirSync(join(first, form, 'release')).filter((file) => !file.endsWith('SHA256SUMS'))
    const expected = files.map((file) => {
      const hash = createHash('sha256').update(readFileSync(release(form, file)))
      return `${hash.digest('hex')}  ${file}`
    })
    expect(listed.toSorted()).toEqual(expected.toSorted())
    expect(files).toContain(`${name}_${own}.zip`)
    expect(JSON.parse(readFileSync(release(form, `${name}_manifest.json`), 'utf8'))).toEqual({
      version: 1,
      metadata: { protocol_versions: ['6.0'] },
    })
  })

  test('names nothing but the executable in a way that Terraform would start', () => {
    const files = Object.keys(unzipSync(readFileSync(release(form, `${name}_${own}.zip`))))
    expect(files.filter((file) => file.startsWith('terraform-provider-'))).toEqual([
      `terraform-provider-sensorform_v${version}`,
    ])
  })
})

test('two builds are the same to the byte', async () => {
  const second = join(folder, 'second')
  await packageInto(second)
  for (const form of ['script', 'executable']) expect(sums(second, form)).toBe(sums(first, form))
  rmSync(second, { recursive: true })
})

describe.each(['script', 'executable'])('what lies in the folder of the user, to the form %s', (form) => {
  test('is neither run nor taken for the environment', async () => {
    const users = mkdtempSync(join(folder, 'user-'))
    writeFileSync(join(users, 'bunfig.toml'), 'preload = ["./preload.js"]\n')
    writeFileSync(join(users, 'preload.js'), "require('fs').writeFileSync('was-run', '')\n")
    writeFileSync(join(users, '.env'), `${cookie}\nNODE_TLS_REJECT_UNAUTHORIZED=0\n`)
    writeFileSync(join(users, 'package.json'), '{ "type": "module" }\n')
    const executable = join(first, form, 'unpacked', `terraform-provider-sensorform_v${version}`)
    const path = [dirname(process.execPath), process.env['PATH']].join(delimiter)
    const started = execute(executable, [], { cwd: users, env: { PATH: path }, timeout: 20_000 })
    await expect(started).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('does nothing by itself') })
    expect(readdirSync(users)).not.toContain('was-run')
  })
})

/** By which a provider knows that Terraform has started it, as it stands in the environment. */
const cookie = 'TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2'

/** Finds the provider in one place alone. The script finds the Node.js that this test runs on. */
const ownPath = [dirname(process.execPath), process.env['PATH']].join(delimiter)
const installedFrom = (place: string, path = ownPath): Workspace =>
  openWorkspace({ PATH: path }, `provider_installation {\n  ${place}\n}\n`)

const inMirror = (form: string): Workspace =>
  installedFrom(`filesystem_mirror {\n    path = "${join(first, form, 'mirror')}"\n  }`)

const asOverride = (form: string, path?: string): Workspace =>
  installedFrom(`dev_overrides {\n    "sensorform/sensorform" = "${join(first, form, 'unpacked')}"\n  }`, path)

const header = `
terraform {
  required_providers {
    sensorform = {
      source  = "sensorform/sensorform"
      version = "${version}"
    }
  }
}
provider "sensorform" {
  credentials = { default = { username = "admin", password = "${password}" } }
}
`

const sensor = (endpoint: string, trust: string, rest = ''): string =>
  `${header}\nresource "sensorform_sensor" "line_1" {\n` +
  `  access = { endpoint = "${endpoint}", credentials = "default", trust = [${trust}]${rest} }\n` +
  `  time   = { timezone = "Europe/Berlin" }\n}\n`

const ofAnchor = (anchor: object): string =>
  Object.entries(anchor)
    .filter(([key]) => key !== 'certificates' && key !== 'pins')
    .map(
      ([key, value]) =>
        `{ ${key === 'caFile' ? 'ca_file' : key === 'pinFile' ? 'pin_file' : key} = ${JSON.stringify(value)} }`,
    )
    .join('')

/** Others are refused before anything is sent, or rest on what an earlier run remembered. */
const declarable = trustCases.filter(
  ([, , { anchors, serverName, knownPins, trustedCertificates }]) =>
    anchors.length > 0 &&
    !knownPins &&
    !trustedCertificates &&
    (serverName !== undefined || anchors.every((anchor) => 'pin' in anchor || 'pinFile' in anchor)),
)
describe.runIf(hasTerraform()).each(['script', 'executable'])('installed from the mirror, the form %s', (form) => {
  let simulator: Simulator
  let workspace: Workspace

  beforeAll(async () => {
    simulator = await startSimulator({
      appliances: [{ key: 'line-1', address: '127.44.9.11', port: 0, username: 'admin', password }],
    })
    workspace = inMirror(form)
    workspace.write(header)
    expect(await workspace.run('init', '-no-color')).toMatchObject({ code: 0 })
  })
  afterAll(async () => {
    await workspace[Symbol.asyncDispose]()
    await simulator.stop()
  })

  test('applies, and finds nothing more to do', async () => {
    const [{ endpoint, pin } = { endpoint: '', pin: '' }] = simulator.appliances
    workspace.write(sensor(endpoint, `{ pin = "${pin}" }`))
    expect(await workspace.apply()).toMatchObject({ code: 0, stderr: '' })
    expect(await workspace.plan()).toMatchObject({ code: 0, actions: {} })
    expect(await workspace.run('state', 'rm', '-no-color', 'sensorform_sensor.line_1')).toMatchObject({ code: 0 })
  })

  test.each(declarable)('trusts or refuses as from its sources: %s', async (_, which, policy, expected) => {
    const server = await listenTls(served[which], (socket) => socket.end('SSH-2.0-none\r\n\r\n'), {
      host: '127.20.140.3',
    })
    try {
      for (const anchor of policy.anchors) {
        if ('caFile' in anchor) writeFileSync(join(workspace.folder, anchor.caFile), anchor.certificates)
        if ('pinFile' in anchor)
          writeFileSync(join(workspace.folder, anchor.pinFile), pinsFor(server.origin, anchor.pins))
      }
      const rest = policy.serverName === undefined ? '' : `, server_name = "${policy.serverName}"`
      workspace.write(sensor(server.origin, policy.anchors.map(ofAnchor).join(', '), rest))
      const { code, stderr } = await workspace.apply()
      const told = stderr.replaceAll(/[│╷╵\s]+/g, ' ')
      expect(code).toBe(1)
      if (typeof expected === 'string') {
        expect(told).toContain('does not answer in HTTP')
        expect(server.received()).toBeGreaterThan(0)
      } else {
        expect(told).toMatch(expected)
        expect(server.received()).toBe(0)
      }
      expect(told).not.toContain(password)
    } finally {
      await server.close()
    }
  })

  test('stands in as an override, without init', async () => {
    await using overridden = asOverride(form)
    const [{ endpoint, pin } = { endpoint: '', pin: '' }] = simulator.appliances
    overridden.write(sensor(endpoint, `{ pin = "${pin}" }`))
    const applied = await overridden.apply()
    expect(applied).toMatchObject({ code: 0, stderr: '' })
    expect(applied.stdout).toContain('development overrides')
    expect(await overridden.plan()).toMatchObject({ code: 0, actions: {} })
    expect(existsSync(join(overridden.folder, '.terraform'))).toBe(false)
  })

  test('leaves nothing but its own files', () => {
    expect(existsSync(join(workspace.folder, '.terraform/providers'))).toBe(true)
    expect(readdirSync(workspace.folder).filter((file) => /core|heap|\.log$/.test(file))).toEqual([])
  })
})

/** A Node.js of that version to whoever asks it, first on the path. */
function pretendNode(version: string): string {
  const place = mkdtempSync(join(folder, 'old-'))
  const preload = join(place, 'version.cjs')
  writeFileSync(preload, `Object.defineProperty(process.versions, 'node', { value: '${version}' })\n`)
  writeFileSync(join(place, 'node'), `#!/bin/sh\nexec '${process.execPath}' -r '${preload}' "$@"\n`, { mode: 0o755 })
  return [place, process.env['PATH']].join(delimiter)
}

describe('the script with a Node.js that is too old', () => {
  const told =
    /needs Node\.js 22\.19\.0 or later, and the first one on the PATH is 20\.20\.2 \(\/[^)]+\): put a newer one first, or install .* form executable/

  test('tells a person', async () => {
    const script = join(first, 'script/unpacked', `terraform-provider-sensorform_v${version}`)
    const env = { PATH: pretendNode('20.20.2') }
    await expect(execute(script, { env })).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(told),
    })
    await expect(execute(script, { env: { PATH: pretendNode('22.19.0') } })).rejects.toMatchObject({
      stderr: expect.stringContaining('it does nothing by itself'),
    })
  })

  test.runIf(hasTerraform())('has Terraform show what is needed, and no guesses', async () => {
    await using workspace = asOverride('script', pretendNode('20.20.2'))
    workspace.write(`${header}\ndata "sensorform_certificate" "one" {\n  pem = "x"\n}\n`)
    const { code, stderr } = await workspace.plan()
    const shown = stderr.replaceAll(/[│╷╵\s]+/g, ' ')
    expect({ code, errors: stderr.match(/Error: /g)?.length }, stderr).toEqual({ code: 1, errors: 1 })
    expect(shown).toMatch(told)
    expect(shown).not.toContain('This usually means')
  })
})

/** The pin file of a plant; one without an entry for this endpoint when there are no keys for it. */
function pinsFor(origin: string, pins: readonly string[]): string {
  const known = pins.filter((pin) => pin.length > 40)
  return JSON.stringify(known.length === 0 ? {} : { [new URL(origin).host]: { pins: known } })
}
