import type { TerraformSchema } from '../../../schemas/terraform/schema.ts'
import type { ListResource } from '../../model/provider.ts'
import { isObject, unknown } from '../../model/value.ts'
import { applianceResource } from '../appliance/resource.ts'
import { isKind, noSuchKind } from '../appliance/kinds.ts'
import type { Client } from '../client.ts'
import { identityOf } from '../forwarding-rule/resource.ts'
import { atRule, narrow, typeOf } from '../forwarding-rule/view.ts'

/** Every forwarding rule of one appliance. */
export const listRules = (schema: TerraformSchema): ListResource<Client> => ({
  schema,
  validate: ({ appliance = null }) => (appliance === unknown || isKind(appliance) ? [] : [noSuchKind]),
  list: async function* ({ config }, call) {
    const { access = null, appliance = null } = config
    const state = { id: null, access, forwarding: { rules: null, unmanaged_rules: null } }
    const read = await applianceResource(typeOf(config)).read({ state, private: {}, identity: null }, call)
    const { forwarding = null } = read.state ?? {}
    const rules = isObject(forwarding) && isObject(forwarding['rules']) ? forwarding['rules'] : {}
    for (const diagnostic of atRule(read.diagnostics)) {
      /* An appliance that does not answer has no list. */
      yield { identity: {}, displayName: '', diagnostics: [{ ...diagnostic, severity: 'error' as const }] }
    }
    for (const name of Object.keys(rules)) {
      const resource = narrow(read.state, { appliance, name })
      if (resource) yield { identity: identityOf(resource), displayName: name, resource }
    }
  },
})
