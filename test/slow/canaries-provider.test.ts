/**
 * No secret comes out of the Terraform provider. It is started by the real terraform, which traces all it can; what both
 * say and log, the saved plan, the state and its backups, and what everybody sees of their processes is searched for every secret
 * that was given: by an ephemeral variable or by a variable of the environment. Addresses: 127.20.193.0/24.
 */
import { spawn } from 'node:child_process'
import { createPrivateKey } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync, zipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Fault } from '../../simulator/faults.ts'
import { startSimulator, type Simulator } from '../../simulator/simulate.ts'
import { root } from '../house/sources.ts'
import { hasTerraform, terraformPath } from '../provider/support/terraform.ts'
import { leafKey, makeCertificate, otherKey, type Key } from '../simulator/sensor/certificates.ts'
import { contentOf, expectNoneOf, madeCanary, shownOf } from '../support/canaries.ts'
import { endOf, passTime } from '../support/killed-command.ts'

const password = 'canary-Sensor-1!'
const token = 'canary-cloud-token'
const encrypted = ({ pem }: Key, passphrase: string): string =>
  createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase })
const passphrases = { own: '[Kan4ry-own-passphrase]%~', siem: '[Kan4ry-siem-passphrase]%~' }

/** By variable of the environment. */
const fromEnv: Record<string, string> = {
  C_PASSWORD: password,
  C_TOKEN: token,
  C_PREVIOUS: madeCanary('previous'),
  C_FINGERPRINT: 'Kan4ry-fingerprint-key-of-more-than-32-bytes',
  C_SMB: madeCanary('smb'),
  C_HOOK: 'Kan4ry-hook-%2F+~',
  C_KEY: encrypted(leafKey, passphrases.own),
  C_PASSPHRASE: passphrases.own,
}
/** By ephemeral variable of the configuration. */
const ephemeral: Record<string, string> = {
  mail: madeCanary('mail'),
  proxy: madeCanary('proxy'),
  siem_key: encrypted(otherKey, passphrases.siem),
  siem_passphrase: passphrases.siem,
}
const secrets: Record<string, string> = { ...fromEnv, ...ephemeral }

const written = (name: string, value: string, version: number) => ({
  [`${name}_wo`]: `\${var.${value}}`,
  [`${name}_wo_version`]: version,
})

const mailServer = (version: number) => ({
  host: 'mail.plant.example',
  port: 25,
  tls: 'starttls',
  sender: 'a@plant.example',
  username: 'u',
  ...written('password', 'mail', version),
})

const siem = (version: number) => ({
  syslog: {
    host: 'siem.plant.example',
    port: 6514,
    format: 'cef',
    protocol: 'tls',
    tls: {
      certificate: makeCertificate({ commonName: 'siem.plant.example', key: otherKey }),
      ...written('private_key', 'siem_key', version),
      ...written('passphrase', 'siem_passphrase', version),
    },
  },
})

const refusal = (text: string): string =>
  JSON.stringify({ error: { code: 'INVALID', userDisplayErrorMessage: text, internalSystemErrorMessage: text } })

