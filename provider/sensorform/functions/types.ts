/** What functions answer with, apart from their code: a schema loads neither the spec nor a parser. */
import type { ActivationFile } from '../../../formats/activation-file.ts'
import { toSnakeCase } from '../../../schemas/terraform/names.ts'
import type { TerraformType } from '../../../schemas/terraform/schema.ts'

const activationFile: Readonly<Record<keyof ActivationFile, TerraformType>> = {
  id: 'string',
  name: 'string',
  mode: 'string',
  subscriptionId: 'string',
  site: 'string',
  recordId: 'string',
  createdAt: 'string',
  expiresAt: 'string',
}

export const activationFileTypes: Readonly<Record<string, TerraformType>> = {
  ...Object.fromEntries(Object.entries(activationFile).map(([key, type]) => [toSnakeCase(key), type])),
  upload_before: 'string',
}

export const problemsType: TerraformType = [
  'list',
  [
    'object',
    {
      severity: 'string',
      code: 'string',
      line: 'number',
      column: 'number',
      field: 'string',
      summary: 'string',
      hint: 'string',
    },
  ],
]

export const subnetType: TerraformType = [
  'object',
  {
    network: 'string',
    broadcast: 'string',
    first_host: 'string',
    last_host: 'string',
    hosts: 'number',
    prefix_length: 'number',
  },
]
