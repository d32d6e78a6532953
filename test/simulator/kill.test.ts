// Addresses: 127.20.114.x.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import type { SimulatorOptions } from '../../simulator/simulate.ts'
import { cloudAt, sensorAt, signIn } from './sensor/start.ts'

const script = fileURLToPath(new URL('child.ts', import.meta.url))

interface Running {
  child: ChildProcess
  endpoint: string
  pin: string
}

async function run(options: SimulatorOptions): Promise<Running> {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env
  const child = spawn(process.execPath, [script, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  return { child, ...(JSON.parse(line) as { endpoint: string; pin: string }) }
}

async function kill({ child }: Running): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

test('killed in the middle of writes: what was answered is there, and the state is whole', async () => {
  const stateFolder = mkdtempSync(join(tmpdir(), 'sensorform-kill-'))
  onTestFinished(() => rmSync(stateFolder, { recursive: true }))
  const activated = { name: 'berlin-1', mode: 'cloud', site: 'berlin-plant' } as const
  const options: SimulatorOptions = {
    stateFolder,
    distinctKeys: 1,
    tuning: { requestsPerSecond: 5000 },
    cloud: cloudAt('127.20.114.200'),
    appliances: [sensorAt('127.20.114.1', { activated })],
  }
  const first = await run(options)
  const client = await signIn(first.endpoint)
  const { fence } = await client.lease({ ttlSeconds: 300 })
  let answered = 0
  const killing = new Promise<void>((resolve) => setTimeout(() => resolve(kill(first)), 150))
  for (let count = 1; ; count++) {
    const write = client.call('writeNetwork', { body: { hostname: `host-${count}` } })
    if ((await write.catch(() => undefined)) === undefined) break
    answered = count
  }
  await killing
  const second = await run(options)
  expect(second.pin).toBe(first.pin)
  const { settings, lease, activation } = await (await signIn(second.endpoint)).read()
  expect([`host-${answered}`, `host-${answered + 1}`]).toContain(settings.network.hostname)
  expect(answered).toBeGreaterThan(0)
  expect([lease?.fence, activation.name, activation.status]).toEqual([fence, 'berlin-1', 'Valid'])
  expect(readdirSync(stateFolder)).toContain('line-1.json')
  await kill(second)
})

test('killed while a network change is not confirmed: it comes up at the new address, and its deadline still counts', async () => {
  const stateFolder = mkdtempSync(join(tmpdir(), 'sensorform-kill-'))
  onTestFinished(() => rmSync(stateFolder, { recursive: true }))
  const options: SimulatorOptions = {
    stateFolder,
    distinctKeys: 1,
    appliances: [sensorAt('127.20.114.11', { port: 18443 })],
  }
  const first = await run(options)
  const client = await signIn(first.endpoint)
  await client.lease()
  const body = {
    address: '127.20.114.12',
    subnetMask: '255.255.255.0',
    gateway: '127.20.114.254',
    confirmWithinSeconds: 10,
  }
  await client.call('changeAddress', { body })
  await kill(first)
  const second = await run(options)
  expect(second.endpoint).toBe('https://127.20.114.12:18443')
  const { pending } = await (await signIn(second.endpoint)).read()
  expect(pending.networkChange?.from.address).toBe('127.20.114.11')
  expect(pending.networkChange?.remainingSeconds).toBeGreaterThan(5)
  expect(pending.networkChange?.remainingSeconds).toBeLessThanOrEqual(10)
  await kill(second)
})
