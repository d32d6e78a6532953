/** What the Terraform of these tests does not ask for yet: identities, actions, list resources. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { serveForDebugging, type Attachable } from '../../provider/debug.ts'
import * as messages from '../../provider/wire/messages.ts'
import { decodeValue, encodeValue } from '../../provider/wire/msgpack.ts'
import { objectType } from '../../schemas/terraform/schema.ts'
import { boxAttributes, boxProvider, emptyShelf } from './support/box-provider.ts'
import { attach, stream, type Connected } from './support/plugin-client.ts'

const shelf = emptyShelf()
let served: Attachable
let client: Connected

beforeEach(async () => {
  Object.assign(shelf, emptyShelf())
  served = await serveForDebugging(boxProvider(shelf), { source: 'example.com/acme/box', env: {}, log: () => {} })
  const [entry] = Object.values(JSON.parse(served.reattach) as Record<string, { Addr: { String: string } }>)
  client = await attach(entry?.Addr.String ?? '')
  await client.call('ConfigureProvider', messages.configureProvider, { config: valueOf({ prefix: 'string' }, {}) })
})
afterEach(async () => {
  await client[Symbol.asyncDispose]()
  await served.close()
})

const valueOf = (type: Record<string, 'string' | 'number'>, value: Record<string, string | number>) => ({
  msgpack: encodeValue(['object', type], value),
})
const identity = (id: string) => ({ identityData: valueOf({ id: 'string' }, { id }) })
const box = { id: 'box-one', name: 'one', revision: 1 }

test('an identity has a schema, is upgraded, and imports', async () => {
  const { identitySchemas } = await client.call('GetResourceIdentitySchemas', messages.getResourceIdentitySchemas, {})
  expect(identitySchemas?.['box_box']).toMatchObject({
    version: 1,
    identityAttributes: [{ name: 'id', requiredForImport: true }],
  })
  const { upgradedIdentity } = await client.call('UpgradeResourceIdentity', messages.upgradeResourceIdentity, {
    typeName: 'box_box',
    version: 1,
    rawIdentity: { json: Buffer.from('{"id":"box-one"}') },
  })
  expect(upgradedIdentity).toEqual(identity('box-one'))
  const imported = await client.call('ImportResourceState', messages.importResourceState, {
    typeName: 'box_box',
    identity: identity('box-one'),
  })
  expect(imported.importedResources).toMatchObject([{ typeName: 'box_box', identity: identity('box-one') }])
})

const shake = async (times: number) =>
  stream(client, 'InvokeAction', messages.invokeAction, {
    typeName: 'box_shake',
    config: valueOf({ times: 'number' }, { times }),
  })

test('an action tells its progress as it comes, and its end once', async () => {
  expect(await shake(2)).toEqual([
    { progress: { message: 'shaken 1 times' } },
    { progress: { message: 'shaken 2 times' } },
    { completed: { diagnostics: [{ severity: 2, summary: 'It rattles' }] } },
  ])
  const failed = await shake(0)
  expect(failed).toMatchObject([{ completed: { diagnostics: [{ severity: 1 }] } }])
  expect(JSON.stringify(failed)).not.toContain('c4nary-9')
})

test.each([
  ['all', { limit: 10 }, ['box box-one', 'box box-two']],
  ['as many as are asked for', { limit: 1 }, ['box box-one']],
])('a list finds %s', async (_, asked, found) => {
  shelf.boxes.set('box-one', box).set('box-two', { ...box, id: 'box-two' })
  const config = valueOf({}, {})
  const events = await stream(client, 'ListResource', messages.listResource, { typeName: 'box_box', config, ...asked })
  expect(events.map(({ displayName }) => displayName)).toEqual(found)
  expect(events[0]).toMatchObject({ identity: identity('box-one') })
  expect(events[0]?.resourceObject).toBeUndefined()
})

test('a list tells whole states where they are asked for', async () => {
  shelf.boxes.set('box-one', box)
  const request = { typeName: 'box_box', config: valueOf({}, {}), includeResourceObject: true, limit: 1 }
  const [event] = await stream(client, 'ListResource', messages.listResource, request)
  const state = decodeValue(objectType(boxAttributes), event?.resourceObject?.msgpack ?? new Uint8Array())
  expect(state).toMatchObject({ ...box, label: null })
})
