/** The provider of this project, asked by protocol: what the installed Terraform does not ask for yet. */
import { serveForDebugging } from '../../../provider/debug.ts'
import type { ObjectValue } from '../../../provider/model/value.ts'
import { sensorformProvider } from '../../../provider/sensorform/provider.ts'
import * as messages from '../../../provider/wire/messages.ts'
import { decodeValue, encodeValue } from '../../../provider/wire/msgpack.ts'
import { identityType, objectType, type TerraformSchema } from '../../../schemas/terraform/schema.ts'
import { source, type Config } from './checklist.ts'
import { attach, stream } from './plugin-client.ts'

export interface Asked extends AsyncDisposable {
  /** What it said while it ran, and what went wrong. */
  invoke(action: string, config: Config): Promise<{ progress: string[]; errors: string[] }>
  /** With whole states, unless told otherwise. */
  list(type: string, config: Config, limit?: number, whole?: boolean): Promise<Listed[]>
  reattach: string
}

export interface Listed {
  name: string
  identity: unknown
  resource: unknown
  errors: string[]
}

export async function askProvider(provider: Config): Promise<Asked> {
  const served = await serveForDebugging(sensorformProvider, { source, env: {}, log: () => {} })
  const [entry] = Object.values(JSON.parse(served.reattach) as Record<string, { Addr: { String: string } }>)
  const client = await attach(entry?.Addr.String ?? '')
  const config = valueOf(sensorformProvider.schema, provider)
  await client.call('ConfigureProvider', messages.configureProvider, { config })
  return {
    reattach: served.reattach,
    async invoke(action, said) {
      const { schema } = sensorformProvider.actions[action] ?? { schema: nothing }
      const request = { typeName: action, config: valueOf(schema, said) }
      const events = await stream(client, 'InvokeAction', messages.invokeAction, request)
      return {
        progress: events.flatMap(({ progress }) => progress?.message ?? []),
        errors: events.flatMap(({ completed }) => errorsOf(completed?.diagnostics)),
      }
    },
    async list(type, said, limit = 100, includeResourceObject = true) {
      const { schema } = sensorformProvider.listResources[type] ?? { schema: nothing }
      const resource = sensorformProvider.resources[type]
      const request = { typeName: type, config: valueOf(schema, said), includeResourceObject, limit }
      const events = await stream(client, 'ListResource', messages.listResource, request)
      return events.map(({ displayName = '', identity, resourceObject, diagnostics }) => ({
        name: displayName,
        identity:
          resource?.identity && identity?.identityData?.msgpack
            ? decodeValue(identityType(resource.identity), identity.identityData.msgpack)
            : undefined,
        resource:
          resource && resourceObject?.msgpack
            ? decodeValue(objectType(resource.schema.attributes), resourceObject.msgpack)
            : undefined,
        errors: errorsOf(diagnostics),
      }))
    },
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]()
      await served.close()
    },
  }
}

const nothing: TerraformSchema = { version: 0, description: '', attributes: {} }

const valueOf = ({ attributes }: TerraformSchema, value: Config) => ({
  msgpack: encodeValue(objectType(attributes), value as ObjectValue),
})

const errorsOf = (
  diagnostics: readonly { summary?: string | undefined; detail?: string | undefined }[] = [],
): string[] => diagnostics.map(({ summary = '', detail = '' }) => `${summary} ${detail}`.trim())
