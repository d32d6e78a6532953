/**
 * The real command is killed with -9 after each request of connecting a sensor to its management console, of moving it to
 * another one and of assigning its zone. Whatever the moment, the next run needs no flag, finishes the work, and leaves
 * nothing to plan. The moments are found by recording. Addresses: 127.20.182.0/24.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startSimulator, type Simulator } from '../../simulator/simulate.ts'
import { root } from '../house/sources.ts'

const password = 'kill-test-1!'
const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: '1', SENSOR_PASSWORD: password }
delete env['NODE_EXTRA_CA_CERTS']
delete env['CI']

const access = (host: number): string =>
  `access: { endpoint: "https://127.20.182.${host}:8443", credentials: default, trust: [{ pinFile: pins.json }] }`

const documents = (connection: string): string => `apiVersion: sensorform.io/v1
kind: Fleet
metadata: { name: killed }
spec: { credentials: { default: { username: admin, password: { fromEnv: SENSOR_PASSWORD } } } }
${['hq', 'spare'].map((key, index) => `---\napiVersion: sensorform.io/v1\nkind: ManagementConsole\nmetadata: { name: ${key} }\nspec: { ${access(index + 1)} }\n`).join('')}---
apiVersion: sensorform.io/v1
kind: Sensor
metadata: { name: line-1 }
spec:
  ${access(11)}
  managementConsole: ${connection}
`

interface Bench {
  simulator: Simulator
  declare: (connection: string) => Promise<void>
  /** With `killAfter`, kills the command once so many requests were answered since its start. */
  run: (args: readonly string[], killAfter?: number) => Promise<{ code: number | null; output: string }>
}

async function startBench(): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'sensorform-killed-console-'))
  const user = { username: 'admin', password, port: 8443 }
  const sites = [{ name: 'Plant', zones: ['Assembly', 'Packaging'] }]
  const simulator = await startSimulator({
    managementConsoles: ['hq', 'spare'].map((key, index) => ({
      key,
      address: `127.20.182.${index + 1}`,
      sites,
      ...user,
    })),
    appliances: [{ key: 'line-1', address: '127.20.182.11', ...user }],
    pinFile: join(folder, 'pins.json'),
  })
  onTestFinished(async () => {
    await simulator.stop()
    await rm(folder, { recursive: true, force: true })
  })
  return {
    simulator,
    declare: (connection) => writeFile(join(folder, 'fleet.yaml'), documents(connection)),
    async run(args, killAfter) {
      const from = simulator.requests().at(-1)?.sequence ?? 0
      const command = [join(root, 'cli/main.ts'), ...args]
      const child = spawn(process.execPath, command, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
      let output = ''
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (data: Buffer) => (output += data.toString()))
      const watch = setInterval(() => {
        if (killAfter !== undefined && simulator.requests(from).length >= killAfter) child.kill('SIGKILL')
      }, 1)
      const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
      clearInterval(watch)
      return { code, output }
    },
  }
}

const apply = ['apply', 'fleet.yaml', '--auto-approve']

const changes: readonly { what: string; odd: string; even: string }[] = [
  { what: 'a connection', odd: '{ console: hq, zone: Assembly }', even: '{ enabled: false }' },
  {
    what: 'a move to another console',
    odd: '{ console: spare, zone: Packaging }',
    even: '{ console: hq, zone: Assembly }',
  },
]

test.each(changes)('killed after each request of $what: the next run converges', async ({ odd, even }) => {
  const { simulator, declare, run } = await startBench()
  await declare(even)
  expect(await run(apply)).toMatchObject({ code: 0 })
  await declare(odd)
  const from = simulator.requests().at(-1)?.sequence ?? 0
  expect(await run(apply)).toMatchObject({ code: 0 })
  const points = simulator.requests(from).length
  expect(points).toBeGreaterThan(12)
  for (let point = 1; point <= points; point += 1) {
    await declare(point % 2 ? even : odd)
    const killed = await run(apply, point)
    simulator.advanceClock(60)
    simulator.setClock(new Date().toISOString())
    const next = await run(apply)
    const last = await run(['plan', 'fleet.yaml', '--detailed-exitcode'])
    if (next.code === 0 && last.code === 0) continue
    const told = [killed, next, last].map(({ code, output }) => `${output}[${code}]`)
    expect.fail(`killed after request ${point}\n${told.join('\n\n')}`)
  }
})
