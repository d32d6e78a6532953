import { consoleAttributes } from '../../../schemas/terraform/generated.ts'
import {
  isNested,
  type Attributes,
  type IdentitySchema,
  type TerraformSchema,
} from '../../../schemas/terraform/schema.ts'
import { fact } from '../appliance/facts.ts'
import { applianceKind } from '../appliance/kinds.ts'

const inner = (attributes: Attributes, name: string): Attributes => {
  const attribute = attributes[name]
  if (!attribute || !isNested(attribute)) throw new TypeError(`${name} is no group`)
  return attribute.attributes
}

/** Attributes of one rule. Those that a management console alone knows are refused for a sensor. */
const { absent: _, ...ruleAttributes } = inner(inner(consoleAttributes, 'forwarding'), 'rules')

/** Names of what is said of the rule itself. */
export const ruleNames = Object.keys(ruleAttributes)

export const forwardingRuleSchema: TerraformSchema = {
  version: 0,
  description: [
    'One forwarding rule of a sensor or of a management console, for those who own only theirs. Every other rule is left alone.',
    'Destroying it removes the rule. A `sensorform_sensor` or `sensorform_management_console` of the same configuration that declares',
    'the same rule, or removes rules that it does not declare, is refused. What another configuration declares is not seen, and neither is what',
    'goes by another alias of the provider: nothing on the appliance tells whose a rule is. A rule that is there and differs is refused at first',
    '(`adopt_existing`); one that is there and says the same is shared by both, with a warning, and whoever destroys it destroys it for both. It is not refused, as that is',
    'just what an apply leaves that was killed before Terraform wrote its state. Give each team names of its own.',
  ].join(' '),
  attributes: {
    id: fact('Serial number and name, `SERIAL/NAME`.'),
    ...(consoleAttributes['access'] && { access: consoleAttributes['access'] }),
    appliance: { ...applianceKind, replaces: true },
    name: { type: 'string', required: true, replaces: true, description: 'Name of the rule.' },
    ...ruleAttributes,
    adopt_existing: {
      type: 'bool',
      optional: true,
      description: 'Whether a rule of this name that is there and differs is taken over. Left out: it is refused.',
    },
  },
}

export const forwardingRuleIdentity: IdentitySchema = {
  version: 0,
  attributes: {
    endpoint: { type: 'string', description: 'Where the appliance is found.', requiredForImport: true },
    credentials: { type: 'string', description: 'Name of the credentials. Left out: `default`.' },
    pin: {
      type: 'string',
      description: 'Pin of its public key, `sha256/…`. Left out: the entry in the pin file of the provider block.',
    },
    appliance: { type: 'string', description: '`sensor` or `management_console`. Left out: `sensor`.' },
    name: { type: 'string', description: 'Name of the rule.', requiredForImport: true },
  },
}
