/** Core's rules on random configurations, over a socket to a provider that was attached to. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { serveForDebugging } from '../../provider/debug.ts'
import type { Attributes } from '../../schemas/terraform/schema.ts'
import { configureProvider } from '../../provider/wire/messages.ts'
import { encodeValue } from '../../provider/wire/msgpack.ts'
import { configurations } from './support/arbitrary.ts'
import { boxAttributes, boxProvider, emptyShelf } from './support/box-provider.ts'
import { applyConfiguration, destroy, hideParts, nothing, type Stored } from './support/conformance.ts'
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

test('no invalid plan and no inconsistent result, whatever is configured', async () => {
  const shelf = emptyShelf()
  const served = await serveForDebugging(boxProvider(shelf), { source: 'example.com/acme/box', env: {}, log: () => {} })
  const { Addr } = Object.values(JSON.parse(served.reattach) as Record<string, { Addr: { String: string } }>)[0] ?? {}
  await using client = await attach(Addr?.String ?? '')
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
