import { sensorAttributes } from '../../../schemas/terraform/generated.ts'
import type { TerraformSchema } from '../../../schemas/terraform/schema.ts'
import type { Provider } from '../../model/provider.ts'
import { applianceKind } from '../appliance/kinds.ts'
import type { Client } from '../client.ts'
import { lazyList } from '../lazy.ts'

const registrations: TerraformSchema = {
  version: 0,
  description: 'The registrations that a registrar lists, each as a `sensorform_registration`.',
  attributes: {
    registrar: { type: 'string', required: true, description: 'Name of the registrar (of the provider block).' },
    site: { type: 'string', optional: true, description: 'Only those of this site. Left out: of every site.' },
  },
}

const rules: TerraformSchema = {
  version: 0,
  description: 'The forwarding rules of an appliance, each as a `sensorform_forwarding_rule`.',
  attributes: {
    ...(sensorAttributes['access'] && { access: sensorAttributes['access'] }),
    appliance: applianceKind,
  },
}

const sensors: TerraformSchema = {
  version: 0,
  description: [
    'The sensors that documents of the CLI declare, each as a `sensorform_sensor`, named by its key. They are contacted only',
    'with `include_resource = true`; one that does not answer is then listed as it is declared, with a warning.',
  ].join(' '),
  attributes: {
    paths: {
      type: ['list', 'string'],
      required: true,
      description: 'Files and folders of the documents, relative to the folder in which Terraform runs.',
    },
  },
}

export const listResources: Provider<Client>['listResources'] = {
  sensorform_forwarding_rule: lazyList(rules, async () => (await import('./rules.ts')).listRules(rules)),
  sensorform_registration: lazyList(registrations, async () =>
    (await import('./registrations.ts')).listRegistrations(registrations),
  ),
  sensorform_sensor: lazyList(sensors, async () => (await import('./sensors.ts')).listSensors(sensors)),
}
