/** A pin that is taken out is trusted no longer, whatever is remembered. Addresses: 127.29.8.x. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { leafKey, makeCertificate, otherKey, type Key } from '../simulator/sensor/certificates.ts'
import { redeclare } from '../support/killed-command.ts'
import { startTrial, type Trial } from './fleet.ts'

const hostname = 'line-1.plant.example'
const declared = (name: string): string =>
  `  certificate: { certificate: { file: ${name}.crt }, privateKey: { fromFile: ${name}.key } }\n`
const spec = `  network: { hostname: ${hostname} }\n`

let trial: Trial
beforeEach(async () => {
  trial = await startTrial({ network: '127.29.8', sensors: 1, tuning: { jobMs: 20 }, spec: () => spec })
  provide('first', leafKey)
  provide('second', otherKey)
})
afterEach(() => trial.end())

function provide(name: string, key: Key): void {
  writeFileSync(join(trial.folder, `${name}.crt`), makeCertificate({ commonName: hostname, key }))
  writeFileSync(join(trial.folder, `${name}.key`), key.pem, { mode: 0o600 })
}

const apply = ['apply', 'fleet.yaml', '--auto-approve']
const pins = (): string => join(trial.folder, 'pins.json')
const operations = (from: number): unknown[] => trial.simulator.requests(from).map(({ operation }) => operation)

async function expectUntrusted(): Promise<void> {
  const from = trial.simulator.requests().at(-1)?.sequence ?? 0
  for (const words of [['plan', 'fleet.yaml'], apply]) {
    const { code, stdout } = await trial.run(words)
    expect([code, stdout]).toEqual([4, expect.stringContaining('TLS_UNTRUSTED')])
  }
  expect(operations(from)).toEqual([])
}

test('taken out of the pin file', async () => {
  expect((await trial.run(apply)).code).toBe(0)
  writeFileSync(pins(), '{}')
  await expectUntrusted()
})

test('another one in its place in the pin file', async () => {
  expect((await trial.run(apply)).code).toBe(0)
  writeFileSync(pins(), readFileSync(pins(), 'utf8').replaceAll(/sha256\/[^"]{43}=/g, `sha256/${'A'.repeat(43)}=`))
  await expectUntrusted()
})

test('taken out of the documents', async () => {
  const [pin = ''] = /sha256\/[^"]{43}=/.exec(readFileSync(pins(), 'utf8')) ?? []
  redeclare(trial, '{ pinFile: pins.json }', `{ pin: ${pin} }`)
  expect((await trial.run(apply)).code).toBe(0)
  redeclare(trial, pin, `sha256/${'A'.repeat(43)}=`)
  await expectUntrusted()
})

test('a certificate that was imported stays trusted, so that the next can be imported over it', async () => {
  redeclare(trial, spec, spec + declared('first'))
  expect((await trial.run(apply)).code).toBe(0)
  writeFileSync(pins(), '{}')
  redeclare(trial, declared('first'), declared('second'))
  const { code, stdout, stderr } = await trial.run(apply)
  expect(code, stdout + stderr).toBe(0)
  expect(stdout).not.toContain('TLS_UNTRUSTED')
})
