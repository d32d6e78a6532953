import packageJson from '../../package.json' with { type: 'json' }
import { providerAttributes } from '../../schemas/terraform/generated.ts'
import type { Provider } from '../model/provider.ts'
import type { Resource } from '../model/resource.ts'
import { createClient, type Client } from './client.ts'
import { functions } from './functions/functions.ts'
import { sensorSchema } from './sensor/schema.ts'

/** The engine and the spec are loaded when a resource is first asked to do something: a schema needs neither. */
const sensor = async (): Promise<Resource<Client>> => (await import('./sensor/resource.ts')).sensorResource

const sensorResource: Resource<Client> = {
  schema: sensorSchema,
  validate: async (config, call) => (await sensor()).validate?.(config, call) ?? [],
  plan: async (request, call) => (await sensor()).plan?.(request, call) ?? {},
  read: async (request, call) => (await sensor()).read(request, call),
  create: async (request, call) => (await sensor()).create(request, call),
  update: async (request, call) => (await sensor()).update?.(request, call) ?? { state: null },
  delete: async (request, call) => (await sensor()).delete(request, call),
  import: async (request, call) => (await sensor()).import?.(request, call) ?? { state: null },
}

/** The provider that users declare as `sensorform`. Resources and their like are listed here, one line each. */
export const sensorformProvider: Provider<Client> = {
  version: packageJson.version,
  schema: {
    version: 0,
    description: 'Keeps OT network sensors in the state that a configuration declares.',
    attributes: providerAttributes,
  },
  validate: async (config) => (await import('./provider-block.ts')).checkProviderBlock(config),
  configure: async ({ config }, { signal }) => {
    const { readProviderBlock } = await import('./provider-block.ts')
    const { declared, diagnostics } = readProviderBlock(config)
    return { ...(declared && { client: createClient({ ...declared, env: process.env, signal }) }), diagnostics }
  },
  close: async (client) => client.close(),
  resources: { sensorform_sensor: sensorResource },
  dataSources: {},
  ephemeralResources: {},
  functions,
  actions: {},
  listResources: {},
}
