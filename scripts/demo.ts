/**
 * `npm run demo`: the main job on a simulated fleet, told in a few lines an act. Needs nothing but what `npm ci` brought.
 * Every act checks that it did what it claims; the exit code is 0 only then.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:http'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { styleText } from 'node:util'

const root = fileURLToPath(new URL('../', import.meta.url))
const cli = join(root, 'cli/main.ts')
const folder = await mkdtemp(join(tmpdir(), 'sensorform-demo-'))
const fleet = join(folder, 'fleet')
const started = performance.now()

const env: NodeJS.ProcessEnv = {
  ...process.env,
  SENSOR_PASSWORD: 'demo-password-1!',
  AZURE_TOKEN: 'demo-token',
  SMB_PASSWORD: 'demo-share-1!',
}
delete env['NODE_EXTRA_CA_CERTS']
delete env['CI']

interface Result {
  code: number | null
  stdout: string
  stderr: string
}

const bold = (text: string): string => styleText('bold', text)
const dim = (text: string): string => styleText('dim', text)

let act = 0
function tell(title: string, ...lines: readonly string[]): void {
  act += 1
  console.log(`\n${bold(`${act}. ${title}`)}`)
  for (const line of lines) console.log(line)
}

function fail(message: string): never {
  throw new Error(message)
}

/** Runs the CLI, shows the command and what it prints while it prints it, and insists on the exit code. */
async function sensorform(args: readonly string[], want: number, options: { kill?: RegExp } = {}): Promise<Result> {
  console.log(dim(`\n   $ sensorform ${args.join(' ')}`))
  const result = await run(args, options)
  if (!options.kill && result.code !== want) fail(`expected exit code ${want}, got ${result.code}`)
  return result
}

