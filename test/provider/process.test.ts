/** The provider as the process that Terraform starts. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { makeCertificate } from '../../provider/certificate.ts'
import { configureProvider, getProviderSchema, healthCheck, readDataSource } from '../../provider/wire/messages.ts'
import { encodeValue } from '../../provider/wire/msgpack.ts'
import { root } from '../house/sources.ts'
import { startPlugin, type StartOptions } from './support/plugin-client.ts'

const box = { args: [join(root, 'test/provider/support/box-plugin.ts')] }
const ours = { args: [join(root, 'provider/main.ts')] }
const config = { msgpack: encodeValue(['object', { prefix: 'string' }], { prefix: 'p' }) }

describe.each<[string, StartOptions, string]>([
  ['with certificates', box, 'unix'],
  ['in plain text, as with TF_DISABLE_PLUGIN_TLS', { ...box, plainText: true }, 'unix'],
])('a start %s', (_, options, network) => {
  test('shakes hands, answers, and ends when it is told to', async () => {
    await using plugin = await startPlugin(options)
    const [core, protocol, on, address = '', rpc, certificate = ''] = plugin.handshake
    expect({ core, protocol, on, rpc }).toEqual({ core: '1', protocol: '6', on: network, rpc: 'grpc' })
    expect(certificate.length > 0).toBe(!options.plainText)
    expect(certificate).not.toContain('=')
    expect(await plugin.call('ConfigureProvider', configureProvider, { config })).toEqual({})
    const health = await plugin.raw('/grpc.health.v1.Health/Check', healthCheck.request.encode({ service: 'plugin' }))
    expect(healthCheck.response.decode(health.messages[0] ?? new Uint8Array())).toEqual({ status: 1 })
    expect((await plugin.raw('/plugin.GRPCController/Shutdown', new Uint8Array())).status).toBe(0)
    expect(await plugin.exited).toBe(0)
    expect(existsSync(dirname(address))).toBe(false)
    expect(plugin.stderr()).toBe('')
  })
})

test('the provider that we ship starts, and has a schema', async () => {
  await using plugin = await startPlugin(ours)
  const { provider } = await plugin.call('GetProviderSchema', getProviderSchema, {})
  expect(provider?.block?.description).toContain('OT network sensors')
})

test('what it does not know it says it does not know', async () => {
  await using plugin = await startPlugin(box)
  for (const path of ['/tfplugin6.Provider/LockState', '/tfplugin5.Provider/GetSchema', '/x']) {
    expect(await plugin.raw(path, new Uint8Array())).toEqual({ status: 12, messages: [] })
  }
})

describe('a client', () => {
  test('without a certificate is refused', async () => {
    await using plugin = await startPlugin(box)
    await expect(plugin.connect(undefined)).rejects.toThrow()
  })

  test('with another certificate is refused, and the first goes on', async () => {
    await using plugin = await startPlugin(box)
    await expect(plugin.connect(makeCertificate())).rejects.toThrow()
    expect((await plugin.raw('/grpc.health.v1.Health/Check', new Uint8Array())).status).toBe(0)
  })
})

test('Ctrl-C is left to Terraform, an end is obeyed', async () => {
  await using plugin = await startPlugin(box)
  plugin.child.kill('SIGINT')
  expect((await plugin.raw('/grpc.health.v1.Health/Check', new Uint8Array())).status).toBe(0)
  plugin.child.kill('SIGTERM')
  expect(await plugin.exited).toBe(0)
})

test('two connections have a configuration each', async () => {
  await using plugin = await startPlugin({ ...box, plainText: true })
  await using other = await plugin.connect(undefined)
  await plugin.call('ConfigureProvider', configureProvider, { config })
  await expect(other.call('ReadDataSource', readDataSource, { typeName: 'box_count' })).resolves.toMatchObject({
    diagnostics: [{ summary: 'The provider made a mistake (TypeError)' }],
  })
})

test('a curious person is told what it is', async () => {
  const run = promisify(execFile)(process.execPath, ours.args)
  await expect(run).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^This is the Terraform/),
  })
})
