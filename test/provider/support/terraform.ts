/** The real terraform binary in a folder of its own, attached to a provider that runs in this process. */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Where terraform is: `SENSORFORM_TERRAFORM`, or on the path. */
export const terraformPath: string | undefined =
  process.env['SENSORFORM_TERRAFORM'] ??
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'terraform'))
    .find((path) => existsSync(path))

/** What stands in for Terraform. */
export const isOpenTofu: boolean = basename(terraformPath ?? '').startsWith('tofu')

/** True where tests with terraform run. Without it they fail under CI, and say loudly elsewhere that they were skipped. */
export function hasTerraform(): boolean {
  if (terraformPath !== undefined) return true
  if (process.env['CI']) throw new Error('terraform is not on the path; the tests of the provider need it under CI')
  process.stderr.write('SKIPPED: terraform is not on the path, so the provider is not tested with it.\n')
  return false
}

/**
 * A Terraform with actions and list resources (1.14 and later): `SENSORFORM_NEWER_TERRAFORM`. What
 * it is asked is tried by protocol everywhere; with the binary only where it is there.
 */
export function hasNewerTerraform(): boolean {
  if (newerTerraform !== undefined) return true
  process.stderr.write(
    'SKIPPED: no Terraform of 1.14 or later (SENSORFORM_NEWER_TERRAFORM), so actions and lists are tried without it.\n',
  )
  return false
}

export const newerTerraform: string | undefined = process.env['SENSORFORM_NEWER_TERRAFORM']

export interface Ran {
  code: number
  stdout: string
  stderr: string
}

/** A folder with a configuration. */
export interface Workspace extends AsyncDisposable {
  folder: string
  /** Replaces the configuration. */
  write(configuration: string): void
  run(...args: string[]): Promise<Ran>
  /** Plans, and tells what would be done by address, beside the whole plan. */
  plan(...args: string[]): Promise<Ran & { actions: Record<string, string>; plan: PlanJson }>
  apply(...args: string[]): Promise<Ran>
  /** Presses Ctrl-C once `when` is true. */
  interrupted(when: () => boolean, ...args: string[]): Promise<Ran>
  /** Values of every resource by address. */
  state(): Promise<Record<string, Record<string, unknown>>>
}

interface PlanJson {
  resource_changes?: { address: string; change: { actions: string[]; [key: string]: unknown } }[]
  resource_drift?: unknown[]
  [key: string]: unknown
}

/** Variables of the surroundings that would change what terraform does, or make it slow. */
const unwanted = /^(TF_|NODE_EXTRA_CA_CERTS$|NODE_OPTIONS$|PLUGIN_)/

/** `settings` is the text of the CLI configuration, where providers are found. */
export function openWorkspace(
  env: Readonly<Record<string, string>>,
  settings = '',
  binary = terraformPath ?? 'terraform',
): Workspace {
  const folder = mkdtempSync(join(tmpdir(), 'sensorform-tf-'))
  writeFileSync(join(folder, 'cli.tfrc'), settings)
  const inherited = Object.entries(process.env).filter(([name]) => !unwanted.test(name))
  const surroundings = {
    ...Object.fromEntries(inherited),
    TF_CLI_CONFIG_FILE: join(folder, 'cli.tfrc'),
    TF_IN_AUTOMATION: '1',
    CHECKPOINT_DISABLE: '1',
    ...env,
  }
  const run = async (...args: string[]): Promise<Ran> => startTerraform(binary, args, folder, surroundings).ran
  return {
    folder,
    write: (configuration) => writeFileSync(join(folder, 'main.tf'), configuration),
    run,
    plan: async (...args) => {
      const ran = await run('plan', '-input=false', '-no-color', '-out=plan.bin', '-detailed-exitcode', ...args)
      const plan = ran.code === 1 ? {} : (JSON.parse((await run('show', '-json', 'plan.bin')).stdout) as PlanJson)
      return { ...ran, plan, actions: actionsOf(plan) }
    },
    apply: async (...args) => run('apply', '-input=false', '-no-color', '-auto-approve', ...args),
    interrupted: async (when, ...args) => {
      const { child, ran } = startTerraform(binary, [...args, '-no-color'], folder, surroundings)
      while (!when() && child.exitCode === null) await sleep(5)
      child.kill('SIGINT')
      return ran
    },
    state: async () => stateOf(JSON.parse((await run('show', '-json')).stdout)),
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true, force: true }),
  }
}

function startTerraform(binary: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv) {
  const { promise: ran, resolve } = Promise.withResolvers<Ran>()
  const options = { cwd, env, maxBuffer: 2 ** 26 }
  const child = execFile(binary, args, options, (error, stdout, stderr) => {
    resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr })
  })
  return { child, ran }
}

const actionsOf = (plan: PlanJson): Record<string, string> =>
  Object.fromEntries(
    (plan.resource_changes ?? [])
      .map(({ address, change }) => [address, change.actions.join(' ')] as const)
      .filter(([, actions]) => actions !== 'no-op'),
  )

interface StateJson {
  values?: { root_module?: { resources?: { address: string; values: Record<string, unknown> }[] } }
}

const stateOf = (json: StateJson) =>
  Object.fromEntries((json.values?.root_module?.resources ?? []).map(({ address, values }) => [address, values]))
