/**
 * The configuration of one appliance as the engine's own fleet of one: the same checks, the same references, the same spec as
 * from a document.
 *
 * @module
 */
import { hubsOf, requirements } from '../../../load/appliance-rules.ts'
import { documentProblem } from '../../../load/problem.ts'
import { makeReferenceReader, type ReferenceReader } from '../../../load/read-reference.ts'
import { followReferences, type ReferenceContext } from '../../../load/references.ts'
import { unknownNames } from '../../../load/unknown-names.ts'
import type { Problem } from '../../../schemas/problem.ts'
import { applianceSchemas, type ApplianceKind, type ApplianceSpec } from '../../../schemas/documents.ts'
import type { DesiredAppliance, DesiredSettings, Fleet, LoadedAccess } from '../../../schemas/fleet.ts'
import { hasErrors, type Diagnostic, type Diagnostics } from '../../model/diagnostic.ts'
import type { ObjectValue } from '../../model/value.ts'
import { checkSpec, problemDiagnosticAt, touchesUnknown } from '../../spec/check-spec.ts'
import type { SpecForm } from '../../spec/to-spec.ts'
import type { Declared } from '../client.ts'
import { defaultCredentials, trustOf, withPinFile } from '../trust.ts'
import type { ApplianceType } from './type.ts'

/** What is wrong with a configuration, offline: as long as the provider block is not known, nobody knows the registrars. */
export function checkAppliance(
  { kind, schema: { attributes } }: ApplianceType,
  config: ObjectValue,
  registrars?: Surroundings['registrars'],
): { form: SpecForm; diagnostics: Diagnostics } {
  const { form, diagnostics } = checkSpec(applianceSchemas[kind].spec, attributes, config)
  const needed = requirements(form.spec as ApplianceSpec, registrars && hubsOf(registrars))
    .filter(({ path }) => !touchesUnknown(form.unknowns, path) && !isOfProvider(path))
    .map(({ code, path, ...text }) => problemDiagnosticAt(attributes, path, documentProblem(code, text), config))
  return { form, diagnostics: [...diagnostics, ...needed] }
}

/** The provider block and its pin file stand in for what `access` leaves out. */
const isOfProvider = ([group, key]: readonly string[]): boolean =>
  group === 'access' && (key === 'credentials' || key === 'trust')

/** What of the provider block an appliance refers to. */
export type Surroundings = Pick<Declared, 'credentials' | 'registrars' | 'managementConsoles' | 'pinFile' | 'isUnknown'>

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
  surroundings: Surroundings,
  config: ObjectValue,
): { desired?: Desired; diagnostics: Diagnostics } {
  const { form, diagnostics } = checkAppliance(type, config, surroundings.registrars)
  if (hasErrors(diagnostics)) return { diagnostics }
  const spec = withDefaults(form.spec as ApplianceSpec)
  const key = keyOf(spec)
  const found: Diagnostic[] = [...diagnostics]
  const tell = (path: readonly PropertyKey[], problem: Problem) =>
    found.push(problemDiagnosticAt(type.schema.attributes, path, problem, config))
  const context: ReferenceContext = {
    reader: withPinFile(readerOf(form.files), surroundings.pinFile),
    values: { key, name: spec.name },
    folderAt: () => process.cwd(),
    report: (code, path, summary, hint) => tell(path, documentProblem(code, { summary, hint })),
  }
  for (const { path, problem } of unknownNames(spec, namesOf(surroundings), 'Declare it in the provider block.'))
    tell(path, problem)
  const own = toAppliance(context, type.kind, key, spec, surroundings.pinFile)
  if (hasErrors(found)) return { diagnostics: found }
  return { desired: { key, own, fleet: fleetOf(surroundings, own), given: form.secrets }, diagnostics: found }
}

const withDefaults = (spec: ApplianceSpec): ApplianceSpec => ({
  ...spec,
  access: { ...spec.access, credentials: spec.access.credentials ?? defaultCredentials },
})

const namesOf = ({ credentials, registrars, managementConsoles }: Surroundings) => ({
  credentials: [...credentials.keys()],
  registrars: [...registrars.keys()],
  consoles: [...managementConsoles.keys()],
})

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
  pinFile: string | undefined,
): DesiredAppliance {
  const trust = trustOf(context, access, ['access'], pinFile, key, settings.name)
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

/** With the console that the appliance names, which is only reached and never managed here. */
function fleetOf({ credentials, registrars, managementConsoles }: Surroundings, own: DesiredAppliance): Fleet {
  const { console: named = '' } = own.settings.managementConsole ?? {}
  const access = managementConsoles.get(named)
  const console: DesiredAppliance[] = access
    ? [{ ...own, kind: 'ManagementConsole', key: named, access, settings: {} }]
    : []
  const ofKind = (kind: ApplianceKind) =>
    new Map([own, ...console].filter((one) => one.kind === kind).map((one) => [one.key, one]))
  return {
    root: process.cwd(),
    policy: {},
    credentials,
    registrars,
    sites: new Map(),
    sensors: ofKind('Sensor'),
    managementConsoles: ofKind('ManagementConsole'),
  }
}
