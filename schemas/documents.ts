/**
 * The document kinds. Each layer's `spec` is the layered form of the sensor's (see `layered.ts`): every key may be
 * left out, and `null` withdraws what an upper layer declared.
 *
 * @module
 */
import * as z from 'zod'
import { access, credentials, hold, policy, registrar, window } from './access.ts'
import { layered } from './layered.ts'
import { lazily } from './lazily.ts'
import { consoleAspects, consoleSettings } from './management-console.ts'
import { sensorAspects, sensorSettings } from './sensor.ts'

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

/** The kinds of document that an appliance stands behind. */
export type ApplianceKind = 'Sensor' | 'ManagementConsole'

/**
 * Of each kind of appliance: what a layer may say, what all layers together must satisfy, the settings among that. A
 * management console has no layers below it. Made when asked for: a start that needs one kind does not wait for all.
 */
export const applianceSchemas = {
  Sensor: lazily({
    layer: () =>
      layered(
        z
          .strictObject({ access: access.optional(), ...sensorAspects, hold: hold.optional() })
          .meta({ description: 'Any part of the spec of a sensor. null withdraws what an upper layer declared.' }),
      ),
    spec: () =>
      z
        .strictObject({ access, ...sensorAspects, hold: hold.optional() })
        .meta({ description: 'Spec of one sensor, all layers merged.' }),
    settings: () => sensorSettings,
  }),
  ManagementConsole: lazily({
    layer: () =>
      layered(
        z
          .strictObject({ access: access.optional(), ...consoleAspects })
          .meta({ description: 'Spec of one management console.' }),
      ),
    spec: () => z.strictObject({ access, ...consoleAspects }).meta({ description: 'Spec of one management console.' }),
    settings: () => consoleSettings,
  }),
} as const satisfies Record<ApplianceKind, { layer: z.ZodType; spec: z.ZodType; settings: z.ZodType }>

export type SensorSpec = z.infer<typeof applianceSchemas.Sensor.spec>
export type ConsoleSpec = z.infer<typeof applianceSchemas.ManagementConsole.spec>

/** What both kinds of appliance together can declare: rules that hold for either read it. */
export type ApplianceSpec = ConsoleSpec & Omit<SensorSpec, keyof ConsoleSpec>

/** What people call an appliance. */
export const applianceNouns: Readonly<Record<ApplianceKind, string>> = {
  Sensor: 'sensor',
  ManagementConsole: 'management console',
}

const header = <Kind extends string>(kind: Kind) => ({
  apiVersion: z.literal(apiVersion).meta({ description: 'Version of the document format.' }),
  kind: z.literal(kind).meta({ description: 'Kind of the document.' }),
})

const metadata = { description: 'Who the document is about.' } as const

const fleetMetadata = z.strictObject({ name: documentName.meta({ description: 'Name of the fleet.' }) }).meta(metadata)

const fleetDocument = () =>
  z
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
          defaults: applianceSchemas.Sensor.layer.optional(),
        })
        .meta({ description: 'What all sites and sensors share.' }),
    })
    .meta({ title: 'Fleet', description: 'All that one repository declares. One document at most.' })

const siteDocument = () =>
  z
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
          defaults: applianceSchemas.Sensor.layer.optional(),
        })
        .meta({ description: 'What the sensors of the site share.' }),
    })
    .meta({ title: 'Site', description: 'A plant or building.' })

const sensorDocument = () =>
  z
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
      spec: applianceSchemas.Sensor.layer,
    })
    .meta({ title: 'Sensor', description: 'One OT network sensor.' })

const managementConsoleDocument = () =>
  z
    .strictObject({
      ...header('ManagementConsole'),
      metadata: z
        .strictObject({
          name: documentName.meta({ description: 'Key of the console; sensors name it in managementConsole.console.' }),
          site: documentName.optional().meta({ description: 'Site that the console stands in.' }),
          labels: labels.optional(),
          formerKey: documentName
            .optional()
            .meta({ description: 'The key that this document had before, when the key itself changes.' }),
        })
        .meta(metadata),
      spec: applianceSchemas.ManagementConsole.layer,
    })
    .meta({ title: 'ManagementConsole', description: 'One on-premises management console.' })

/** Every document kind by its name, made when asked for. Adding a kind begins here. */
export const documentKinds = lazily({
  Fleet: fleetDocument,
  Site: siteDocument,
  Sensor: sensorDocument,
  ManagementConsole: managementConsoleDocument,
})

export type DocumentKind = keyof typeof documentKinds
