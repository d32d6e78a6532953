import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { problemLines } from '../../report/human-problem.ts'
import { plainText } from '../../report/neutral.ts'
import { styleOf } from '../../report/style.ts'
import { appliancesOf, type Fleet, type LoadedSecret, type LoadedTrust } from '../../schemas/fleet.ts'
import { faultFile, type Fault } from '../../simulator/faults.ts'
import { fleetToSimulatorOptions, type FleetSecrets } from '../../simulator/from-fleet.ts'
import { startSimulator, type Simulator, type SimulatorOptions } from '../../simulator/simulate.ts'
import type { Command } from '../command.ts'
import { loadDocuments } from '../documents.ts'
import { exitCodes } from '../exit-codes.ts'
import { UsageError } from '../usage-error.ts'
import { secretsFrom } from '../../load/secrets.ts'

export async function run(command: Command): Promise<number> {
  const { positionals, io } = command
  const { fleet } = await loadDocuments(command, positionals.length > 0 ? positionals : ['.'])
  const { options, problems } = fleetToSimulatorOptions(fleet, await secretsOf(command, fleet), {
    activated: command.given.on('activated'),
  })
  if (problems.length > 0) {
    const style = styleOf(command.colour.stderr)
    for (const problem of problems) command.say(problemLines(problem, style).join('\n'))
    return exitCodes.error
  }
  const stopped = new Promise<void>((end) => {
    const forget = io.onInterrupt(() => {
      forget()
      end()
    })
  })
  const simulator = await start({ ...options, ...(await choicesOf(command, fleet)) })
  try {
    present(command, simulator)
    await stopped
  } finally {
    await simulator.stop()
  }
  command.note('Stopped.')
  return exitCodes.ok
}

async function start(options: SimulatorOptions): Promise<Simulator> {
  try {
    return await startSimulator(options)
  } catch (error) {
    const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number }
    if (code !== 'EADDRINUSE' && code !== 'EADDRNOTAVAIL' && code !== 'EACCES') throw error
    const why = {
      EADDRINUSE: 'something listens there already',
      EADDRNOTAVAIL: 'this machine has no such address',
      EACCES: 'access is denied',
    }[code]
    throw new UsageError(
      'SIMULATOR_ADDRESS',
      `Nothing can be simulated at ${address ?? ''}:${port ?? ''}: ${why}`,
      'Stop what listens there, or give the documents another endpoint.',
    )
  }
}

/** Secrets that the simulation must know: it plays the side that checks them. */
async function secretsOf({ io }: Command, { credentials, registrars }: Fleet): Promise<FleetSecrets> {
  const secrets = secretsFrom(io.env)
  const read = async (entries: readonly (readonly [string, LoadedSecret])[]): Promise<ReadonlyMap<string, string>> => {
    const values = await Promise.all(
      entries.map(async ([name, reference]) => [name, await secrets.read(reference).catch(() => undefined)] as const),
    )
    return new Map(values.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])))
  }
  return {
    passwords: await read([...credentials].map(([name, { password }]) => [name, password] as const)),
    tokens: await read(
      [...registrars].flatMap(([name, one]) =>
        'azure' in one && one.azure.token ? [[name, one.azure.token] as const] : [],
      ),
    ),
  }
}

async function choicesOf({ given, io }: Command, fleet: Fleet): Promise<Partial<SimulatorOptions>> {
  const state = given.text('state')
  const file = given.text('faults')
  const faults = file === undefined ? undefined : await readFaults(resolve(io.cwd, file))
  const seed = given.text('seed') ?? faults?.seed
  const updateSeconds = given.count('update-seconds')
  const pinFile = given.text('pin-file') ?? pinFileOf(fleet)
  return {
    controlPort: given.count('control-port') ?? 0,
    ...(updateSeconds !== undefined && { tuning: { updateMs: updateSeconds * 1000 } }),
    ...(state !== undefined && { stateFolder: resolve(io.cwd, state) }),
    ...(faults && { faults: faults.faults }),
    ...(seed !== undefined && { seed: Number(seed) }),
    ...(pinFile !== undefined && { pinFile: resolve(io.cwd, pinFile) }),
  }
}

/** The pin file that the documents refer to. */
function pinFileOf(fleet: Fleet): string | undefined {
  const anchors: LoadedTrust[] = [
    ...appliancesOf(fleet).flatMap(({ access }) => access.trust),
    ...[...fleet.registrars.values()].flatMap((one) => ('azure' in one ? one.azure.trust : [])),
  ]
  return anchors.flatMap((anchor) => ('pinFile' in anchor ? [anchor.pinFile] : []))[0]
}

async function readFaults(file: string): Promise<{ seed?: number | undefined; faults: Fault[] }> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) throw new UsageError('FILE_UNREADABLE', `${file} cannot be read`, 'Name a file of faults.')
  const parsed = faultFile.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new UsageError(
    'FAULTS_INVALID',
    `${file} is no file of faults: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    'docs/simulator.md lists the faults.',
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The table of endpoints; the control endpoint and notes go to stderr. */
function present(command: Command, simulator: Simulator): void {
  const rows = [
    ...simulator.appliances.map(({ key, endpoint, serialNumber, pin }) => [key, endpoint, serialNumber, pin]),
    ...(simulator.cloud ? [['(cloud)', simulator.cloud.endpoint, '', simulator.cloud.pin]] : []),
  ]
  const all = [['KEY', 'ENDPOINT', 'SERIAL', 'PIN'], ...rows]
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => (row[column] ?? '').length)))
  for (const row of all) {
    const cells = row.map((cell, column) => plainText(cell).padEnd(widths[column] ?? 0))
    command.io.stdout.write(`${cells.join('  ').trimEnd()}\n`)
  }
  if (simulator.control) command.note(`Control: ${simulator.control.url}`)
  for (const notice of simulator.notices) command.note(notice)
  command.note('Ready. Press Ctrl-C to stop.')
}
