/**
 * The data source `sensorform_fleet`: the CLI's documents as values. What a document names by path is named relative to
 * the folder in which Terraform runs, where the resource and the provider block look for it.
 *
 * @module
 */
import type * as z from 'zod'
import { loadFleet } from '../../../load/load-fleet.ts'
import { pemOf } from '../../../load/pem.ts'
import { shownPath } from '../../../load/read-files.ts'
import { isObject, memberOf, sensitive } from '../../../load/schema-walk.ts'
import { registrar, credentials as credentialsSchema } from '../../../schemas/access.ts'
import type { DesiredAppliance, Fleet, LoadedFile, LoadedRegistrar, LoadedTrust } from '../../../schemas/fleet.ts'
import { factsOf } from '../../../schemas/layered.ts'
import { sensorSettings } from '../../../schemas/sensor.ts'
import { fleetDocumentAttributes, sensorDocumentAttributes } from '../../../schemas/terraform/generated.ts'
import type { Diagnostics } from '../../model/diagnostic.ts'
import { isList, type ObjectValue, type Value } from '../../model/value.ts'
import { documentDiagnostic } from '../../spec/document-problem.ts'
import { fromSpec } from '../../spec/from-spec.ts'

/** Loads the documents. Every problem is told, with its place in its file. */
export async function readFleet(config: ObjectValue): Promise<{ state: ObjectValue; diagnostics: Diagnostics }> {
  const { paths = null } = config
  const cwd = process.cwd()
  const { fleet, problems } = await loadFleet(textsOf(paths), { cwd })
  const diagnostics = problems.map((problem) => documentDiagnostic(problem, ['paths']))
  return { state: { paths, ...(fleet && fleetValue(fleet, cwd)) }, diagnostics }
}

const textsOf = (value: Value): string[] => (isList(value) ? value.filter((item) => typeof item === 'string') : [])

function fleetValue(fleet: Fleet, cwd: string): ObjectValue {
  const { name = null, sensors, credentials, registrars, managementConsoles } = fleet
  const said = {
    credentials: mapped(credentials, (entry) => relocated(credentialsSchema, entry, cwd)),
    registrars: mapped(registrars, (entry) => registrarSpec(entry, cwd)),
    managementConsoles: mapped(managementConsoles, (console) => accessSpec(console, cwd)),
  }
  return {
    name,
    sensors: mapped(sensors, (sensor) => fromSpec(sensorDocumentAttributes, sensorDocument(sensor, cwd))),
    ...fromSpec(fleetDocumentAttributes, said),
  }
}

const mapped = <From, To>(entries: ReadonlyMap<string, From>, make: (entry: From) => To): Record<string, To> =>
  Object.fromEntries([...entries].map(([name, entry]) => [name, make(entry)]))

/** A sensor with all that its layers say, as one document would say it. */
const sensorDocument = (sensor: DesiredAppliance, cwd: string): object => {
  const { key, formerKey, site, labels, settings, hold } = sensor
  const said = relocated(sensorSettings, settings, cwd) as object
  return { ...said, key, formerKey, site, labels, access: accessSpec(sensor, cwd), hold }
}

/** How an appliance is reached. Of a pin file the identity counts where none is declared. */
function accessSpec({ access: { trust, ...reached } }: DesiredAppliance, cwd: string): object {
  const [identity] = trust.flatMap((anchor) => ('pinFile' in anchor ? (anchor.identity ?? []) : []))
  return { ...(identity !== undefined && { identity }), ...reached, trust: anchorsOf(trust, cwd) }
}

/** Pins of a pin file are told one by one: Terraform knows no key of a document to look for them. */
const anchorsOf = (trust: readonly LoadedTrust[], cwd: string): object[] =>
  trust.flatMap((anchor): object[] => {
    if ('pinFile' in anchor) return anchor.pins.map((pin) => ({ pin }))
    return 'caFile' in anchor ? [{ caFile: shownPath(anchor.caFile, cwd) }] : [anchor]
  })

function registrarSpec(entry: LoadedRegistrar, cwd: string): object {
  if ('directory' in entry) return { directory: { path: shownPath(entry.directory.path, cwd) } }
  const { trust, ...azure } = entry.azure
  const { azure: said } = relocated(registrar, { azure }, cwd) as { azure: object }
  return { azure: { ...said, trust: anchorsOf(trust, cwd) } }
}

/** The value with every absolute path in it made one that the resource takes, and every file as text. */
function relocated(schema: z.ZodType, value: unknown, cwd: string): unknown {
  if (!isObject(value)) return value
  const facts = factsOf(schema)
  if (facts?.['x-file'] === true) return { content: pemOf(value as unknown as LoadedFile) }
  const path = sensitive(schema) ? 'fromFile' : facts?.['x-package'] === true ? 'file' : undefined
  if (path !== undefined) {
    const named = value[path]
    return typeof named === 'string' ? { ...value, [path]: shownPath(named, cwd) } : value
  }
  const entries = Object.entries(value).map(([key, item]) => {
    const member = memberOf(schema, key)
    return [key, member ? relocated(member, item, cwd) : item]
  })
  return Object.fromEntries(entries)
}
