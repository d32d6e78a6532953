import type { Diagnostics } from '../model/diagnostic.ts'
import type { Resource } from '../model/resource.ts'
import type { ObjectValue } from '../model/value.ts'
import { writeOnlyPaths } from '../plan/write-only.ts'
import { validateResourceConfig as messages } from '../wire/messages.ts'
import { toPresentObject } from '../wire/from-wire.ts'
import { fromDiagnostics } from '../wire/to-wire.ts'
import { find, guarded, offlineCall, unary } from './rpc.ts'

export const validateResourceConfig = unary(messages, async ({ typeName, config, clientCapabilities }, connection) =>
  guarded(connection, async () => {
    const resource = find('resource', connection.provider.resources, typeName)
    const object = toPresentObject(resource.schema, config)
    const found = await resource.validate?.(object, offlineCall(connection))
    const refused = clientCapabilities?.writeOnlyAttributesAllowed ? [] : writeOnlyRefusals(resource, object)
    return { diagnostics: fromDiagnostics([...refused, ...(found ?? [])], resource.schema.attributes) }
  }),
)

/** An older Terraform knows no write-only attributes and would store their values. */
const writeOnlyRefusals = ({ schema }: Resource<unknown>, config: ObjectValue): Diagnostics =>
  writeOnlyPaths(schema.attributes, config).map((path) => ({
    severity: 'error',
    summary: 'This version would store the secret in its state',
    detail:
      'Write-only attributes need Terraform 1.11 or OpenTofu 1.11. Use the attribute ending in _from_env instead.',
    path,
  }))
