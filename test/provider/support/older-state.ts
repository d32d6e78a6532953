/** A stored state of a version before the present one, and the provider that has come since. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Provider } from '../../../provider/model/provider.ts'
import type { Resource } from '../../../provider/model/resource.ts'
import type { Client } from '../../../provider/sensorform/client.ts'
import { sensorformProvider } from '../../../provider/sensorform/provider.ts'
import { isOpenTofu } from './terraform.ts'

/** How an attribute was called in the version before. */
const former = (name: string): string => `former_${name}`

/** The provider one version of the resource later, which has renamed an attribute. */
export function nextProvider(type: string, renamed: string): Provider<Client> {
  const resource = sensorformProvider.resources[type]
  if (!resource) throw new TypeError(`there is no resource ${type}`)
  const next: Resource<Client> = {
    ...resource,
    schema: { ...resource.schema, version: resource.schema.version + 1 },
    upgrade: {
      [resource.schema.version]: ({ [former(renamed)]: value = null, ...rest }) => ({ ...rest, [renamed]: value }),
    },
  }
  return { ...sensorformProvider, resources: { ...sensorformProvider.resources, [type]: next } }
}

/** A state file of the version before: what has come since is not in it, and nothing is kept in private. */
export function writeState(
  folder: string,
  type: string,
  renamed: string,
  { [renamed]: value, ...attributes }: Readonly<Record<string, unknown>>,
): void {
  const registry = isOpenTofu ? 'registry.opentofu.org' : 'registry.terraform.io'
  const instance = {
    schema_version: sensorformProvider.resources[type]?.schema.version,
    attributes: { ...attributes, [former(renamed)]: value },
    sensitive_attributes: [],
  }
  const resource = {
    mode: 'managed',
    type,
    name: 'one',
    provider: `provider["${registry}/sensorform/sensorform"]`,
    instances: [instance],
  }
  const lineage = '6ec1a1a5-7d3a-4b3e-9f0a-3f0f6f4a5b10'
  const state = { version: 4, terraform_version: '1.11.4', serial: 1, lineage, outputs: {}, resources: [resource] }
  writeFileSync(join(folder, 'terraform.tfstate'), JSON.stringify(state, null, 2))
}
