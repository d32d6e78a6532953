import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Document, stringify } from 'yaml'
import { createApiDriver } from '../../drivers/api/driver.ts'
import { DeviceError } from '../../reconcile/device-error.ts'
import type { Driver, Observation, Target } from '../../reconcile/driver.ts'
import { plainText } from '../../report/neutral.ts'
import { trustAnchor } from '../../schemas/access.ts'
import { apiVersion, type ApplianceKind } from '../../schemas/documents.ts'
import type { LoadedTrust } from '../../schemas/fleet.ts'
import type { PinFile } from '../../schemas/pin-file.ts'
import { attempt, sayProblem } from '../appliance.ts'
import { systemClock } from '../../transport/system-clock.ts'
import type { Command } from '../command.ts'
import { endpointOf } from '../endpoint.ts'
import { exitCodeOf, exitCodes, type ExitReason } from '../exit-codes.ts'
import { exportAppliance, type ExportedAppliance } from '../export-document.ts'
import { resourceName, terraformAppliance, terraformProvider } from '../export-terraform.ts'
import { watchInterruption } from '../interruption.ts'
import { readPins } from '../pins.ts'
import { UsageError } from '../usage-error.ts'
import { secretsFrom } from '../../load/secrets.ts'

interface Access {
  username: string
  passwordEnv: string
  trust: readonly LoadedTrust[]
  pins: PinFile
  serverName?: string
}

export async function run(command: Command): Promise<number> {
  const { positionals, given, io } = command
  const endpoints = positionals.map(endpointOf)
  if (given.on('key') && endpoints.length > 1) {
    throw new UsageError('FLAG_CONFLICT', '--key is for a single endpoint', 'Leave it out, or export one at a time.')
  }
  const access = await accessOf(command)
  const interruption = watchInterruption(command, { writes: false })
  const reasons = new Set<ExitReason>()
  const taken = new Set<string>()
  const form = forms[given.text('format') ?? 'yaml'] ?? inYaml
  const documents: string[] = given.on('no-fleet') ? [] : [form.surroundings(command, access)]
  try {
    for (const endpoint of endpoints) {
      const seen = await attempt(endpoint, () => observe(command, endpoint, access, interruption.signal))
      if ('value' in seen)
        documents.push(form.appliance(exportedAs(command, endpoint, seen.value, access.pins, taken, form)))
      else {
        sayProblem(command, seen.problem)
        reasons.add(seen.problem.code === 'SECRET_MISSING' ? 'error' : 'unknown')
      }
    }
  } finally {
    interruption.dispose()
  }
  if (interruption.stopping()) return exitCodes.interrupted
  if (taken.size > 0) io.stdout.write(documents.join(form.between))
  return exitCodeOf(reasons)
}

async function accessOf({ given, io }: Command): Promise<Access> {
  const pinFile = given.text('pin-file')
  const caFile = given.text('ca-file')
  const pins = pinFile === undefined ? {} : await readPins(resolve(io.cwd, pinFile))
  const serverName = given.text('server-name')
  const trust: LoadedTrust[] = [
    ...given.list('pin').map(checkPin),
    ...(pinFile === undefined ? [] : [{ pinFile, pins: Object.values(pins).flatMap((entry) => entry.pins) }]),
    ...(caFile === undefined ? [] : [{ caFile, certificates: await readCa(resolve(io.cwd, caFile)) }]),
  ]
  if (trust.length === 0) {
    throw new UsageError(
      'TRUST_MISSING',
      'Nothing says whom to trust, so nothing is signed in to',
      'Give --pin, --pin-file or --ca-file; "sensorform trust ENDPOINT --key KEY" shows and records fingerprints.',
    )
  }
  return {
    username: given.text('username') ?? 'admin',
    passwordEnv: given.text('password-env') ?? 'SENSOR_PASSWORD',
    trust,
    pins,
    ...(serverName !== undefined && { serverName }),
  }
}

function checkPin(pin: string): { pin: string } {
  if (trustAnchor.safeParse({ pin }).success) return { pin }
  throw new UsageError('FLAG_VALUE', `--pin ${JSON.stringify(pin)} is not a pin such as sha256/<base64 of 32 bytes>`)
}

const readCa = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch(() => {
    throw new UsageError('FILE_UNREADABLE', `${file} cannot be read`, 'Name a file of certificates in PEM.')
  })

interface Exported {
  kind: ApplianceKind
  observation: Observation
}

