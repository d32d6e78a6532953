import type { TerraformSchema } from '../../../schemas/terraform/schema.ts'
import type { ListedResource, ListResource } from '../../model/provider.ts'
import { textOf } from '../../model/value.ts'
import type { Client } from '../client.ts'
import { failureAt, openRegistrarOf } from '../registrar-of.ts'
import { registrationFound } from '../registration/resource.ts'

/** Every record of a registrar, or of one site. */
export const listRegistrations = (schema: TerraformSchema): ListResource<Client> => ({
  schema,
  list: async function* ({ config }, { client }) {
    const registrar = await openRegistrarOf(client, config['registrar'] ?? null)
    if ('severity' in registrar) {
      yield refused(registrar)
      return
    }
    try {
      const site = textOf(config['site'])?.toLowerCase()
      for (const record of (await registrar.list?.()) ?? []) {
        if (site === undefined || record.site?.toLowerCase() === site) yield registrationFound(registrar.name, record)
      }
    } catch (error) {
      yield refused(failureAt(error, ['registrar']))
    }
  },
})

const refused = (diagnostic: NonNullable<ListedResource['diagnostics']>[number]): ListedResource => ({
  identity: {},
  displayName: '',
  diagnostics: [diagnostic],
})
