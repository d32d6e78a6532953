/**
 * The real command is killed with -9 after each request of a re-activation and of an address move. Whatever the
 * moment, the next run needs no flag, finishes the work, and leaves nothing to plan.
 *
 * The moments are found by recording a run that is left alone, not listed by hand. Addresses: 127.20.180.0/24.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadFleet } from '../../load/load-fleet.ts'
import { fleetToSimulatorOptions } from '../../simulator/from-fleet.ts'
import { startSimulator, type Simulator } from '../../simulator/simulate.ts'
import { root } from '../house/sources.ts'

const password = 'kill-test-1!'
const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: '1', SENSOR_PASSWORD: password, AZURE_TOKEN: 'kill-token' }
delete env['NODE_EXTRA_CA_CERTS']
delete env['CI']

interface Wanted {
  name: string
  address: string
}

const documents = ({ name, address }: Wanted): string => `apiVersion: sensorform.io/v1
kind: Fleet
metadata: { name: killed }
spec:
  credentials:
    default: { username: admin, password: { fromEnv: SENSOR_PASSWORD } }
  registrars:
    cloud:
      azure:
        endpoint: https://127.20.180.1:8443
        subscriptionId: sub-1
        location: eastus
        token: { fromEnv: AZURE_TOKEN }
        trust: [{ pinFile: pins.json }]
---
apiVersion: sensorform.io/v1
kind: Sensor
metadata: { name: line-1 }
spec:
  access: { endpoint: "https://127.20.180.11:8443", credentials: default, trust: [{ pinFile: pins.json }] }
  name: ${name}
  registration: { registrar: cloud, site: plant }
  activation: { mode: cloud }
  network: { address: ${address}, subnetMask: 255.255.255.0, gateway: 127.20.180.254 }
`

const before: Wanted = { name: 'line-one', address: '127.20.180.11' }

let folder: string
let simulator: Simulator

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sensorform-killed-'))
  await declare(before)
  const { fleet, problems } = await loadFleet(['fleet.yaml'], { cwd: folder, env })
  if (!fleet) throw new Error(JSON.stringify(problems))
  const { options } = fleetToSimulatorOptions(fleet, {
    passwords: new Map([['default', password]]),
    tokens: new Map([['cloud', 'kill-token']]),
  })
  simulator = await startSimulator({ ...options, pinFile: join(folder, 'pins.json') })
  expect(await run(['apply', 'fleet.yaml', '--auto-approve'])).toMatchObject({ code: 0 })
})
afterEach(async () => {
  await simulator.stop()
  await rm(folder, { recursive: true, force: true })
})

const declare = (wanted: Wanted): Promise<void> => writeFile(join(folder, 'fleet.yaml'), documents(wanted))

interface Result {
  code: number | null
  output: string
}

/** Runs the command; with `killAfter`, kills it once so many requests were answered since its start. */
async function run(args: readonly string[], killAfter?: number): Promise<Result> {
  const from = simulator.requests().at(-1)?.sequence ?? 0
  const child = spawn(process.execPath, [join(root, 'cli/main.ts'), ...args], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()))
  const watch = setInterval(() => {
    if (killAfter !== undefined && simulator.requests(from).length >= killAfter) child.kill('SIGKILL')
  }, 1)
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  clearInterval(watch)
  return { code, output }
}

/** How many requests the change takes when nobody disturbs it. */
async function record(wanted: Wanted): Promise<number> {
  await declare(wanted)
  const from = simulator.requests().at(-1)?.sequence ?? 0
  expect(await run(['apply', 'fleet.yaml', '--auto-approve'])).toMatchObject({ code: 0 })
  return simulator.requests(from).length
}

/** The dead run's lease ends a minute later, on the simulated clock; the time of day stays that of this machine. */
function leaseRunsOut(): void {
  simulator.advanceClock(60)
  simulator.setClock(new Date().toISOString())
}

async function killedAt(point: number, wanted: Wanted): Promise<void> {
  await declare(wanted)
  const killed = await run(['apply', 'fleet.yaml', '--auto-approve'], point)
  leaseRunsOut()
  const next = await run(['apply', 'fleet.yaml', '--auto-approve'])
  const last = await run(['plan', 'fleet.yaml', '--detailed-exitcode'])
  if (next.code === 0 && last.code === 0) return
  expect.fail(
    `killed after request ${point}\n${[killed, next, last].map(({ code, output }) => `${output}[${code}]`).join('\n\n')}`,
  )
}

const changes: readonly { what: string; odd: Wanted; even: Wanted }[] = [
  { what: 're-activation', odd: { ...before, name: 'line-eins' }, even: before },
  { what: 'address move', odd: { ...before, address: '127.20.180.12' }, even: before },
]

describe.each(changes)('killed during a $what', ({ odd, even }) => {
  test('after each of its requests, the next run converges', async () => {
    const points = await record(odd)
    expect(points).toBeGreaterThan(8)
    for (let point = 1; point <= points; point += 1) await killedAt(point, point % 2 ? even : odd)
    const names = simulator.cloud?.records().map(({ name }) => name)
    expect(names).toEqual([(points % 2 ? even : odd).name])
  })
})
