/** The Terraform schemas that are made from the spec, by the name of their generated file. */
import * as z from 'zod'
import { credentials, registrar } from '../access.ts'
import { activation } from '../aspects/activation.ts'
import { name } from '../aspects/name.ts'
import { registration } from '../aspects/registration.ts'
import { consoleSpec, sensorDocument, sensorSpec } from '../documents.ts'
import { projectAttributes } from './project.ts'
import type { Attributes } from './schema.ts'

/** What the provider block declares of the fleet. */
export const providerBlock = z.strictObject({
  credentials: z.record(z.string(), credentials).optional().meta({
    description: 'How to sign in, by name. Reading has no configuration of a resource, so they are declared here.',
  }),
  registrars: z
    .record(z.string(), registrar)
    .optional()
    .meta({ description: 'Where sensors are registered, by name.' }),
})

const { name: key, ...metadata } = sensorDocument.shape.metadata.shape

/** A Sensor document: what its header says of it beside its spec. */
export const documentOfSensor = z.strictObject({ key, ...metadata, ...sensorSpec.shape })

/** Of a record that stands alone, no change re-activates anything. */
const alone = <Field extends z.ZodType>(field: Field, description?: string): Field =>
  field.meta({ ...field.meta(), 'x-reactivates': false, ...(description !== undefined && { description }) })

const { registrar: registrarName, site, zone, tiAutomaticUpdates } = registration.shape

/** A registration by itself, ahead of the hardware. */
export const registrationRecord = z
  .strictObject({
    registrar: registrarName.unwrap().meta({
      'x-not-a-setting': true,
      'x-basis': 'documented',
      description: 'Name of the registrar (of the provider block) where the sensor is registered.',
    }),
    name: alone(name, 'Name that the sensor is registered under. Its activation file will carry it.'),
    mode: alone(
      activation.shape.mode,
      'Whether the sensor will be connected to the cloud or managed locally. Left out: connected to the cloud.',
    ),
    site: alone(site),
    zone: alone(zone),
    tiAutomaticUpdates: alone(tiAutomaticUpdates),
  })
  .meta({ description: 'A registration by itself.' })

export const terraformProjections = (): Readonly<Record<string, Attributes>> => ({
  provider: projectAttributes(providerBlock, 'input'),
  sensor: projectAttributes(sensorSpec, 'resource'),
  'sensor-data': projectAttributes(sensorSpec, 'output'),
  'sensor-document': projectAttributes(documentOfSensor, 'document'),
  'fleet-document': projectAttributes(providerBlock.pick({ credentials: true, registrars: true }), 'document'),
  'management-console': projectAttributes(consoleSpec, 'resource'),
  registration: projectAttributes(registrationRecord, 'resource'),
})
