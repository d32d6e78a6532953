/** A registrar by the name that a configuration gives, or what the user is told at that line. */
import type { Registrar } from '../../reconcile/registrar.ts'
import { problemOf } from '../../reconcile/observe/problem-of.ts'
import type { Diagnostic, Path } from '../model/diagnostic.ts'
import { textOf, type Value } from '../model/value.ts'
import { documentDiagnostic } from '../spec/document-problem.ts'
import type { Client } from './client.ts'

/** Opens it; nothing is contacted. */
export async function openRegistrarOf(client: Client, name: Value): Promise<Registrar | Diagnostic> {
  const missing = registrarMissing(client, name)
  if (missing) return missing
  const registrar = (await client.openRegistrars()).get(textOf(name) ?? '')
  if (!registrar) throw new TypeError('a declared registrar was not opened')
  return registrar
}

/** What is wrong with the name of a registrar. */
export function registrarMissing(client: Client, name: Value): Diagnostic | undefined {
  if (client.isUnknown) return notYetKnown
  const text = textOf(name) ?? ''
  if (client.registrars.has(text)) return undefined
  const declared = [...client.registrars.keys()].join(', ') || 'none'
  return {
    severity: 'error',
    summary: `The provider block declares no registrar ${JSON.stringify(text)}`,
    detail: `Declare it in registrars, or correct the name. Declared: ${declared}. (REGISTRAR_UNKNOWN)`,
    path: ['registrar'],
  }
}

/** Reading needs a provider block that is wholly known. */
export const notYetKnown: Diagnostic = {
  severity: 'error',
  summary: 'The provider block holds a value that is not known yet',
  detail: 'Nothing can be read with it. Apply first what the value comes from, for example with -target.',
}

/** What a call to the world threw, at an attribute. */
export const failureAt = (error: unknown, path: Path): Diagnostic => documentDiagnostic(problemOf(error, ''), path)
