/**
 * The provider is killed with -9 at every request of a re-activation, alone or together with the Terraform that started
 * it. Whatever the moment, the next apply needs nothing else, ends the work, and leaves nothing to plan. The run that dies
 * is a real one, with a provider that Terraform started; those around it are attached. Addresses: 127.20.186.0/24.
 */
import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serveForDebugging, type Attachable } from '../../provider/debug.ts'
import { sensorformProvider } from '../../provider/sensorform/provider.ts'
import { startSimulator, type Simulator } from '../../simulator/simulate.ts'
import { root } from '../house/sources.ts'
import { source, writeConfiguration, type Config } from '../provider/support/checklist.ts'
import { hasTerraform, openWorkspace, terraformPath, type Ran, type Workspace } from '../provider/support/terraform.ts'
import { endOf, killProcessAtEachPoint, type Mortal, type Started } from '../support/killed-command.ts'

const password = 'canary-Sensor-1!'
const token = 'canary-cloud-token'

type Mode = 'cloud' | 'local'

interface Plant extends Mortal {
  workspace: Workspace
  mode: Mode
}

describe.runIf(hasTerraform())('with terraform', () => {
  const unpacked = mkdtempSync(join(tmpdir(), 'sensorform-mortal-'))
  const pidFile = join(unpacked, 'pid')
  let attachable: Attachable

  beforeAll(async () => {
    const script = join(unpacked, 'terraform-provider-sensorform')
    const entry = join(root, 'provider/main.ts')
    writeFileSync(script, `#!/bin/sh\necho $$ > '${pidFile}'\nexec '${process.execPath}' '${entry}'\n`)
    chmodSync(script, 0o755)
    attachable = await serveForDebugging(sensorformProvider, { source, env: {}, log: () => {} })
  })
  afterAll(async () => {
    await attachable.close()
    rmSync(unpacked, { recursive: true })
  })

  /** A sensor that is managed under its first name and declared with another. */
  async function arrange(mode: Mode): Promise<Plant> {
    const simulator = await startSimulator({
      appliances: [{ key: 'line-1', address: '127.20.186.11', port: 0, username: 'admin', password }],
      cloud: {
        address: '127.20.186.1',
        port: 0,
        subscriptionId: 's',
        location: 'eastus',
        token,
        sites: ['plant'],
      },
      tuning: { jobMs: 20, serviceRestartMs: 50, requestsPerSecond: 10_000 },
    })
    const workspace = openWorkspace({ TF_REATTACH_PROVIDERS: attachable.reattach })
    const end = async (): Promise<void> => {
      await workspace[Symbol.asyncDispose]()
      await simulator.stop()
    }
    const plant: Plant = { simulator, workspace, mode, end }
    declare(plant, 'line-1')
    expect(await workspace.apply()).toMatchObject({ code: 0, stderr: '' })
    declare(plant, 'line-one')
    return plant
  }

  /** An apply whose provider Terraform starts. `dies` says who is killed. */
  function start({ workspace }: Plant, dies: 'provider' | 'both'): Started {
    const settings = join(workspace.folder, 'started.tfrc')
    writeFileSync(
      settings,
      `provider_installation {\n  dev_overrides {\n    "sensorform/sensorform" = "${unpacked}"\n  }\n}\n`,
    )
    rmSync(pidFile, { force: true })
    const child = spawn(terraformPath ?? '', ['apply', '-auto-approve', '-input=false', '-no-color'], {
      cwd: workspace.folder,
      env: { PATH: process.env['PATH'], TF_CLI_CONFIG_FILE: settings, TF_IN_AUTOMATION: '1', CHECKPOINT_DISABLE: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let died = false
    const kill = (): void => {
      if (died) return
      if (dies === 'both') child.kill('SIGKILL')
      died = endProcess(Number(readFileSync(pidFile, 'utf8')))
    }
    return { ended: endOf(child).then((dead) => ({ ...dead, died })), kill }
  }

  test.each([
    { mode: 'cloud', dies: 'provider' },
    { mode: 'cloud', dies: 'both' },
    { mode: 'local', dies: 'provider' },
    { mode: 'local', dies: 'both' },
  ] as const)('$mode: $dies killed in a re-activation, the next apply ends it', { timeout: 1_200_000 }, async (how) => {
    await killProcessAtEachPoint({
      name: `killed provider, ${how.mode}, ${how.dies}`,
      arrange: () => arrange(how.mode),
      start: (plant) => start(plant, how.dies),
      most: 12,
      converges,
    })
  })
})

function declare({ simulator, workspace, mode }: Plant, name: string): void {
  const [{ endpoint, pin } = { endpoint: '', pin: '' }] = simulator.appliances
  const { cloud } = simulator
  const azure = { subscription_id: 's', location: 'eastus', token, trust: [{ pin: cloud?.pin }] }
  writeConfiguration(workspace.folder, {
    provider: {
      credentials: { default: { username: 'admin', password } },
      registrars: { cloud: { azure: { ...azure, endpoint: cloud?.endpoint } } },
    },
    resource: {
      sensorform_sensor: {
        one: {
          access: { endpoint, credentials: 'default', trust: [{ pin }] },
          name,
          registration: { registrar: 'cloud', site: 'plant' },
          activation: { mode },
        },
      },
    } satisfies Config,
  })
}

function endProcess(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch {
    return false
  }
}

/** A new one in place of the old name, and the sensor that uploaded it. */
async function converges({ simulator, workspace, mode }: Plant): Promise<void> {
  mustSucceed(await applyOnceThere(workspace))
  mustSucceed(await workspace.plan('-refresh=false'))
  mustSucceed(await workspace.plan())
  expect(registered(simulator)).toEqual(['line-one'])
  const { activation, intent, owner } = simulator.appliance('line-1').state
  expect({ activation, intent }).toMatchObject({ activation: { name: 'line-one', mode }, intent: null })
  expect(owner).toMatch(/^[0-9a-f-]{36}$/)
}

const registered = ({ cloud }: Simulator) => cloud?.records().map(({ name }) => name)

/** While the sensor restarts nobody can look into it, and the apply after that goes on. */
async function applyOnceThere(workspace: Workspace): Promise<Ran> {
  for (let attempt = 1; ; attempt += 1) {
    const ran = await workspace.apply()
    if (ran.code === 0 || attempt === 20 || !/\((UNREACHABLE|REBOOTING)\)/.test(ran.stderr)) return ran
    await sleep(100)
  }
}

function mustSucceed({ code, stdout, stderr }: Ran): void {
  if (code !== 0) throw new Error(`${stderr}${stdout}[${code}]`)
}
