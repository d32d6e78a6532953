/** The provider block, and the environment where it is silent. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { unknown, type ObjectValue } from '../../provider/model/value.ts'
import { overridesFor } from '../../provider/sensorform/client.ts'
import { createGate } from '../../provider/sensorform/gate.ts'
import { readProviderBlock } from '../../provider/sensorform/provider-block.ts'
import { fingerprintBytes, fingerprintKey } from '../../reconcile/secrets.ts'
import { fromSpec } from '../../provider/spec/from-spec.ts'
import { providerAttributes } from '../../schemas/terraform/generated.ts'

const folder = mkdtempSync(join(tmpdir(), 'sensorform-block-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const pin = `sha256/${'A'.repeat(43)}=`
const pinFile = join(folder, 'pins.json')
writeFileSync(pinFile, JSON.stringify({ hq: { pins: [pin] } }))

const block = (spec: Readonly<Record<string, unknown>>, beside: ObjectValue = {}): ObjectValue => ({
  ...fromSpec(providerAttributes, spec),
  ...beside,
})
const keyText = 'k'.repeat(40)

test('a registrar of Azure that names no endpoint is of the public cloud', async () => {
  const azure = { subscriptionId: 's', location: 'eastus', token: { fromEnv: 'AZURE_TOKEN' } }
  const { declared, diagnostics } = await readProviderBlock(block({ registrars: { cloud: { azure } } }), {})
  expect(diagnostics).toEqual([])
  expect(declared?.registrars.get('cloud')).toMatchObject({ azure: { endpoint: 'https://management.azure.com' } })
})

describe('the environment', () => {
  const env = {
    SENSORFORM_USERNAME: 'admin',
    SENSORFORM_PASSWORD: 'c4nary',
    SENSORFORM_PIN_FILE: pinFile,
    SENSORFORM_CONCURRENCY: '3',
    SENSORFORM_FINGERPRINT_KEY: keyText,
    SENSORFORM_ALLOW_UNGUARDED_NETWORK_CHANGE: 'true',
  }

  test('says what the block leaves out', async () => {
    const { declared, diagnostics } = await readProviderBlock(block({}), env)
    expect(diagnostics).toEqual([])
    expect(declared).toMatchObject({
      credentials: new Map([['default', { username: 'admin', password: { fromEnv: 'SENSORFORM_PASSWORD' } }]]),
      pinFile,
      concurrency: 3,
      fingerprintKey: fingerprintKey(fingerprintBytes(keyText) ?? new Uint8Array()),
      permissions: { allowUnguardedNetworkChange: true },
      isUnknown: false,
    })
  })

  test('gives way to the block', async () => {
    const other = 'o'.repeat(40)
    const declares = block(
      {
        credentials: { default: { username: 'ops', password: { fromEnv: 'OTHER' } } },
        concurrency: 7,
        allowUnguardedNetworkChange: false,
      },
      { fingerprint_key: other },
    )
    const { declared } = await readProviderBlock(declares, env)
    expect(declared).toMatchObject({
      credentials: new Map([['default', { username: 'ops', password: { fromEnv: 'OTHER' } }]]),
      concurrency: 7,
      fingerprintKey: fingerprintKey(fingerprintBytes(other) ?? new Uint8Array()),
      permissions: { allowUnguardedNetworkChange: false },
    })
  })

  test.each([
    [{ SENSORFORM_PASSWORD: 'c4nary' }, 'SENSORFORM_PASSWORD is set, but SENSORFORM_USERNAME is not', ['credentials']],
    [{ SENSORFORM_CONCURRENCY: 'many' }, 'SENSORFORM_CONCURRENCY is not a number from 1 to 256', ['concurrency']],
    [{ SENSORFORM_PIN_FILE: '/no/pins' }, 'SENSORFORM_PIN_FILE: there is no pin file /no/pins', ['pin_file']],
    [{ SENSORFORM_FINGERPRINT_KEY: 'short' }, 'The fingerprint key has fewer than 32 bytes', ['fingerprint_key']],
  ])('is held to the same rules: %j', async (given, summary, path) => {
    const { declared, diagnostics } = await readProviderBlock(block({}), given)
    expect(declared).toBeUndefined()
    expect(diagnostics).toMatchObject([{ severity: 'error', summary, path }])
    expect(JSON.stringify(diagnostics)).not.toContain('c4nary')
  })
})

test('a console is signed in to and known as the block says, else by the defaults', async () => {
  const consoles = {
    hq: { endpoint: 'https://10.1.0.9' },
    branch: { endpoint: 'https://10.2.0.9', credentials: 'ops', trust: [{ pin }] },
  }
  const { declared, diagnostics } = await readProviderBlock(block({ managementConsoles: consoles, pinFile }), {})
  expect(diagnostics).toEqual([])
  expect(declared?.managementConsoles).toEqual(
    new Map([
      [
        'hq',
        {
          driver: 'api',
          endpoint: 'https://10.1.0.9',
          credentials: 'default',
          trust: [{ pinFile, pins: [pin] }],
        },
      ],
      ['branch', { driver: 'api', endpoint: 'https://10.2.0.9', credentials: 'ops', trust: [{ pin }] }],
    ]),
  )
})

test.each([
  ['a console that nobody could recognise', { hq: { endpoint: 'https://10.1.0.9' } }, 'trust is missing'],
  ['a console without an address', { hq: { trust: [{ pin }] } }, 'endpoint'],
])('%s is refused at its line', async (_, managementConsoles, summary) => {
  const { diagnostics } = await readProviderBlock(block({ managementConsoles }), {})
  expect(diagnostics).toMatchObject([
    { summary: expect.stringContaining(summary), path: expect.arrayContaining(['management_consoles', 'hq']) },
  ])
})

test('what is not known yet is not complained about', async () => {
  const config = block({}, { management_consoles: { hq: { endpoint: unknown } }, pin_file: unknown })
  const { declared, diagnostics } = await readProviderBlock(config, {})
  expect({ isUnknown: declared?.isUnknown, diagnostics }).toEqual({ isUnknown: true, diagnostics: [] })
})

test('a permission is of the sensors that it names', () => {
  const permissions = {
    allowUnguardedNetworkChange: false,
    allowDelete: ['line-1'],
    adoptRecords: ['line-2'],
    allowCutOff: [],
  }
  expect(overridesFor(permissions, '10.0.0.1', 'line-1')).toMatchObject({ allowDelete: ['10.0.0.1'], adoptRecord: [] })
  expect(overridesFor(permissions, '10.0.0.1', undefined)).toMatchObject({ allowDelete: [], adoptRecord: [] })
})

test('a gate lets no more in at once than it says', async () => {
  const gate = createGate(2)
  let [inside, most] = [0, 0]
  const work = async (fails: boolean) => {
    most = Math.max(most, ++inside)
    await new Promise(setImmediate)
    inside--
    if (fails) throw new RangeError('no')
  }
  const all = await Promise.allSettled([false, true, false, false, true].map((fails) => gate(() => work(fails))))
  expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'rejected'])
  expect({ inside, most }).toEqual({ inside: 0, most: 2 })
})
