/**
 * The provider block: checked as the Fleet document's parts are, its references followed from the folder in which
 * Terraform runs.
 *
 * @module
 */
import type * as z from 'zod'
import { followFolder, followReferences, followTrust, type ReferenceContext } from '../../load/references.ts'
import { documentProblem } from '../../load/problem.ts'
import { makeReferenceReader } from '../../load/read-reference.ts'
import { credentials, registrar, type Credentials, type RegistrarSpec } from '../../schemas/access.ts'
import type { LoadedRegistrar } from '../../schemas/fleet.ts'
import { registrarPinKey } from '../../schemas/pin-file.ts'
import { providerAttributes } from '../../schemas/terraform/generated.ts'
import { providerBlock } from '../../schemas/terraform/projections.ts'
import type { Diagnostic, Diagnostics } from '../model/diagnostic.ts'
import type { ObjectValue } from '../model/value.ts'
import { checkSpec, problemDiagnosticAt } from '../spec/check-spec.ts'
import type { ClientOptions } from './client.ts'

type Declared = Pick<ClientOptions, 'credentials' | 'registrars' | 'given' | 'isUnknown'>

/** What is wrong with the block, offline. */
export const checkProviderBlock = (config: ObjectValue): Diagnostics =>
  checkSpec(providerBlock, providerAttributes, config).diagnostics

/** What the block declares. With an error, `declared` is absent. */
export function readProviderBlock(config: ObjectValue): { declared?: Declared; diagnostics: Diagnostics } {
  const { form, diagnostics } = checkSpec(providerBlock, providerAttributes, config)
  if (diagnostics.length > 0) return { diagnostics }
  const spec = form.spec as z.infer<typeof providerBlock>
  const found: Diagnostic[] = []
  const context: ReferenceContext = {
    reader: makeReferenceReader(),
    values: {},
    folderAt: () => process.cwd(),
    report: (code, path, summary, hint) =>
      found.push(problemDiagnosticAt(providerAttributes, path, documentProblem(code, { summary, hint }), config)),
  }
  const declared: Declared = {
    credentials: mapOf(spec.credentials, (entry, name) => followed(context, credentials, entry, ['credentials', name])),
    registrars: mapOf(spec.registrars, (entry, name) => loadRegistrar(context, name, entry)),
    given: form.secrets,
    isUnknown: form.unknowns.length > 0,
  }
  return found.some(({ severity }) => severity === 'error') ? { diagnostics: found } : { declared, diagnostics: found }
}

const mapOf = <From, To>(entries: Readonly<Record<string, From>> = {}, make: (entry: From, name: string) => To) =>
  new Map(Object.entries(entries).map(([name, entry]) => [name, make(entry, name)] as const))

const followed = (context: ReferenceContext, schema: z.ZodType, entry: unknown, path: readonly string[]) =>
  followReferences(context, schema, entry, path) as Credentials

function loadRegistrar(context: ReferenceContext, name: string, spec: RegistrarSpec): LoadedRegistrar {
  const path = ['registrars', name]
  if (spec.directory) {
    const folder = followFolder(context, spec.directory.path, [...path, 'directory', 'path'])
    return { directory: { path: folder ?? spec.directory.path } }
  }
  const { azure } = followReferences(context, registrar, spec, path) as RegistrarSpec
  const anchors = spec.azure?.trust ?? [{ system: true as const }]
  const trust = followTrust(context, anchors, [...path, 'azure', 'trust'], registrarPinKey(name))
  return { azure: { ...azure, trust } } as LoadedRegistrar
}
