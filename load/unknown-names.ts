/**
 * What an appliance names must be declared somewhere.
 *
 * @module
 */
import type { Problem } from '../schemas/problem.ts'
import { suggestion } from './nearest.ts'
import { documentProblem, type DocumentCode } from './problem.ts'
import { valueBelow } from './schema-walk.ts'

/** Names that documents may refer to. Broken documents count: their own problems are enough. */
export interface Names {
  sites: readonly string[]
  credentials: readonly string[]
  registrars: readonly string[]
  /** Keys of sensors and management consoles. */
  appliances: readonly string[]
  consoles: readonly string[]
}

/** A place where a document may name something that another declares. */
export interface Reference {
  code: DocumentCode
  what: string
  names: keyof Names
  path: readonly string[]
}

/** Where the spec of an appliance, or a layer of one, names something. */
export const ofLayer = [
  { code: 'CREDENTIALS_UNKNOWN', what: 'credentials', names: 'credentials', path: ['access', 'credentials'] },
  { code: 'CREDENTIALS_UNKNOWN', what: 'credentials', names: 'credentials', path: ['access', 'readCredentials'] },
  { code: 'REGISTRAR_UNKNOWN', what: 'registrar', names: 'registrars', path: ['registration', 'registrar'] },
  { code: 'CONSOLE_UNKNOWN', what: 'management console', names: 'consoles', path: ['managementConsole', 'console'] },
] as const satisfies readonly Reference[]

/** The problem of a name that nobody declares; `hint` where none is near. */
export function unknownName(
  name: unknown,
  { code, what }: Reference,
  known: readonly string[],
  hint: string,
  suggest = suggestion,
): Problem | undefined {
  if (typeof name !== 'string' || known.includes(name)) return undefined
  return documentProblem(code, { summary: `There is no ${what} ${name}`, hint: suggest(name, known) ?? hint })
}

/** What the spec of one appliance names and nobody declares, with its path in the spec. */
export const unknownNames = (
  spec: unknown,
  known: Pick<Names, (typeof ofLayer)[number]['names']>,
  hint: string,
): { path: readonly string[]; problem: Problem }[] =>
  ofLayer.flatMap((reference) => {
    const named = reference.path.reduce(valueBelow, spec)
    const problem = unknownName(named, reference, known[reference.names], hint)
    return problem ? [{ path: reference.path, problem }] : []
  })