describe.runIf(hasTerraform())('with terraform', { timeout: 300_000 }, () => {
  let folder: string
  let simulator: Simulator

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sensorform-tf-canaries-'))
    for (const name of ['home', 'tmp', 'work', 'installed']) mkdirSync(join(folder, name))
    const script = join(folder, 'installed', 'terraform-provider-sensorform')
    writeFileSync(
      script,
      `#!/bin/sh\necho $$ >> '${folder}/pids'\nexec '${process.execPath}' '${join(root, 'provider/main.ts')}'\n`,
    )
    chmodSync(script, 0o755)
    writeFileSync(
      join(folder, 'cli.tfrc'),
      `provider_installation {\n  dev_overrides {\n    "sensorform/sensorform" = "${folder}/installed"\n  }\n}\n`,
    )
    simulator = await startSimulator({
      appliances: [{ key: 'line-1', address: '127.20.193.11', port: 0, username: 'admin', password }],
      managementConsoles: [
        {
          key: 'hq',
          address: '127.20.193.2',
          port: 0,
          username: 'admin',
          password,
          sites: [{ name: 'Plant', zones: ['A'] }],
        },
      ],
      cloud: { address: '127.20.193.1', port: 0, subscriptionId: 's', location: 'eastus', token, sites: ['plant'] },
      tuning: { jobMs: 20, serviceRestartMs: 50, requestsPerSecond: 10_000 },
    })
    const console = simulator.managementConsole('hq').state
    fromEnv['C_CONSOLE'] = `${console.address}:${console.token}`
    secrets['C_CONSOLE'] = console.token
  })
  afterAll(async () => {
    await simulator.stop()
    rmSync(folder, { recursive: true })
  })

  /** Everything declared; another version has every secret that can be written anew. */
  function declare(version: number): void {
    const access = (key: string) => {
      const { endpoint, pin } = simulator.appliances.find((one) => one.key === key) ?? {}
      return { endpoint, credentials: 'default', trust: [{ pin }] }
    }
    const azure = {
      endpoint: simulator.cloud?.endpoint,
      subscription_id: 's',
      location: 'eastus',
      token_from_env: 'C_TOKEN',
      trust: [{ pin: simulator.cloud?.pin }],
    }
    const configuration = {
      terraform: { required_providers: { sensorform: { source: 'sensorform/sensorform' } } },
      variable: Object.fromEntries(Object.keys(ephemeral).map((name) => [name, { type: 'string', ephemeral: true }])),
      provider: {
        sensorform: {
          credentials: {
            default: { username: 'admin', password_from_env: 'C_PASSWORD', previous_password_from_env: 'C_PREVIOUS' },
          },
          registrars: { cloud: { azure } },
          fingerprint_key_from_env: 'C_FINGERPRINT',
        },
      },
      resource: {
        sensorform_sensor: {
          one: {
            access: access('line-1'),
            name: `line-${version}`,
            registration: { registrar: 'cloud', site: 'plant' },
            network: {
              hostname: 'line-1.plant.example',
              proxy: {
                enabled: true,
                host: 'proxy.plant.example',
                port: 8080,
                username: 'u',
                ...written('password', 'proxy', version),
              },
            },
            certificate: {
              certificate: makeCertificate({ commonName: 'line-1.plant.example', key: leafKey }),
              private_key_from_env: 'C_KEY',
              passphrase_from_env: 'C_PASSPHRASE',
            },
            mail_server: mailServer(version),
            backup: {
              target: { smb: { server: 'smb.plant.example', share: 'b', username: 'u', password_from_env: 'C_SMB' } },
            },
            management_console: { connection_string_from_env: 'C_CONSOLE' },
            forwarding: { rules: { soc: { minimum_severity: 'Major', actions: { siem: siem(version) } } } },
            on_destroy: 'unregister',
          },
        },
        sensorform_management_console: {
          hq: {
            access: access('hq'),
            mail_server: mailServer(version),
            forwarding: {
              rules: {
                ops: {
                  system_notifications: true,
                  actions: {
                    post: {
                      webhook: {
                        url: 'https://ops.plant.example/hook',
                        secret_headers: { Authorization: { from_env: 'C_HOOK' } },
                      },
                    },
                  },
                },
              },
            },
          },
        },
      },
    }
    writeFileSync(join(folder, 'work', 'main.tf.json'), JSON.stringify(configuration))
  }

  interface Options {
    env?: Readonly<Record<string, string>>
    /** Kills the provider after so many requests. */
    killAfter?: number
  }

  /** Runs terraform, and searches whatever it and its provider let anybody see. */
  async function run(words: readonly string[], { env = {}, killAfter }: Options = {}) {
    const from = simulator.requests().at(-1)?.sequence ?? 0
    for (const name of ['pids', 'trace.log']) writeFileSync(join(folder, name), '')
    const child = spawn(terraformPath ?? '', [...words], {
      cwd: join(folder, 'work'),
      env: {
        PATH: process.env['PATH'],
        HOME: join(folder, 'home'),
        TMPDIR: join(folder, 'tmp'),
        TF_CLI_CONFIG_FILE: join(folder, 'cli.tfrc'),
        TF_IN_AUTOMATION: '1',
        CHECKPOINT_DISABLE: '1',
        TF_LOG: 'TRACE',
        TF_LOG_PATH: join(folder, 'trace.log'),
        ...Object.fromEntries(Object.entries(ephemeral).map(([name, value]) => [`TF_VAR_${name}`, value])),
        ...fromEnv,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const shown = new Set<string>()
    const watch = setInterval(() => {
      const pids = contentOf(join(folder, 'pids')).split('\n').filter(Boolean).map(Number)
      for (const pid of [child.pid, ...pids]) shown.add(shownOf(pid))
      if (killAfter === undefined || simulator.requests(from).length < killAfter) return
      for (const pid of pids) endProcess(pid)
    }, 5)
    const ended = await endOf(child)
    clearInterval(watch)
    const said = words.join(' ')
    expectNoneOf(secrets, ended.stdout, `stdout of ${said}`)
    expectNoneOf(secrets, ended.stderr, `stderr of ${said}`)
    expectNoneOf(secrets, [...shown].join('\n'), `processes of ${said}`)
    searchFiles(said)
    return { ...ended, requests: simulator.requests(from).length, shown: [...shown].join('\n') }
  }

  /** All files, and what is packed in a saved plan. */
  function searchFiles(said: string): void {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const path = join(folder, name)
      if (!statSync(path, { throwIfNoEntry: false })?.isFile()) continue
      for (const [part, text] of textsOf(path)) expectNoneOf(secrets, text, `${name} ${part} after ${said}`)
    }
  }

  const apply = ['apply', '-input=false', '-no-color', '-auto-approve']

  test('what is searched for is found in a saved plan', () => {
    const path = join(folder, 'work', 'plan.bin')
    writeFileSync(path, zipSync({ tfplan: Buffer.from(`before ${ephemeral['mail']} after`) }))
    expect(() => searchFiles('nothing')).toThrow('in form 0')
    rmSync(path)
  })

  test('planned, shown, applied from a file, and planned again', async () => {
    declare(1)
    const planned = await run(['plan', '-input=false', '-no-color', '-out=plan.bin'])
    expect(planned.code, planned.stderr).toBe(0)
    expect(planned.shown).toContain('main.ts')
    expect([...textsOf(join(folder, 'work', 'plan.bin'))].length).toBeGreaterThan(3)
    await run(['show', '-json', 'plan.bin'])
    const applied = await run(['apply', '-input=false', '-no-color', 'plan.bin'])
    expect(applied.code, applied.stderr).toBe(0)
    const { secrets: held } = simulator.appliance('line-1').state
    expect(Object.values(held), 'the secrets have arrived').toEqual(
      expect.arrayContaining([ephemeral['mail'], ephemeral['proxy'], fromEnv['C_SMB']]),
    )
    expect(contentOf(join(folder, 'trace.log'))).toMatch(/\[TRACE\][\s\S]*provider/)
    await run(['plan', '-input=false', '-no-color'])
    await run(['show', '-json'])
  })

  test.for<[string, Fault]>([
    ['faults of the server', { kind: 'status', status: 500, body: refusal(password) }],
    ['answers that are no JSON', { kind: 'malformedBody' }],
    ['cut connections', { kind: 'cutAfter', nth: 4 }],
    [
      'a mail server whose password is said back',
      { kind: 'status', operation: 'writeMailServer', status: 422, body: refusal(madeCanary('mail')) },
    ],
    [
      'a proxy whose password is said back',
      {
        kind: 'status',
        operation: 'writeNetwork',
        status: 422,
        body: refusal(encodeURIComponent(madeCanary('proxy'))),
      },
    ],
    ['a cloud that says the token back', { kind: 'status', appliance: '(cloud)', status: 403, body: refusal(token) }],
  ])('with %s', async ([, fault], { task }) => {
    declare(2 + (task.name.length % 7))
    simulator.addFault(fault)
    const { requests } = await run(apply)
    expect(requests).toBeGreaterThan(0)
    simulator.removeFaults()
    passTime(simulator, 61)
  })

  test('with a password that is refused, and secrets in the place of others', async () => {
    const wrong = madeCanary('wrong')
    secrets['WRONG'] = wrong
    const { stdout, stderr } = await run(['plan', '-input=false', '-no-color'], { env: { C_PASSWORD: wrong } })
    expect(stdout + stderr).toContain('refused')
    declare(20)
    await run(apply, { env: { C_PASSPHRASE: passphrases.siem, TF_VAR_siem_key: secrets['C_KEY'] ?? '' } })
    await run(apply, { env: { C_KEY: '', C_TOKEN: '', TF_VAR_mail: '' } })
    passTime(simulator, 61)
  })

  test.for([2, 6])('with a provider that is killed after %i requests', async (killAfter) => {
    declare(30 + killAfter)
    expect((await run(apply, { killAfter })).code).not.toBe(0)
    passTime(simulator, 61)
  })

  test('applied in the end, and destroyed', async () => {
    declare(40)
    const applied = await run(apply)
    expect(applied.code, applied.stderr).toBe(0)
    const destroyed = await run([...apply, '-destroy'])
    expect(destroyed.code, destroyed.stderr).toBe(0)
    expect(simulator.cloud?.records()).toEqual([])
  })
})

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

/** A file as it is; and each file in it, where it is packed. */
function* textsOf(path: string): Generator<[part: string, text: string]> {
  const bytes = readFileSync(path)
  yield ['', bytes.toString('latin1')]
  if (bytes.subarray(0, 4).toString('latin1') !== 'PK\u0003\u0004') return
  for (const [part, content] of Object.entries(unzipSync(bytes))) yield [part, Buffer.from(content).toString('latin1')]
}
