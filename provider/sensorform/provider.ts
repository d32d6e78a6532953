import packageJson from '../../package.json' with { type: 'json' }
import type { Provider } from '../model/provider.ts'

/** What every call of the provider is handed. */
export interface Client {
  /** Of Terraform or OpenTofu. */
  terraformVersion: string
}

/** The provider that users declare as `sensorform`. Resources and their like are listed here, one line each. */
export const sensorformProvider: Provider<Client> = {
  version: packageJson.version,
  schema: {
    version: 0,
    description: 'Keeps OT network sensors in the state that a configuration declares.',
    attributes: {},
  },
  configure: ({ terraformVersion }) => ({ client: { terraformVersion } }),
  resources: {},
  dataSources: {},
  ephemeralResources: {},
  functions: {},
  actions: {},
  listResources: {},
}
