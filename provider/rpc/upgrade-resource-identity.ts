import { identityType } from '../../schemas/terraform/schema.ts'
import type { JsonObject } from '../model/resource.ts'
import { isObject } from '../model/value.ts'
import { fromJson, parseLossless } from '../wire/json.ts'
import { upgradeResourceIdentity as messages } from '../wire/messages.ts'
import { fromIdentity } from '../wire/to-wire.ts'
import { find, guarded, unary } from './rpc.ts'
import { upgraded } from './upgrade-resource-state.ts'

export const upgradeResourceIdentity = unary(messages, async ({ typeName, version = 0, rawIdentity }, connection) =>
  guarded(connection, async () => {
    const { identity, upgradeIdentity } = find('resource', connection.provider.resources, typeName)
    if (!identity) throw new TypeError('this resource has no identity')
    const stored = parseLossless(rawIdentity?.json ?? new Uint8Array()) as JsonObject
    const value = fromJson(identityType(identity), upgraded(stored, version, identity.version, upgradeIdentity))
    return { upgradedIdentity: fromIdentity(identity, isObject(value) ? value : null) }
  }),
)
