/** Core's rules on random configurations, over a socket to a provider that was attached to. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { serveForDebugging, type Attachable } from '../../provider/debug.ts'
import type { ObjectValue } from '../../provider/model/value.ts'
import { objectType, type Attributes } from '../../schemas/terraform/schema.ts'
import { sensorformProvider } from '../../provider/sensorform/provider.ts'
import { configureProvider } from '../../provider/wire/messages.ts'
import { encodeValue } from '../../provider/wire/msgpack.ts'
import { configurations } from './support/arbitrary.ts'
import { boxAttributes, boxProvider, emptyShelf } from './support/box-provider.ts'
import { applyConfiguration, destroy, hideParts, nothing, readData, type Stored } from './support/conformance.ts'
import { makeCertificate, makeKey } from '../formats/make-certificate.ts'
import { attach } from './support/plugin-client.ts'

const step = (attributes: Attributes) =>
  fc
    .tuple(
      configurations(attributes, { leaveOut: (attribute) => attribute === attributes['slow'] }),
      fc.array(
        fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
        { minLength: 1, maxLength: 40 },
      ),
    )
    .map(([config, choices]) => ({ config, early: hideParts(attributes, config, choices) }))

const socketOf = ({ reattach }: Attachable): string => {
  const [entry] = Object.values(JSON.parse(reattach) as Record<string, { Addr: { String: string } }>)
  return entry?.Addr.String ?? ''
}

test('no invalid plan and no inconsistent result, whatever is configured', async () => {
  const shelf = emptyShelf()
  const served = await serveForDebugging(boxProvider(shelf), { source: 'example.com/acme/box', env: {}, log: () => {} })
  await using client = await attach(socketOf(served))
  await client.call('ConfigureProvider', configureProvider, {
    config: { msgpack: encodeValue(['object', { prefix: 'string' }], {}) },
  })
  const subject = { client, typeName: 'box_box', attributes: boxAttributes }
  const life = fc.asyncProperty(fc.array(step(boxAttributes), { minLength: 1, maxLength: 4 }), async (steps) => {
    let stored: Stored = nothing
    for (const one of steps) stored = await applyConfiguration(subject, stored, one)
    await destroy(subject, stored)
  })
  await fc.assert(life, { numRuns: 150 })
  expect(shelf.boxes.size).toBe(0)
  await served.close()
})

/** What a random text hardly ever is, so that not every read is refused. */
const certificate = makeCertificate({ key: makeKey(), commonName: 'line-1.plant.example' })
const folder = mkdtempSync(join(tmpdir(), 'sensorform-conformance-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const documents = join(folder, 'fleet.yaml')
writeFileSync(
  documents,
  `apiVersion: sensorform.io/v1
kind: Fleet
metadata: { name: acme }
spec:
  credentials: { default: { username: admin, password: { fromEnv: PASSWORD } } }
  registrars: { cloud: { azure: { subscriptionId: s, location: eastus } } }
---
apiVersion: sensorform.io/v1
kind: Sensor
metadata: { name: line-1, labels: { canary: "true" } }
spec:
  access: { endpoint: "https://10.20.0.5", credentials: default, trust: [{ pin: "sha256/${'A'.repeat(43)}=" }] }
  network: { dns: [10.20.0.2] }
  forwarding: { rules: { ops: { protocols: any, actions: { siem: { netwitness: { host: 10.0.0.1, port: 1 } } } } } }
`,
)
const meant: Readonly<Record<string, readonly ObjectValue[]>> = {
  sensorform_certificate: [{ certificate }, { certificate, chain: null }],
  sensorform_fleet: [{ paths: [documents] }, { paths: [folder] }],
}

test.each(Object.entries(sensorformProvider.dataSources))(
  'the data source %s refuses, or answers a known object that says what is configured',
  async (typeName, { schema: { attributes } }) => {
    const served = await serveForDebugging(sensorformProvider, { source: 'example.com/acme/x', env: {}, log: () => {} })
    await using client = await attach(socketOf(served))
    const { schema } = sensorformProvider
    const nothingSaid = Object.fromEntries(Object.keys(schema.attributes).map((name) => [name, null]))
    await client.call('ConfigureProvider', configureProvider, {
      config: { msgpack: encodeValue(objectType(schema.attributes), nothingSaid) },
    })
    const subject = { client, typeName, attributes }
    const valid = fc.constantFrom({}, ...(meant[typeName] ?? []))
    const hidden = fc.array(fc.boolean(), { minLength: 1, maxLength: 20 })
    let answered = 0
    const once = fc.asyncProperty(configurations(attributes), valid, hidden, async (random, said, choices) => {
      const config = { ...random, ...said }
      const both = { config, early: hideParts(attributes, config, choices) }
      const [one, again] = [await readData(subject, both), await readData(subject, both)]
      expect(again).toEqual(one)
      if (one) answered += 1
    })
    await fc.assert(once, { numRuns: 60 })
    if (meant[typeName]) expect(answered).toBeGreaterThan(0)
    await served.close()
  },
)
