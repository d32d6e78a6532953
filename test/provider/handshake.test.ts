import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { X509Certificate } from 'node:crypto'
import { tmpdir } from 'node:os'
import { expect, onTestFinished, test } from 'vitest'
import { makeCertificate } from '../../provider/certificate.ts'
import { serveForDebugging } from '../../provider/debug.ts'
import { chooseAddress, handshakeLine, removeSocket } from '../../provider/handshake.ts'
import { createLog } from '../../provider/log.ts'
import { serve } from '../../provider/server.ts'
import { boxProvider, emptyShelf } from './support/box-provider.ts'

test('a socket lies where only this user can come, with room for its short path', () => {
  const address = chooseAddress({ PLUGIN_UNIX_SOCKET_DIR: tmpdir() }, 'linux')
  if (address.network !== 'unix') throw new TypeError('no socket')
  expect(statSync(dirname(address.path)).mode & 0o777).toBe(0o700)
  expect(address.path.length).toBeLessThan(tmpdir().length + 14)
  removeSocket(address)
  expect(() => statSync(dirname(address.path))).toThrow('ENOENT')
})

const port = (shown: string) => Number(/^127\.0\.0\.1:(\d+)$/.exec(shown)?.[1])

test('without unix sockets, the first free port of those that Terraform names is taken', async () => {
  const provider = boxProvider(emptyShelf())
  const address = chooseAddress({ PLUGIN_MIN_PORT: '31400', PLUGIN_MAX_PORT: '31500' }, 'win32')
  expect(address).toEqual({ network: 'tcp', host: '127.0.0.1', ports: [31_400, 31_500] })
  const options = { provider, address, log: () => {}, onShutdown: () => {} }
  const [first, second] = [await serve(options), await serve(options)]
  expect(port(second.address)).toBeGreaterThan(port(first.address))
  await Promise.all([first.close(), second.close()])
})

test('the line has six fields, and a certificate without padding', () => {
  expect(handshakeLine('unix', '/tmp/s', Buffer.from('a'))).toBe('1|6|unix|/tmp/s|grpc|YQ\n')
  expect(handshakeLine('tcp', '127.0.0.1:1', undefined)).toBe('1|6|tcp|127.0.0.1:1|grpc|\n')
})

test.each([
  ['now', Date.now()],
  ['when years have four digits in a certificate', Date.parse('2045-01-01T00:00:00Z')],
])('a certificate made %s is one that Terraform takes', (_, now) => {
  const { certificate } = makeCertificate(now)
  const read = new X509Certificate(certificate)
  expect(read.verify(read.publicKey)).toBe(true)
  expect(read.checkHost('localhost')).toBe('localhost')
  expect(read.ca).toBe(true)
  expect(Date.parse(read.validFrom)).toBeLessThan(now)
  expect(Date.parse(read.validTo)).toBeGreaterThan(now + 9 * 365 * 86_400_000)
  expect(read.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'])
})

test.each([
  ['TF_LOG', { TF_LOG: 'INFO' }, ['info', 'error']],
  ['the narrower variable', { TF_LOG: 'TRACE', TF_LOG_PROVIDER: 'error' }, ['error']],
  ['JSON, which is everything', { TF_LOG: 'JSON' }, ['debug', 'info', 'error']],
  ['nobody', {}, []],
])('a log says what is asked for by %s', (_, env, said) => {
  const lines: string[] = []
  const log = createLog(
    env,
    (line) => lines.push(line),
    () => Date.parse('2026-11-22T14:07:57.696Z'),
  )
  log('debug', 'a')
  log('info', 'b', { '@level': 'trace', key: 'line-1' })
  log('error', 'c')
  const records = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(records.map((record) => record['@level'])).toEqual(said)
  expect(records.every((record) => record['@timestamp'] === '2026-11-22T14:07:57.696000Z')).toBe(true)
})

test('a debugged provider is found by Terraform and by OpenTofu', async () => {
  const source = 'registry.terraform.io/acme/box'
  const served = await serveForDebugging(boxProvider(emptyShelf()), { source, env: {}, log: () => {} })
  onTestFinished(() => served.close())
  const entries = JSON.parse(served.reattach) as Record<string, unknown>
  expect(Object.keys(entries)).toEqual([source, 'registry.opentofu.org/acme/box'])
  expect(entries['registry.opentofu.org/acme/box']).toEqual(entries[source])
})
