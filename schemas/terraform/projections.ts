/** The Terraform schemas that are made from the spec, by the name of their generated file. */
import * as z from 'zod'
import { credentials, registrar } from '../access.ts'
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

export const terraformProjections = (): Readonly<Record<string, Attributes>> => ({
  provider: projectAttributes(providerBlock, 'input'),
  sensor: projectAttributes(sensorSpec, 'resource'),
  'sensor-data': projectAttributes(sensorSpec, 'output'),
  'sensor-document': projectAttributes(documentOfSensor, 'document'),
  'fleet-document': projectAttributes(providerBlock.pick({ credentials: true, registrars: true }), 'document'),
  'management-console': projectAttributes(consoleSpec, 'resource'),
})
