/**
 * Fills in and follows the references of a value: secrets stay references, public files are read. Each relative path
 * begins at the folder of the document that it was written in.
 *
 * @module
 */
import { dirname, resolve } from 'node:path'
import type * as z from 'zod'
import type { SecretReference } from '../schemas/rules.ts'
import type { LoadedFile, LoadedPackage, LoadedSecret, LoadedTrust } from '../schemas/fleet.ts'
import type { TrustAnchor } from '../schemas/access.ts'
import { factsOf } from '../schemas/layered.ts'
import { splitPem } from '../formats/certificate.ts'
import { fillIn, fillInVariable, missingPlaceholder, type PlaceholderValues } from './placeholders.ts'
import { BadReferenceError, isFile, realPath, type ReferenceReader } from './read-reference.ts'
import type { DocumentCode } from './problem.ts'
import { isObject, memberOf, sensitive } from './schema-walk.ts'

/** What following references needs, for one sensor, registrar or set of credentials. */
export interface ReferenceContext {
  /** Folder of the document that the value at a path was written in. */
  folderAt: (path: readonly PropertyKey[]) => string
  secretsDir?: string | undefined
  packagesDir?: string | undefined
  values: PlaceholderValues
  reader: ReferenceReader
  report: (code: DocumentCode, path: readonly PropertyKey[], summary: string, hint: string) => void
}

/** The value with every reference in it followed. What leads nowhere is reported and left as it is. */
export function followReferences(
  context: ReferenceContext,
  schema: z.ZodType,
  value: unknown,
  path: readonly PropertyKey[],
): unknown {
  if (!isObject(value)) return value
  if (sensitive(schema)) return followSecret(context, value, path)
  if (factsOf(schema)?.['x-file'] === true) return followFile(context, String(value['file']), path)
  if (factsOf(schema)?.['x-package'] === true) return followPackage(context, value as unknown as LoadedPackage, path)
  const entries = Object.entries(value).map(([key, item]) => {
    const member = memberOf(schema, key)
    return [key, member ? followReferences(context, member, item, [...path, key]) : item]
  })
  return Object.fromEntries(entries)
}

/** A reference with its placeholders filled in and, for a file, its absolute path. */
export function followSecret(
  context: ReferenceContext,
  reference: SecretReference,
  path: readonly PropertyKey[],
): LoadedSecret {
  const { fromEnv, fromFile } = reference
  if (fromEnv !== undefined) {
    const name = filled(context, fromEnv, [...path, 'fromEnv'], fillInVariable)
    if (name !== undefined && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      context.report(
        'VALUE_INVALID',
        [...path, 'fromEnv'],
        `${name} is not the name of an environment variable`,
        envHint,
      )
    }
    return { fromEnv: name ?? fromEnv }
  }
  const absolute = attempt(context, fromFile ?? '', [...path, 'fromFile'], (text) => secretPath(context, text, path))
  return { fromFile: absolute ?? fromFile }
}

const envHint = 'Variables hold letters, digits and "_", and do not begin with a digit.'

const secretPath = (context: ReferenceContext, text: string, path: readonly PropertyKey[]): string =>
  preferredPath(context, context.secretsDir, text, path)

/** It lies in the folder for its kind, or else below the folder of its document. */
function preferredPath(
  { folderAt, reader }: ReferenceContext,
  preferredFolder: string | undefined,
  text: string,
  path: readonly PropertyKey[],
): string {
  const folder = folderAt(path)
  if (preferredFolder === undefined) return reader.confine(text, folder)
  const preferred = reader.confine(text, preferredFolder)
  if (realPath(preferred) !== undefined || realPath(resolve(folder, text)) === undefined) return preferred
  return reader.confine(text, folder)
}

/** A public file with its content. */
function followFile(context: ReferenceContext, file: string, path: readonly PropertyKey[]): LoadedFile | undefined {
  return attempt(context, file, [...path, 'file'], (text) => {
    const absolute = context.reader.confine(text, context.folderAt(path))
    return { file: absolute, ...context.reader.read(absolute) }
  })
}

/** A package with its absolute path. It is large, so that it stays unread until it is sent. */
function followPackage(
  context: ReferenceContext,
  { file, sha256 }: LoadedPackage,
  path: readonly PropertyKey[],
): LoadedPackage {
  const absolute = attempt(context, file, [...path, 'file'], (text) => {
    const found = preferredPath(context, context.packagesDir, text, path)
    if (!isFile(found)) throw new BadReferenceError('FILE_MISSING', 'there is no such file')
    return found
  })
  return { file: absolute ?? file, sha256: sha256.toLowerCase() }
}

