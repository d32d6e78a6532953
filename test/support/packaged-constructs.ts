/**
 * The built package as a project of cdktf or cdktn has it, a provider in a filesystem mirror, and the simulated sensors of
 * examples/cdktf. Addresses: those of the example, 127.20.60.x.
 */
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startSimulator, type Simulator } from '../../simulator/simulate.ts'
import { root } from '../house/sources.ts'

const execute = promisify(execFile)
const password = 'canary-Cdktf-1!'

export const exampleSecrets = {
  SENSOR_PASSWORD: password,
  MAIL_PASSWORD: 'canary-Mail-1!',
  TF_VAR_proxy_password: 'canary-Proxy-1!',
}
export const exampleKeys = ['gate', 'line-1', 'line-2', 'press-1', 'press-2'] as const

export interface Ran {
  code: number
  stdout: string
  stderr: string
}

export interface PackagedConstructs {
  /** Holds pins.json, cli.tfrc, and node_modules with the package. */
  folder: string
  simulator: Simulator
  run(program: string, args: readonly string[], cwd: string, env?: NodeJS.ProcessEnv): Promise<Ran>
  close(): Promise<void>
}

/** Builds both, which takes half a minute. */
export async function openPackagedConstructs(): Promise<PackagedConstructs> {
  const folder = mkdtempSync(join(tmpdir(), 'sensorform-cdktf-'))
  const simulator = await startSimulator({
    appliances: exampleKeys.map((key, index) => ({
      key,
      address: `127.20.60.${index + 1}`,
      port: 8443,
      username: 'admin',
      password,
    })),
    pinFile: join(folder, 'pins.json'),
  })
  await execute(process.execPath, [join(root, 'scripts/build.ts')], { cwd: root })
  await execute(process.execPath, [join(root, 'scripts/package-provider.ts'), '--out', join(folder, 'provider')], {
    cwd: root,
  })
  const mirror = join(folder, 'provider/script/mirror')
  writeFileSync(
    join(folder, 'cli.tfrc'),
    `provider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n    include = ["*/*/*"]\n  }\n}\n`,
  )
  const packaged = join(folder, 'node_modules/sensorform')
  mkdirSync(packaged, { recursive: true })
  cpSync(join(root, 'dist'), join(packaged, 'dist'), { recursive: true })
  cpSync(join(root, 'package.json'), join(packaged, 'package.json'))
  for (const name of ['cdktf', 'cdktn', 'constructs'])
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name))
  const surroundings = { ...surroundingsOf(simulator), TF_CLI_CONFIG_FILE: join(folder, 'cli.tfrc') }
  return {
    folder,
    simulator,
    run: async (program, args, cwd, more) => runIn({ ...surroundings, ...more }, program, args, cwd),
    close: async () => {
      await simulator.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

function surroundingsOf(simulator: Simulator): NodeJS.ProcessEnv {
  const unwanted = /^(TF_|NODE_EXTRA_CA_CERTS$|NODE_OPTIONS$)/
  const pins = simulator.appliances.slice(0, 3).map(({ pin }) => pin)
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !unwanted.test(name))),
    ...exampleSecrets,
    SENSOR_PINS: pins.join(','),
    TF_IN_AUTOMATION: '1',
    CHECKPOINT_DISABLE: '1',
    NO_COLOR: '1',
  }
}

async function runIn(env: NodeJS.ProcessEnv, program: string, args: readonly string[], cwd: string): Promise<Ran> {
  try {
    return { ...(await execute(program, [...args], { cwd, env, maxBuffer: 2 ** 26 })), code: 0 }
  } catch (error) {
    const { stdout, stderr, code } = error as Ran
    return { stdout, stderr, code }
  }
}
