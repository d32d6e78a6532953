import { sensorAttributes } from '../../../schemas/terraform/generated.ts'
import { isNested, type Attribute, type Attributes, type TerraformSchema } from '../../../schemas/terraform/schema.ts'
import { applianceKind } from '../appliance/kinds.ts'

/** As a configuration gives it: an action fills nothing in. */
function asInput(attribute: Attribute): Attribute {
  const { computed: _, keepsPrior: __, implied: ___, ...said } = attribute
  if (!isNested(said)) return said
  const inner = Object.entries(said.attributes).map(([name, one]) => [name, asInput(one)] as const)
  return { ...said, attributes: Object.fromEntries(inner) }
}

function input(name: string): Attributes {
  const attribute = sensorAttributes[name]
  if (!attribute) throw new TypeError(`there is no attribute ${name}`)
  return { [name]: asInput(attribute) }
}

const action = (description: string, attributes: Attributes): TerraformSchema => ({
  version: 0,
  description,
  attributes: { ...input('access'), ...attributes },
})

export const backupSchema = action('Makes a backup of a sensor now, and waits until it is there.', {})

export const restoreSchema = action(
  'Restores a backup of a sensor: one of the same software version only. Then the sensor is looked for, as it may have the address and the certificate of that time.',
  {
    from: {
      type: 'string',
      required: true,
      description:
        'Name of the file, as `sensorform backup list` shows it, or `latest`: the newest that the sensor takes.',
    },
    discard_present_settings: {
      type: 'bool',
      required: true,
      description: 'Must be `true`: says that what was set since the backup is lost.',
    },
  },
)

export const testMessageSchema = action(
  'Sends the test message of a forwarding rule, and tells what became of each of its actions.',
  {
    appliance: applianceKind,
    rule: { type: 'string', required: true, description: 'Name of the rule.' },
  },
)

function required(name: string): Attributes {
  const { optional: _, ...said } = input(name)[name] ?? {}
  return { [name]: { ...said, required: true } as Attribute }
}

export const updateSoftwareSchema = action(
  'Updates the software of a sensor, leg by leg of the documented path; a backup is made first unless declined. A leg that crosses 22.1 re-activates the sensor, which `sensorform_sensor` does.',
  required('software'),
)
