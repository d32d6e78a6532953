import type { ListedResource } from '../model/provider.ts'
import type { Resource } from '../model/resource.ts'
import { withoutWriteOnly } from '../plan/write-only.ts'
import { listResource as messages } from '../wire/messages.ts'
import { toPresentObject } from '../wire/from-wire.ts'
import { fromDiagnostics, fromIdentity, fromObject } from '../wire/to-wire.ts'
import { callOf, find, streaming } from './rpc.ts'

export const listResource = streaming(messages, async function* (wire, connection) {
  const { typeName, config, includeResourceObject: includeResource = false, limit = 100 } = wire
  const { listResources, resources } = connection.provider
  const listed = find('list resource', listResources, typeName)
  const managed = find('resource', resources, typeName)
  const request = { config: toPresentObject(listed.schema, config), includeResource, limit }
  let left = limit
  for await (const found of listed.list(request, callOf(connection))) {
    if (left-- <= 0) return
    yield toEvent(managed, found)
  }
})

const toEvent = ({ schema, identity }: Resource<unknown>, found: ListedResource) => ({
  identity: fromIdentity(identity, found.identity),
  displayName: found.displayName,
  ...(found.resource && { resourceObject: fromObject(schema, withoutWriteOnly(schema.attributes, found.resource)) }),
  diagnostics: fromDiagnostics(found.diagnostics),
})
