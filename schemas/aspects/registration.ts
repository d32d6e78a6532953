import * as z from 'zod'

const reactivates = { 'x-reactivates': true, 'x-basis': 'documented' } as const

export const registration = z
  .strictObject({
    registrar: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .meta({
        description: 'Name of the registrar (of the Fleet document) where the sensor is registered.',
        ...reactivates,
        'x-not-a-setting': true,
        'x-rule': 'Another registrar is a re-activation. Without one, name and activation are only read.',
        'x-source': 'Vendor how-to, "Change the name of a sensor".',
      }),
    site: z
      .string()
      .min(1)
      .max(128)
      .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'is not the name of a site')
      .optional()
      .meta({
        'x-label': 'site',
        description: 'Site that the registration lies in. Records of locally managed sensors carry none.',
        ...reactivates,
        'x-source': 'Microsoft.IoTSecurity 2021-09-01-preview, path of SiteSensors_CreateOrUpdate.',
      }),
    zone: z.string().min(1).max(128).optional().meta({
      description: 'Zone within the site. Changing it never re-activates.',
      'x-label': 'zone',
      'x-basis': 'documented',
      'x-source': 'Microsoft.IoTSecurity 2021-09-01-preview, SensorModel.properties.zone.',
    }),
    tiAutomaticUpdates: z.boolean().optional().meta({
      'x-label': 'threat intelligence updates',
      description: 'Whether the cloud sends threat intelligence packages by itself. Changing it never re-activates.',
      'x-basis': 'documented',
      'x-source': 'Microsoft.IoTSecurity 2021-09-01-preview, SensorModel.properties.tiAutomaticUpdates.',
    }),
  })
  .meta({ description: 'Where the sensor is registered.' })
