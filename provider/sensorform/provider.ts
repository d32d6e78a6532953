import packageJson from '../../package.json' with { type: 'json' }
import { providerAttributes } from '../../schemas/terraform/generated.ts'
import type { Provider } from '../model/provider.ts'
import { activationFileSchema } from './activation-file/schema.ts'
import { actions } from './actions/actions.ts'
import { applianceIdentity } from './appliance/import-appliance.ts'
import { createClient, type Client } from './client.ts'
import { consoleType } from './console/schema.ts'
import { dataSources } from './data/sources.ts'
import { forwardingRuleIdentity, forwardingRuleSchema } from './forwarding-rule/schema.ts'
import { functions } from './functions/functions.ts'
import { lazyResource } from './lazy.ts'
import { listResources } from './lists/lists.ts'
import { registrationIdentity, registrationSchema } from './registration/schema.ts'
import { sensorType } from './sensor/schema.ts'

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
    const { declared, diagnostics } = await readProviderBlock(config, process.env)
    return { ...(declared && { client: createClient({ ...declared, env: process.env, signal }) }), diagnostics }
  },
  close: async (client) => client.close(),
  resources: {
    sensorform_forwarding_rule: lazyResource(
      forwardingRuleSchema,
      async () => (await import('./forwarding-rule/resource.ts')).forwardingRuleResource,
      forwardingRuleIdentity,
    ),
    sensorform_management_console: lazyResource(
      consoleType.schema,
      async () => (await import('./console/resource.ts')).consoleResource,
      applianceIdentity,
    ),
    sensorform_registration: lazyResource(
      registrationSchema,
      async () => (await import('./registration/resource.ts')).registrationResource,
      registrationIdentity,
    ),
    sensorform_sensor: lazyResource(
      sensorType.schema,
      async () => (await import('./sensor/resource.ts')).sensorResource,
      applianceIdentity,
    ),
  },
  dataSources,
  ephemeralResources: {
    sensorform_activation_file: {
      schema: activationFileSchema,
      validate: async (config) => (await import('./activation-file/ephemeral.ts')).checkActivationFile(config),
      open: async (config, call) => (await import('./activation-file/ephemeral.ts')).openActivationFile(config, call),
    },
  },
  functions,
  actions,
  listResources,
}
