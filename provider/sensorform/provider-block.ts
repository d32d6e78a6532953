/**
 * The provider block: checked as the Fleet document's parts are, its references followed from the folder in which
 * Terraform runs. What it leaves out, variables of the environment say.
 *
 * @module
 */
import { resolve } from 'node:path'
import type * as z from 'zod'
import { followFolder, followReferences, followTrust, type ReferenceContext } from '../../load/references.ts'
import { documentProblem } from '../../load/problem.ts'
import { isFile, makeReferenceReader } from '../../load/read-reference.ts'
import { secretsFrom } from '../../load/secrets.ts'
import { DeviceError } from '../../reconcile/device-error.ts'
import { fewestKeyBytes, fingerprintBytes, fingerprintKey, type FingerprintKey } from '../../reconcile/secrets.ts'
import {
  azureEndpoint,
  credentials,
  registrar,
  type Access,
  type Credentials,
  type RegistrarSpec,
} from '../../schemas/access.ts'
import type { LoadedAccess, LoadedRegistrar, LoadedSecret } from '../../schemas/fleet.ts'
import { registrarPinKey } from '../../schemas/pin-file.ts'
import { providerAttributes } from '../../schemas/terraform/generated.ts'
import { environment, providerBlock } from '../../schemas/terraform/provider-block.ts'
import { hasErrors, type Diagnostic, type Diagnostics } from '../model/diagnostic.ts'
import type { ObjectValue } from '../model/value.ts'
import { checkSpec, problemDiagnosticAt } from '../spec/check-spec.ts'
import type { SpecForm } from '../spec/to-spec.ts'
import type { Declared } from './client.ts'
import { defaultCredentials, trustOf, withPinFile } from './trust.ts'

type Env = Readonly<Record<string, string | undefined>>
type Block = z.infer<typeof providerBlock>

/** What is wrong with the block, offline. */
export const checkProviderBlock = (config: ObjectValue): Diagnostics =>
  checkSpec(providerBlock, providerAttributes, config).diagnostics

/** What the block and the environment declare. With an error, `declared` is absent. */
export async function readProviderBlock(
  config: ObjectValue,
  env: Env,
): Promise<{ declared?: Declared; diagnostics: Diagnostics }> {
  const { form, diagnostics } = checkSpec(providerBlock, providerAttributes, config)
  if (diagnostics.length > 0) return { diagnostics }
  if (form.unknowns.length > 0) return { declared: nothingYet, diagnostics: [] }
  const found: Diagnostic[] = []
  const declared = await follow(form, env, (path, summary, hint, code) =>
    found.push(problemDiagnosticAt(providerAttributes, path, documentProblem(code, { summary, hint }), config)),
  )
  return hasErrors(found) ? { diagnostics: found } : { declared, diagnostics: found }
}

const nothingYet: Declared = {
  credentials: new Map(),
  registrars: new Map(),
  managementConsoles: new Map(),
  permissions: { allowUnguardedNetworkChange: false, allowDelete: [], adoptRecords: [], allowCutOff: [] },
  given: new Map(),
  isUnknown: true,
}

type Report = (
  path: readonly PropertyKey[],
  summary: string,
  hint: string,
  code: Parameters<ReferenceContext['report']>[0],
) => void

async function follow({ spec, secrets }: SpecForm, env: Env, report: Report): Promise<Declared> {
  const block = spec as Block
  const pinFile = pinFileOf(block, env, report)
  const context: ReferenceContext = {
    reader: withPinFile(makeReferenceReader(), pinFile),
    values: {},
    folderAt: () => process.cwd(),
    report: (code, path, summary, hint) => report(path, summary, hint, code),
  }
  const concurrency = concurrencyOf(block, env, report)
  const key = await keyOf(context, block, secrets, env, report)
  return {
    credentials: credentialsOf(context, block, env, report),
    registrars: mapOf(block.registrars, (entry, name) => loadRegistrar(context, name, entry)),
    managementConsoles: mapOf(block.managementConsoles, (entry, name) => loadAccess(context, name, entry, pinFile)),
    ...(pinFile !== undefined && { pinFile }),
    ...(concurrency !== undefined && { concurrency }),
    ...(key && { fingerprintKey: key }),
    permissions: {
      allowUnguardedNetworkChange:
        block.allowUnguardedNetworkChange ?? env[environment.allowUnguardedNetworkChange] === 'true',
      allowDelete: block.allowDelete ?? [],
      adoptRecords: block.adoptRecords ?? [],
      allowCutOff: block.allowCutOff ?? [],
    },
    given: secrets,
    isUnknown: false,
  }
}

