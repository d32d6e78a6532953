/** The data source `sensorform_sensors`: what a registrar lists. */
import type { RegistrationRecord } from '../../../reconcile/registrar.ts'
import { toSnakeCase } from '../../../schemas/terraform/names.ts'
import type { Call } from '../../model/call.ts'
import type { Diagnostic, Diagnostics } from '../../model/diagnostic.ts'
import { textOf, type ObjectValue, type Value } from '../../model/value.ts'
import type { Client } from '../client.ts'
import { failureAt, openRegistrarOf } from '../registrar-of.ts'

/** Listed once a connection, as for the plan of a sensor. */
export async function readSensors(
  config: ObjectValue,
  { client }: Call<Client>,
): Promise<{ state: ObjectValue; diagnostics?: Diagnostics }> {
  const registrar = await openRegistrarOf(client, config['registrar'] ?? null)
  if ('severity' in registrar) return { state: config, diagnostics: [registrar] }
  if (!registrar.list) return { state: config, diagnostics: [listsNothing(registrar.name)] }
  try {
    const records = await registrar.list()
    const site = textOf(config['site'])?.toLowerCase()
    const wanted = records.filter((record) => site === undefined || record.site?.toLowerCase() === site)
    return { state: { ...config, sensors: wanted.toSorted(bySiteAndName).map(toValue) } }
  } catch (error) {
    return { state: config, diagnostics: [failureAt(error, ['registrar'])] }
  }
}

const listsNothing = (name: string): Diagnostic => ({
  severity: 'error',
  summary: `Registrar ${name} lists no records`,
  detail: 'It is a folder of activation files. Name a registrar that shows what is registered.',
  path: ['registrar'],
})

const placeOf = ({ site = '', name }: RegistrationRecord): string => `${site}/${name}`

const bySiteAndName = (one: RegistrationRecord, other: RegistrationRecord): number =>
  placeOf(one) < placeOf(other) ? -1 : 1

const toValue = (record: RegistrationRecord): Value =>
  Object.fromEntries(Object.entries(record).map(([key, value]: [string, Value]) => [toSnakeCase(key), value]))
