/**
 * The configuration of one sensor as the engine's own fleet of one: the same checks, the same references, the same spec as
 * from a document.
 *
 * @module
 */
import { requirements } from '../../../load/appliance-rules.ts'
import { documentProblem } from '../../../load/problem.ts'
import { makeReferenceReader, type ReferenceReader } from '../../../load/read-reference.ts'
import { followReferences, followTrust, type ReferenceContext } from '../../../load/references.ts'
import { sensorSpec, type ApplianceSpec, type SensorSpec } from '../../../schemas/documents.ts'
import type { DesiredAppliance, DesiredSettings, Fleet, LoadedAccess } from '../../../schemas/fleet.ts'
import { sensorSettings } from '../../../schemas/sensor.ts'
import { sensorAttributes } from '../../../schemas/terraform/generated.ts'
import { hasErrors, type Diagnostic, type Diagnostics } from '../../model/diagnostic.ts'
import type { ObjectValue } from '../../model/value.ts'
import { checkSpec, problemDiagnosticAt, touchesUnknown } from '../../spec/check-spec.ts'
import type { SpecForm } from '../../spec/to-spec.ts'
import type { Client } from '../client.ts'

/** What is wrong with a configuration, offline. */
export function checkSensor(config: ObjectValue): { form: SpecForm; diagnostics: Diagnostics } {
  const { form, diagnostics } = checkSpec(sensorSpec, sensorAttributes, config)
  const needed = requirements(form.spec as ApplianceSpec)
    .filter(({ path }) => !touchesUnknown(form.unknowns, path))
    .map(({ code, path, ...text }) => problemDiagnosticAt(sensorAttributes, path, documentProblem(code, text), config))
  return { form, diagnostics: [...diagnostics, ...needed] }
}

export interface Desired {
  key: string
  fleet: Fleet
  /** Secrets that were given by value, by the variable in which the engine looks for them. */
  given: ReadonlyMap<string, string>
}

/** The fleet that holds this one sensor. Absent with an error. Everything that it needs must be known. */
export function desireSensor(
  client: Pick<Client, 'credentials' | 'registrars'>,
  config: ObjectValue,
): { desired?: Desired; diagnostics: Diagnostics } {
  const { form, diagnostics } = checkSensor(config)
  if (hasErrors(diagnostics)) return { diagnostics }
  const spec = form.spec as SensorSpec
  const key = keyOf(spec)
  const found: Diagnostic[] = [...diagnostics]
  const context: ReferenceContext = {
    reader: readerOf(form.files),
    values: { key, name: spec.name },
    folderAt: () => process.cwd(),
    report: (code, path, summary, hint) =>
      found.push(problemDiagnosticAt(sensorAttributes, path, documentProblem(code, { summary, hint }), config)),
  }
  const sensor = toAppliance(context, key, spec)
  if (hasErrors(found)) return { diagnostics: found }
  return { desired: { key, fleet: fleetOf(client, sensor), given: form.secrets }, diagnostics: found }
}

/** In messages and in the pin file the sensor goes by where it is found. */
const keyOf = ({ access }: SensorSpec): string => new URL(access.endpoint ?? '').host

/** Files come with their content; all others are read below the folder in which Terraform runs. */
function readerOf(files: SpecForm['files']): ReferenceReader {
  const reader = makeReferenceReader()
  return {
    ...reader,
    confine: (reference, folder) => (files.has(reference) ? reference : reader.confine(reference, folder)),
    read: (path) => {
      const content = files.get(path)
      return content === undefined ? reader.read(path) : { content }
    },
  }
}

function toAppliance(
  context: ReferenceContext,
  key: string,
  { access, hold, ...settings }: SensorSpec,
): DesiredAppliance {
  const trust = followTrust(context, access.trust ?? [], ['access', 'trust'], key)
  return {
    kind: 'Sensor',
    key,
    labels: {},
    access: { ...access, driver: access.driver ?? 'api', trust } as LoadedAccess,
    settings: followReferences(context, sensorSettings, settings, []) as DesiredSettings,
    ...(hold && { hold }),
    place: { file: 'main.tf', line: 1, column: 1 },
    origins: new Map(),
  }
}

const fleetOf = (
  { credentials, registrars }: Pick<Client, 'credentials' | 'registrars'>,
  sensor: DesiredAppliance,
) => ({
  root: process.cwd(),
  policy: {},
  credentials,
  registrars,
  sites: new Map(),
  sensors: new Map([[sensor.key, sensor]]),
  managementConsoles: new Map(),
})
