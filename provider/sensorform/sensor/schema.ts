import { sensorAttributes } from '../../../schemas/terraform/generated.ts'
import type { Attributes, TerraformSchema } from '../../../schemas/terraform/schema.ts'
import { applianceFacts, fact, factsOfSteps, idFact, readFacts } from '../appliance/facts.ts'
import { destroyAttribute, unreachableAttribute } from '../appliance/conduct.ts'
import type { ApplianceType } from '../appliance/type.ts'

/** What the sensor says of itself. None of it can be configured. */
export const factAttributes: Attributes = {
  ...applianceFacts,
  activation_status: fact('What the sensor says of its activation.'),
  activation_expires_at: fact('When the activation of a locally managed sensor ends.'),
}

export const sensorSchema: TerraformSchema = {
  version: 0,
  description: [
    'One OT network sensor. Creating it adopts a sensor that is there; only what is configured is compared and written,',
    'everything else is read and left alone. A create has no base: it brings the sensor to what is configured, whatever it was.',
    'Destroying leaves the sensor as it is, unless `on_destroy` says otherwise.',
  ].join(' '),
  attributes: { ...idFact, ...sensorAttributes, ...unreachableAttribute, ...destroyAttribute, ...factAttributes },
}

export const sensorType: ApplianceType = {
  name: 'sensorform_sensor',
  kind: 'Sensor',
  schema: sensorSchema,
  facts: (observation) => ({
    ...readFacts(observation),
    activation_status: observation.activation?.status ?? null,
    activation_expires_at: observation.activation?.expiresAt ?? null,
  }),
  factsChangedBy: { ...factsOfSteps, activation: ['activation_status', 'activation_expires_at'] },
}
