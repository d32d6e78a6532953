import type { Observation } from '../../../reconcile/driver.ts'
import type { ApplianceKind } from '../../../schemas/documents.ts'
import type { TerraformSchema } from '../../../schemas/terraform/schema.ts'
import type { ObjectValue } from '../../model/value.ts'

/** What a resource says of the appliance that it stands for; all else is the same for every one. */
export interface ApplianceType {
  /** As in a configuration, `sensorform_sensor`. */
  name: string
  kind: ApplianceKind
  /** A part of an appliance that others share: it adopts nothing. */
  isPart?: true
  /** What stands for the spec, and the facts beside it. */
  schema: TerraformSchema
  /** The facts, as they were read. */
  readonly facts: (observation: Observation) => ObjectValue
  /** Facts that a step of this prefix may change. */
  factsChangedBy: Readonly<Record<string, readonly string[]>>
}