function run(args: readonly string[], { kill }: { kill?: RegExp }): Promise<Result> {
  const child = spawn(process.execPath, [cli, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const result: Result = { code: null, stdout: '', stderr: '' }
  const show = (name: 'stdout' | 'stderr') => (data: string) => {
    result[name] += data
    if (data.trim()) console.log(indented(data))
    if (kill?.test(result[name])) child.kill('SIGKILL')
  }
  child.stdout.setEncoding('utf8').on('data', show('stdout'))
  child.stderr.setEncoding('utf8').on('data', show('stderr'))
  return new Promise((resolve) => child.on('close', (code) => resolve({ ...result, code })))
}

const indented = (text: string): string => text.trimEnd().replaceAll(/^(?=.)/gm, '   ')

/** Starts the simulated fleet and waits until it says where its control endpoint is. */
function simulate(...args: readonly string[]): Promise<{ child: ChildProcess; control: string }> {
  console.log(dim(`\n   $ sensorform simulate ${args.join(' ')}`))
  const child = spawn(process.execPath, [cli, 'simulate', ...args], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  return new Promise((resolve, reject) => {
    const read = (data: Buffer): void => {
      text += data.toString()
      const control = /control:?\s+(http:\/\/\S+)/i.exec(text)?.[1]
      if (!control || !/ready/i.test(text)) return
      console.log(indented(text))
      text = ''
      for (const stream of [child.stdout, child.stderr]) stream.off('data', read).resume()
      resolve({ child, control })
    }
    for (const stream of [child.stdout, child.stderr]) stream.on('data', read)
    child.on('close', () => reject(new Error(`the simulator stopped: ${text}`)))
  })
}

async function edit(file: string, from: string | RegExp, to: string): Promise<void> {
  const path = join(fleet, file)
  const before = await readFile(path, 'utf8')
  const after = before.replace(from, to)
  if (after === before) fail(`${file} has no ${String(from)}`)
  await writeFile(path, after)
  console.log(dim(`   edited ${file}: ${to.trim()}`))
}

/** Asks the control endpoint of the simulation for something that no run could do. */
async function playFate(control: string, path: string, body: object = {}): Promise<void> {
  const response = await fetch(`${control}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) fail(`${path} of the control endpoint answered ${response.status}`)
}

const inConsole = (control: string, key: string, aspect: string, set: object): Promise<void> =>
  playFate(control, `/appliances/${key}/console`, { user: 'night-shift', aspect, set })

/** The dead run's lease ends a minute after its last renewal; on the simulated clock that minute is over at once. */
async function leaseRunsOut(control: string): Promise<void> {
  console.log(dim('   the lease of the dead run runs out: the simulated clock moves on a minute'))
  for (const move of [{ advanceSeconds: 60 }, { set: new Date().toISOString() }])
    await playFate(control, '/clock', move)
}

const expectText = (result: Result, pattern: RegExp, claim: string): void => {
  if (!pattern.test(result.stdout + result.stderr)) fail(`${claim}: ${String(pattern)} is not in the output`)
}

async function play(): Promise<void> {
  await cp(join(root, 'examples/fleet'), fleet, { recursive: true, filter: (path) => !path.includes('.sensorform') })
  await writeFile(join(fleet, '.gitignore'), 'pins.json\n')

  tell('A spec with mistakes', 'Everything wrong is told at once, where it stands.')
  await writeFile(join(folder, 'mistakes.yaml'), mistakes)
  const wrong = await sensorform(['validate', 'fleet', 'mistakes.yaml'], 1)
  expectText(wrong, /mistakes\.yaml:\d+:\d+/, 'mistakes are located')
  await rm(join(folder, 'mistakes.yaml'))
  await sensorform(['validate', 'fleet'], 0)

  tell('A fleet to play with', 'Three simulated sensors in two sites, fresh from installation, and a simulated cloud.')
  await during(simulate('fleet'), playOn)
  await during(simulatePlant(), playPlant)
  await during(simulateUpdate(), playUpdate)
}

/** Plays while a simulation runs, and ends it. */
async function during(
  simulation: ReturnType<typeof simulate>,
  playActs: (control: string) => Promise<void>,
): Promise<void> {
  const { child, control } = await simulation
  try {
    await playActs(control)
  } finally {
    child.removeAllListeners('close')
    child.kill('SIGINT')
    await new Promise((resolve) => child.once('close', resolve))
  }
}

async function playOn(control: string): Promise<void> {
  tell('Plan', 'What would change, why, what it disrupts, and where the way back ends.')
  await sensorform(['plan', 'fleet'], 0)

  tell('Apply', 'Each step is done when it reads back equal.')
  await sensorform(['apply', 'fleet', '--auto-approve'], 0)
  await settled('Again: nothing to do.')

  tell('Drift', 'Somebody changes a time zone in the console of line-1.')
  await inConsole(control, 'line-1', 'time', { timezone: 'America/New_York' })
  const drift = await sensorform(['drift', 'fleet'], 2)
  expectText(drift, /night-shift/, 'drift tells who')
  await sensorform(['apply', 'fleet', '--auto-approve'], 0)
  await settled('Repaired.')

  tell('Rename', 'A new name is a new registration: delete, register, download, upload, activate.')
  await edit('sensors/line-1.yaml', /name: berlin-line-1\b/, 'name: berlin-press-1')
  await sensorform(['apply', 'fleet', '--auto-approve'], 0)
  await settled('Renamed, activated, connected.')

  tell('Move', 'A new management address: the sensor is found again at the other end, by its identity.')
  await edit('sensors/line-2.yaml', /address: 127\.20\.1\.12\b/, 'address: 127.20.1.112')
  await sensorform(['apply', 'fleet', '--auto-approve'], 0)
  await settled('Moved and confirmed; the endpoint in the document may stay as it was.')

  tell(
    'Killed in the middle',
    'The run dies (kill -9) after the old registration is gone. The next run finishes the work.',
  )
  await edit('sensors/line-1.yaml', /name: berlin-press-1\b/, 'name: berlin-press-one')
  const killed = await sensorform(['apply', 'fleet', '--auto-approve'], 0, {
    kill: /Registering berlin-press-one/,
  })
  if (killed.code !== null) fail('the run was not killed in the middle')
  await leaseRunsOut(control)
  await sensorform(['apply', 'fleet', '--auto-approve'], 0)
  await settled('Taken up and finished.')

  tell('Export', 'One sensor back to YAML; the plan of what it prints is empty.')
  const exported = await sensorform(
    ['export', 'https://127.20.1.11:8443', '--pin-file', 'fleet/pins.json', '--password-env', 'SENSOR_PASSWORD'],
    0,
  )
  if (!/kind: Sensor/.test(exported.stdout)) fail('the export holds no Sensor document')
  await writeFile(join(folder, 'exported.yaml'), exported.stdout)
  await sensorform(['plan', 'exported.yaml', '--detailed-exitcode'], 0)
}

async function simulatePlant(): ReturnType<typeof simulate> {
  tell(
    'A plant without a way to the cloud',
    'Two locally managed sensors and their management console. Nobody copies a connection string: apply reads it and forgets it.',
  )
  await cp(join(root, 'examples/plant'), join(folder, 'plant'), { recursive: true })
  return simulate('plant', '--activated')
}

async function playPlant(control: string): Promise<void> {
  const posts: string[] = []
  const hook = createServer((request, response) => {
    request.on('data', (data: Buffer) => posts.push(data.toString()))
    request.once('end', () => response.end())
  })
  await new Promise<void>((resolve) => hook.listen({ host: '127.0.0.1', port: 8900 }, resolve))
  try {
    await sensorform(['apply', 'plant', '--auto-approve', '--state', 'plant-state'], 0)
    await settled('Connected, and each in its zone.', 'plant', '--state', 'plant-state')

    console.log('\n   Somebody pulls the plug of pump-2. The console tells whoever is on call:')
    await playFate(control, '/appliances/pump-2/kill')
    for (let seconds = 0; posts.length === 0 && seconds < 600; seconds += 60) {
      await playFate(control, '/clock', { advanceSeconds: 60 })
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
    if (!posts[0]?.includes('Sensor disconnected')) fail('the webhook was not called')
    console.log(indented(posts[0]))

    await playFate(control, '/appliances/pump-2/start')
    await playFate(control, '/clock', { set: new Date().toISOString() })
    await edit('../plant/sensors/pump-1.yaml', /zone: Pulping/, 'zone: Drying')
    await sensorform(['apply', 'plant', '--auto-approve', '--state', 'plant-state'], 0)
    await settled('Another zone is a step at the console alone.', 'plant', '--state', 'plant-state')
  } finally {
    await new Promise((resolve) => hook.close(resolve))
  }
}

async function simulateUpdate(): ReturnType<typeof simulate> {
  tell(
    'A software update',
    'Half an hour and two reboots, here in a few seconds: a backup first, the package checked by its hash, each stage told.',
  )
  await cp(join(root, 'examples/update'), join(folder, 'update'), { recursive: true })
  return simulate('update', '--activated', '--update-seconds', '6')
}

async function playUpdate(): Promise<void> {
  const updated = await sensorform(['apply', 'update', '--auto-approve', '--state', 'update-state'], 0)
  expectText(updated, /22\.4\.1/, 'the new version is told')
  await settled('The version is read back.', 'update', '--state', 'update-state')
}

async function settled(line: string, path = 'fleet', ...more: readonly string[]): Promise<void> {
  console.log(`\n   ${line}`)
  await sensorform(['plan', path, '--detailed-exitcode', '--quiet', ...more], 0)
}

const mistakes = `apiVersion: sensorform.io/v1
kind: Sensor
metadata: { name: line-9, site: berln }
spec:
  access: { endpoint: https://127.20.1.19:8443, credentials: default }
  name: berlin-line-9
  network:
    address: 127.20.1.19
    subnetMask: 255.255.255.0
    gatway: 127.20.1.1
    proxy: { host: proxy.berlin.example, port: 3128, username: sensor, password: hunter2 }
  time:
    dateFormat: dd.MM.yyyy
`

try {
  await play()
  console.log(`\n${bold('Every act did what it claims.')} ${Math.round((performance.now() - started) / 1000)} s`)
} catch (error) {
  console.error(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
