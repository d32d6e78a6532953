import { objectType } from '../../schemas/terraform/schema.ts'
import type { JsonObject } from '../model/resource.ts'
import { isObject } from '../model/value.ts'
import { withoutWriteOnly } from '../plan/write-only.ts'
import { fromJson, parseLossless } from '../wire/json.ts'
import { upgradeResourceState as messages } from '../wire/messages.ts'
import { fromObject } from '../wire/to-wire.ts'
import { find, guarded, unary } from './rpc.ts'

/** Asked for every stored resource, of the present version too: what the schema has gained since is null. */
export const upgradeResourceState = unary(messages, async ({ typeName, version = 0, rawState }, connection) =>
  guarded(connection, async () => {
    const { schema, upgrade } = find('resource', connection.provider.resources, typeName)
    const stored = parseLossless(rawState?.json ?? new Uint8Array()) as JsonObject
    const state = fromJson(objectType(schema.attributes), upgraded(stored, version, schema.version, upgrade))
    if (!isObject(state)) throw new TypeError('a stored state is no object')
    return { upgradedState: fromObject(schema, withoutWriteOnly(schema.attributes, state)) }
  }),
)

/** Each step leads to the present version, so one is enough. */
export function upgraded(
  stored: JsonObject,
  version: number,
  present: number,
  steps: Readonly<Record<number, (state: JsonObject) => JsonObject>> = {},
): JsonObject {
  if (version === present) return stored
  const step = steps[version]
  if (!step) throw new TypeError(`there is no way from version ${version} to ${present}`)
  return step(stored)
}
