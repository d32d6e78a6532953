/**
 * The configuration of one appliance as the engine's own fleet of one: the same checks, the same references, the same spec as
 * from a document.
 *
 * @module
 */
import { requirements } from '../../../load/appliance-rules.ts'
import { documentProblem } from '../../../load/problem.ts'
import { makeReferenceReader, type ReferenceReader } from '../../../load/read-reference.ts'
import { followReferences, followTrust, type ReferenceContext } from '../../../load/references.ts'
import { applianceSchemas, type ApplianceKind, type ApplianceSpec } from '../../../schemas/documents.ts'
import type { DesiredAppliance, DesiredSettings, Fleet, LoadedAccess } from '../../../schemas/fleet.ts'
import { hasErrors, type Diagnostic, type Diagnostics } from '../../model/diagnostic.ts'
import type { ObjectValue } from '../../model/value.ts'
import { checkSpec, problemDiagnosticAt, touchesUnknown } from '../../spec/check-spec.ts'
import type { SpecForm } from '../../spec/to-spec.ts'
import type { Client } from '../client.ts'
import type { ApplianceType } from './type.ts'

/** What is wrong with a configuration, offline. */
export function checkAppliance(
  { kind, schema: { attributes } }: ApplianceType,
  config: ObjectValue,
): { form: SpecForm; diagnostics: Diagnostics } {
  const { form, diagnostics } = checkSpec(applianceSchemas[kind].spec, attributes, config)
  const needed = requirements(form.spec as ApplianceSpec)
    .filter(({ path }) => !touchesUnknown(form.unknowns, path))
    .map(({ code, path, ...text }) => problemDiagnosticAt(attributes, path, documentProblem(code, text), config))
  return { form, diagnostics: [...diagnostics, ...needed] }
}

export interface Desired {
  key: string
  own: DesiredAppliance
  fleet: Fleet
  /** Secrets that were given by value, by the variable in which the engine looks for them. */
  given: ReadonlyMap<string, string>
}

/** The fleet that holds this one appliance. Absent with an error. Everything that it needs must be known. */
export function desireAppliance(
  type: ApplianceType,
  client: Pick<Client, 'credentials' | 'registrars'>,
  config: ObjectValue,
): { desired?: Desired; diagnostics: Diagnostics } {
  const { form, diagnostics } = checkAppliance(type, config)
  if (hasErrors(diagnostics)) return { diagnostics }
  const spec = form.spec as ApplianceSpec
  const key = keyOf(spec)
  const found: Diagnostic[] = [...diagnostics]
  const context: ReferenceContext = {
    reader: readerOf(form.files),
    values: { key, name: spec.name },
    folderAt: () => process.cwd(),
    report: (code, path, summary, hint) =>
      found.push(problemDiagnosticAt(type.schema.attributes, path, documentProblem(code, { summary, hint }), config)),
  }
  const own = toAppliance(context, type.kind, key, spec)
  if (hasErrors(found)) return { diagnostics: found }
  return { desired: { key, own, fleet: fleetOf(client, own), given: form.secrets }, diagnostics: found }
}

/** In messages and in the pin file an appliance goes by where it is found. */
const keyOf = ({ access }: ApplianceSpec): string => new URL(access.endpoint ?? '').host

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
  kind: ApplianceKind,
  key: string,
  { access, hold, ...settings }: ApplianceSpec,
): DesiredAppliance {
  const trust = followTrust(context, access.trust ?? [], ['access', 'trust'], key)
  return {
    kind,
    key,
    labels: {},
    access: { ...access, driver: access.driver ?? 'api', trust } as LoadedAccess,
    settings: followReferences(context, applianceSchemas[kind].settings, settings, []) as DesiredSettings,
    ...(hold && { hold }),
    place: { file: 'main.tf', line: 1, column: 1 },
    origins: new Map(),
  }
}

const fleetOf = ({ credentials, registrars }: Pick<Client, 'credentials' | 'registrars'>, own: DesiredAppliance) => ({
  root: process.cwd(),
  policy: {},
  credentials,
  registrars,
  sites: new Map(),
  sensors: new Map(own.kind === 'Sensor' ? [[own.key, own]] : []),
  managementConsoles: new Map(own.kind === 'ManagementConsole' ? [[own.key, own]] : []),
})
