/** The Terraform schemas that are made from the spec, by the name of their generated file. */
import * as z from 'zod'
import { activation } from '../aspects/activation.ts'
import { name } from '../aspects/name.ts'
import { registration } from '../aspects/registration.ts'
import { applianceSchemas, documentKinds } from '../documents.ts'
import { projectAttributes } from './project.ts'
import { providerBlock } from './provider-block.ts'
import type { Attributes } from './schema.ts'

/** Of a Fleet document, and of those of consoles, what the provider block says of them. */
const fleetDocument = () => providerBlock.pick({ credentials: true, registrars: true, managementConsoles: true })

/** A Sensor document: what its header says of it beside its spec. */
function documentOfSensor() {
  const { name: key, ...metadata } = documentKinds.Sensor.shape.metadata.shape
  return z.strictObject({ key, ...metadata, ...applianceSchemas.Sensor.spec.shape })
}

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
  sensor: projectAttributes(applianceSchemas.Sensor.spec, 'resource'),
  'sensor-data': projectAttributes(applianceSchemas.Sensor.spec, 'output'),
  'sensor-document': projectAttributes(documentOfSensor(), 'document'),
  'fleet-document': projectAttributes(fleetDocument(), 'document'),
  'management-console': projectAttributes(applianceSchemas.ManagementConsole.spec, 'resource'),
  registration: projectAttributes(registrationRecord, 'resource'),
})
