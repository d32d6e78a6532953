/**
 * The document kinds. Each layer's `spec` is the layered form of the sensor's (see `layered.ts`): every key may be
 * left out, and `null` withdraws what an upper layer declared.
 *
 * @module
 */
import * as z from 'zod'
import { access, credentials, hold, policy, registrar, window } from './access.ts'
import { layered } from './layered.ts'
import { sensorAspects } from './sensor.ts'

export const apiVersion = 'sensorform.io/v1'

/** Keys, document names and label keys. */
const documentName = z
  .string()
  .max(63)
  .regex(
    /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/,
    'may hold a-z, 0-9, "." and "-", and begins and ends with a letter or digit',
  )

const labels = z
  .record(
    z
      .string()
      .min(1)
      .max(63)
      .regex(/^[A-Za-z0-9]([A-Za-z0-9_./-]*[A-Za-z0-9])?$/, 'is not the name of a label'),
    z
      .string()
      .max(63)
      .regex(/^([A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?)?$/, 'is not the value of a label'),
  )
  .meta({
    description: 'Labels to select by, as in `--select tier=critical`. Values are strings: quote true and numbers.',
  })

/** What a merged sensor must satisfy. */
export const sensorSpec = z
  .strictObject({ access, ...sensorAspects, hold: hold.optional() })
  .meta({ description: 'Spec of one sensor, all layers merged.' })

export type SensorSpec = z.infer<typeof sensorSpec>

/** What one layer may say: any part of a sensor's spec, incomplete. */
export const sensorLayer = layered(
  z
    .strictObject({ access: access.optional(), ...sensorAspects, hold: hold.optional() })
    .meta({ description: 'Any part of the spec of a sensor. null withdraws what an upper layer declared.' }),
)

const header = <Kind extends string>(kind: Kind) => ({
  apiVersion: z.literal(apiVersion).meta({ description: 'Version of the document format.' }),
  kind: z.literal(kind).meta({ description: 'Kind of the document.' }),
})

const metadata = { description: 'Who the document is about.' } as const

const fleetMetadata = z.strictObject({ name: documentName.meta({ description: 'Name of the fleet.' }) }).meta(metadata)

export const fleetDocument = z
  .strictObject({
    ...header('Fleet'),
    metadata: fleetMetadata,
    spec: z
      .strictObject({
        credentials: z.record(documentName, credentials).optional().meta({ description: 'How to sign in, by name.' }),
        registrars: z
          .record(documentName, registrar)
          .optional()
          .meta({ description: 'Where sensors are registered, by name.' }),
        policy: policy.optional(),
        defaults: sensorLayer.optional(),
      })
      .meta({ description: 'What all sites and sensors share.' }),
  })
  .meta({ title: 'Fleet', description: 'All that one repository declares. One document at most.' })

export const siteDocument = z
  .strictObject({
    ...header('Site'),
    metadata: z
      .strictObject({
        name: documentName.meta({ description: 'Name of the site.' }),
        labels: labels.optional(),
      })
      .meta(metadata),
    spec: z
      .strictObject({
        window: window.optional(),
        hold: hold.optional(),
        defaults: sensorLayer.optional(),
      })
      .meta({ description: 'What the sensors of the site share.' }),
  })
  .meta({ title: 'Site', description: 'A plant or building.' })

export const sensorDocument = z
  .strictObject({
    ...header('Sensor'),
    metadata: z
      .strictObject({
        name: documentName.meta({ description: 'Key of the sensor; it stays when the sensor is renamed or moved.' }),
        site: documentName.optional().meta({ description: 'Site that the sensor belongs to.' }),
        labels: labels.optional(),
        formerKey: documentName
          .optional()
          .meta({ description: 'The key that this document had before, when the key itself changes.' }),
      })
      .meta(metadata),
    spec: sensorLayer,
  })
  .meta({ title: 'Sensor', description: 'One OT network sensor.' })

/** Every document kind by its name. Adding a kind begins here. */
export const documentKinds = { Fleet: fleetDocument, Site: siteDocument, Sensor: sensorDocument } as const

export type DocumentKind = keyof typeof documentKinds
