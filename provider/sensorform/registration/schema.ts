import { registrationAttributes } from '../../../schemas/terraform/generated.ts'
import type { Attributes, IdentitySchema, TerraformSchema } from '../../../schemas/terraform/schema.ts'
import { fact } from '../appliance/facts.ts'

/** With another value it is another record. */
const naming = ['registrar', 'name', 'mode', 'site'] as const

const replacing: Attributes = Object.fromEntries(
  naming.flatMap((name) => {
    const attribute = registrationAttributes[name]
    return attribute ? [[name, { ...attribute, replaces: true }]] : []
  }),
)

export const registrationSchema: TerraformSchema = {
  version: 0,
  description: [
    'The registration of a sensor by itself, ahead of the hardware. Destroying it deletes exactly this record, and only while',
    'no sensor is connected with it. A `sensorform_sensor` with a `registration` manages its record itself: do not declare both.',
  ].join(' '),
  attributes: {
    id: fact('`REGISTRAR/SITE/NAME`, as an import takes it. Of a locally managed sensor the site is empty.'),
    ...registrationAttributes,
    ...replacing,
    adopt_existing: {
      type: 'bool',
      optional: true,
      description: [
        'Whether a record of this name that is there already is taken over. One that is connected never is.',
        'Left out: it is refused.',
      ].join(' '),
    },
    status: fact('As the registrar words it.'),
    connected: { ...fact('Whether a sensor is connected with it now.'), type: 'bool' },
  },
}

export const registrationIdentity: IdentitySchema = {
  version: 0,
  attributes: {
    registrar: { type: 'string', description: 'Name of the registrar.', requiredForImport: true },
    name: { type: 'string', description: 'Registered name.', requiredForImport: true },
    site: { type: 'string', description: 'Site. Left out: the record of a locally managed sensor.' },
  },
}