/** One sign-in and one read; two where it turns out to be a management console. */
async function observe(
  command: Command,
  endpoint: string,
  { username, passwordEnv, trust, serverName }: Access,
  signal: AbortSignal,
): Promise<Exported> {
  const secrets = secretsFrom(command.io.env)
  const driver = createApiDriver({ clock: systemClock, readSecret: (reference) => secrets.read(reference) })
  const host = new URL(endpoint).hostname
  const name = serverName ?? (/^[0-9.]+$|^\[/.test(host) ? undefined : host)
  const target: Target = {
    key: endpoint,
    endpoints: [endpoint],
    credentials: { name: `--username ${username}`, entry: { username, password: { fromEnv: passwordEnv } } },
    trust,
    trustedCertificates: [],
    knownPins: [],
    ...(name !== undefined && { serverName: name }),
    signal,
  }
  try {
    return { kind: 'Sensor', observation: await readOnce(driver, target) }
  } catch (error) {
    if (!(error instanceof DeviceError) || error.code !== 'WRONG_KIND') throw error
    const observation = await readOnce(driver, { ...target, kind: 'ManagementConsole' })
    return { kind: 'ManagementConsole', observation }
  }
}

async function readOnce(driver: Driver, target: Target): Promise<Observation> {
  const reader = driver.reader(target)
  try {
    return await reader.observe()
  } finally {
    await reader.close()
  }
}

/** How documents are written. */
interface Form {
  between: string
  /** What stands before the appliances. */
  surroundings: (command: Command, access: Access) => string
  appliance: (exported: Named) => string
  /** A key as it may stand there. */
  spelled: (key: string) => string
}

/** An appliance that has a name of its own among those that are exported. */
interface Named extends Exported {
  key: string
  endpoint: string
  credentials: string
}

const credentialsOf = ({ given }: Command): string => given.text('credentials') ?? 'default'

const inYaml: Form = {
  between: '---\n',
  surroundings: (command, { username, passwordEnv }) => {
    const credentials = { [credentialsOf(command)]: { username, password: { fromEnv: passwordEnv } } }
    return stringify({ apiVersion, kind: 'Fleet', metadata: { name: 'exported' }, spec: { credentials } })
  },
  appliance: ({ observation, ...named }) => yamlOf(exportAppliance(observation, named)),
  spelled: (key) => key,
}

const inTerraform: Form = {
  between: '\n',
  surroundings: (command, { username, passwordEnv }) =>
    terraformProvider(credentialsOf(command), username, passwordEnv),
  appliance: ({ observation, ...named }) => {
    const { document, leftOut } = exportAppliance(observation, named)
    const { access: _, ...settings } = document.spec
    const text = terraformAppliance({ ...named, name: named.key, pin: observation.served?.pin, settings })
    return [
      text,
      ...(leftOut.length > 0 ? ['\n# Left out:\n', ...leftOut.map((line) => `# - ${plainText(line)}\n`)] : []),
    ].join('')
  },
  spelled: resourceName,
}

const forms: Readonly<Record<string, Form>> = { yaml: inYaml, terraform: inTerraform }

function exportedAs(
  command: Command,
  endpoint: string,
  exported: Exported,
  pins: PinFile,
  taken: Set<string>,
  { spelled }: Form,
): Named {
  const { observation } = exported
  const key = command.given.text('key') ?? keyIn(pins, observation) ?? keyFrom(observation, endpoint)
  return { ...exported, key: freeKey(spelled(key), taken), endpoint, credentials: credentialsOf(command) }
}

/** The key under which the pin file knows the appliance. */
const keyIn = (pins: PinFile, { served }: Observation): string | undefined =>
  Object.entries(pins).find(([key, entry]) => !key.includes(':') && served && entry.pins.includes(served.pin))?.[0]

/** A document name made from the registered name, else from the address. */
function keyFrom({ live }: Observation, endpoint: string): string {
  const name = live.get('name')
  const text = typeof name === 'string' ? name : `sensor-${new URL(endpoint).hostname}`
  const plain = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]+/g, '-')
    .slice(0, 60)
    .replaceAll(/^[.-]+|[.-]+$/g, '')
  return plain === '' ? 'sensor' : plain
}

function freeKey(key: string, taken: Set<string>): string {
  let free = key
  for (let count = 2; taken.has(free); count++) free = `${key}-${count}`
  taken.add(free)
  return free
}

function yamlOf({ document, leftOut }: ExportedAppliance): string {
  const yaml = new Document(document)
  if (leftOut.length > 0) yaml.comment = [' Left out:', ...leftOut.map((line) => ` - ${plainText(line)}`)].join('\n')
  return yaml.toString({ lineWidth: 0 })
}