/** Trust anchors with their files read. The entry of a pin file is that of `key`, else that of `formerKey`. */
export function followTrust(
  context: ReferenceContext,
  anchors: readonly TrustAnchor[],
  path: readonly PropertyKey[],
  key: string,
  formerKey?: string,
): LoadedTrust[] {
  const keys = formerKey === undefined ? [key] : [key, formerKey]
  const trust = anchors.flatMap((anchor, index) => followAnchor(context, anchor, [...path, index], keys) ?? [])
  const pinned = trust.find((anchor) => 'pinFile' in anchor)
  if (pinned && trust.every((anchor) => 'pinFile' in anchor && anchor.pins.length === 0)) {
    const at = [...path, anchors.findIndex(({ pinFile }) => pinFile !== undefined), 'pinFile']
    const missing = realPath(pinned.pinFile) === undefined
    context.report(
      missing ? 'PIN_FILE_MISSING' : 'PIN_MISSING',
      at,
      missing ? 'There is no such pin file yet, so nothing is trusted' : `The pin file has no entry for ${key}`,
      'Run `sensorform trust`: it shows the fingerprints and, confirmed, records them here.',
    )
  }
  return trust
}

function followAnchor(
  context: ReferenceContext,
  { pin, pinFile, caFile }: TrustAnchor,
  path: readonly PropertyKey[],
  keys: readonly string[],
): LoadedTrust | undefined {
  if (pin !== undefined) return { pin }
  if (pinFile !== undefined) {
    return attempt(context, pinFile, [...path, 'pinFile'], (text) =>
      readPins(context, text, [...path, 'pinFile'], keys),
    )
  }
  if (caFile === undefined) return { system: true }
  return attempt(context, caFile, [...path, 'caFile'], (text) => {
    const absolute = context.reader.confine(text, context.folderAt(path))
    const { content } = context.reader.read(absolute)
    if (splitPem(content).length === 0) {
      const summary = `${text} holds no certificate in PEM`
      context.report('CA_FILE_INVALID', [...path, 'caFile'], summary, 'Give the certificate of the authority in PEM.')
    }
    return { caFile: absolute, certificates: content }
  })
}

/** A pin file that does not exist yet holds no pins: `sensorform trust` will write it. */
function readPins(
  context: ReferenceContext,
  text: string,
  path: readonly PropertyKey[],
  keys: readonly string[],
): LoadedTrust {
  const file = context.reader.confine(text, context.folderAt(path))
  if (realPath(file) === undefined) return { pinFile: file, pins: [] }
  const pins = context.reader.readPins(file)
  if (!pins) {
    const hint = 'Let `sensorform trust` write it: document key to pins and identity, in JSON.'
    context.report('PIN_FILE_INVALID', path, `${text} is not a pin file`, hint)
  }
  const entry = keys.map((key) => (pins && Object.hasOwn(pins, key) ? pins[key] : undefined)).find(Boolean)
  return { pinFile: file, pins: entry?.pins ?? [], ...(entry?.identity !== undefined && { identity: entry.identity }) }
}

/** A confined absolute path; reported and undefined when it leads out. */
export const followFolder = (
  context: ReferenceContext,
  text: string,
  path: readonly PropertyKey[],
): string | undefined =>
  attempt(context, text, path, (reference) => context.reader.confine(reference, context.folderAt(path)))

/** Fills in the placeholders of a path and follows it; reports what goes wrong. */
function attempt<T>(
  context: ReferenceContext,
  text: string,
  path: readonly PropertyKey[],
  follow: (text: string) => T,
): T | undefined {
  const reference = filled(context, text, path, fillIn)
  if (reference === undefined) return undefined
  try {
    return follow(reference)
  } catch (error) {
    if (!(error instanceof BadReferenceError)) throw error
    const separator = error.code === 'REFERENCE_OUTSIDE' ? ' ' : ': '
    context.report(error.code, path, `${reference}${separator}${error.message}`, referenceHints[error.code])
    return undefined
  }
}

const referenceHints = {
  REFERENCE_OUTSIDE:
    'Files lie below the folder of the document that names them; secrets may also lie below --secrets-dir, packages below --packages-dir.',
  FILE_MISSING: 'The path begins at the folder of the document that names it. Create the file or correct the path.',
  FILE_TOO_LARGE: 'Files that documents refer to may have 1 MiB.',
} as const

function filled(
  { values, report }: ReferenceContext,
  text: string,
  path: readonly PropertyKey[],
  fill: typeof fillIn,
): string | undefined {
  const { text: result, missing } = fill(text, values)
  const [name] = missing
  if (name === undefined) return result
  const { summary, hint } = missingPlaceholder(name)
  report('PLACEHOLDER', path, summary, hint)
  return undefined
}

/** Folder of a file. */
export const folderOf = (path: string): string => dirname(path)