const mapOf = <From, To>(entries: Readonly<Record<string, From>> = {}, make: (entry: From, name: string) => To) =>
  new Map(Object.entries(entries).map(([name, entry]) => [name, make(entry, name)] as const))

function credentialsOf(context: ReferenceContext, block: Block, env: Env, report: Report): Declared['credentials'] {
  const own = mapOf(
    block.credentials,
    (entry, name) => followReferences(context, credentials, entry, ['credentials', name]) as Credentials,
  )
  const [username, password] = [env[environment.username], env[environment.password]]
  if (own.has(defaultCredentials) || (!username && !password)) return own
  if (!username || !password) {
    const [given, lacking] = username ? (['username', 'password'] as const) : (['password', 'username'] as const)
    const summary = `${environment[given]} is set, but ${environment[lacking]} is not`
    report(['credentials'], summary, 'Set both, or neither and declare credentials.', 'REQUIRED')
    return own
  }
  return new Map([...own, [defaultCredentials, { username, password: { fromEnv: environment.password } }]])
}

/** The runner's own file: it may lie anywhere. */
function pinFileOf({ pinFile }: Block, env: Env, report: Report): string | undefined {
  const path = pinFile ?? env[environment.pinFile]
  if (!path) return undefined
  const absolute = resolve(path)
  if (isFile(absolute)) return absolute
  const named = pinFile === undefined ? `${environment.pinFile}: there` : 'There'
  report(
    ['pinFile'],
    `${named} is no pin file ${path}`,
    'Run `sensorform trust`: it shows the fingerprints and, confirmed, records them there.',
    'FILE_MISSING',
  )
  return undefined
}

function concurrencyOf({ concurrency }: Block, env: Env, report: Report): number | undefined {
  const text = env[environment.concurrency]
  if (concurrency !== undefined || !text) return concurrency
  const { success, data } = providerBlock.shape.concurrency.safeParse(Number(text))
  if (success) return data
  report(['concurrency'], `${environment.concurrency} is not a number from 1 to 256`, 'Correct it.', 'VALUE_INVALID')
  return undefined
}

async function keyOf(
  context: ReferenceContext,
  block: Block,
  given: ReadonlyMap<string, string>,
  env: Env,
  report: Report,
): Promise<FingerprintKey | undefined> {
  const path = ['fingerprintKey']
  const text = block.fingerprintKey
    ? await readKey(followReferences(context, providerBlock, block, []) as Block, given, env, report)
    : env[environment.fingerprintKey]
  if (!text) return undefined
  const bytes = fingerprintBytes(text)
  if (bytes) return fingerprintKey(bytes)
  const summary = `The fingerprint key has fewer than ${fewestKeyBytes} bytes`
  report(path, summary, 'Make one: `openssl rand -hex 32`.', 'VALUE_INVALID')
  return undefined
}

async function readKey(
  block: Block,
  given: ReadonlyMap<string, string>,
  env: Env,
  report: Report,
): Promise<string | undefined> {
  try {
    return await secretsFrom(env, given).read(block.fingerprintKey as LoadedSecret)
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error
    report(['fingerprintKey'], error.message, error.advice ?? '', 'REQUIRED')
    return undefined
  }
}

/** With the pin file where it says nothing of whom to trust. */
function loadAccess(context: ReferenceContext, name: string, access: Access, pinFile: string | undefined) {
  const path = ['managementConsoles', name]
  return {
    ...access,
    driver: access.driver ?? 'api',
    credentials: access.credentials ?? defaultCredentials,
    trust: trustOf(context, access, path, pinFile, name),
  } as LoadedAccess
}

function loadRegistrar(context: ReferenceContext, name: string, spec: RegistrarSpec): LoadedRegistrar {
  const path = ['registrars', name]
  if (spec.directory) {
    const folder = followFolder(context, spec.directory.path, [...path, 'directory', 'path'])
    return { directory: { path: folder ?? spec.directory.path } }
  }
  const { azure } = followReferences(context, registrar, spec, path) as RegistrarSpec
  const anchors = spec.azure?.trust ?? [{ system: true as const }]
  const trust = followTrust(context, anchors, [...path, 'azure', 'trust'], registrarPinKey(name))
  return { azure: { endpoint: azureEndpoint, ...azure, trust } } as LoadedRegistrar
}
