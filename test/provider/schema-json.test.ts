/** The schemas that bindings are made from are those that the real terraform prints. */
import { describe, expect, test } from 'vitest'
import { serveForDebugging } from '../../provider/debug.ts'
import { providersSchemaJson } from '../../provider/schema-json.ts'
import type { Provider } from '../../provider/model/provider.ts'
import { sensorformProvider } from '../../provider/sensorform/provider.ts'
import { boxProvider, emptyShelf } from './support/box-provider.ts'
import { hasTerraform, openWorkspace } from './support/terraform.ts'

interface Printed {
  provider_schemas: Record<string, Record<string, unknown>>
}

/** Lists of what a provider has none of are not printed. */
const withoutEmpty = (schemas: object | undefined): object =>
  Object.fromEntries(
    Object.entries(schemas ?? {}).filter(([, value]) => JSON.stringify(value) !== '{}' && value !== undefined),
  )

async function printed<Client>(provider: Provider<Client>, source: string, name: string): Promise<object> {
  const attachable = await serveForDebugging(provider, { source, env: {}, log: () => {} })
  await using workspace = openWorkspace({ TF_REATTACH_PROVIDERS: attachable.reattach })
  workspace.write(`terraform {\n  required_providers {\n    ${name} = { source = "${source}" }\n  }\n}\n`)
  const { stdout, stderr, code } = await workspace.run('providers', 'schema', '-json')
  await attachable.close()
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const known = ['provider', 'resource_schemas', 'data_source_schemas', 'ephemeral_resource_schemas']
  const schemas = (JSON.parse(stdout) as Printed).provider_schemas[source] ?? {}
  return withoutEmpty(Object.fromEntries(known.map((key) => [key, schemas[key]])))
}

describe.runIf(hasTerraform())('as terraform prints it', () => {
  test('the schema of the provider', async () => {
    const source = 'registry.terraform.io/sensorform/sensorform'
    const made = providersSchemaJson(sensorformProvider, source).provider_schemas[source]
    expect(Object.keys(made?.resource_schemas ?? {})).toContain('sensorform_sensor')
    expect(withoutEmpty(made)).toEqual(await printed(sensorformProvider, source, 'sensorform'))
  })

  test('the schema of a provider that has everything', async () => {
    const source = 'registry.terraform.io/sensorform/box'
    const provider = boxProvider(emptyShelf())
    expect(withoutEmpty(providersSchemaJson(provider, source).provider_schemas[source])).toEqual(
      await printed(provider, source, 'box'),
    )
  })
})
