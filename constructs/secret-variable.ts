import { TerraformVariable } from 'cdktf'
import type { Construct } from 'constructs'

/**
 * A variable for a secret: sensitive, and ephemeral, so that Terraform (1.10 or later) writes it into no plan and no state. Its
 * `stringValue` is the `value` of a secret; it is set as `TF_VAR_…`.
 */
export function secretVariable(scope: Construct, id: string, description?: string): TerraformVariable {
  const variable = new TerraformVariable(scope, id, {
    type: 'string',
    sensitive: true,
    ...(description !== undefined && { description }),
  })
  variable.addOverride('ephemeral', true)
  return variable
}
