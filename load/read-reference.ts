/**
 * Follows references to files: confined to their folder, read once.
 *
 * @module
 */
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import type { LoadedFile } from '../schemas/fleet.ts'
import { pinFile, type PinFile } from '../schemas/pin-file.ts'
import { decodeUtf8, isInside, maxFileBytes } from './file-checks.ts'

/** Why a reference leads nowhere, in words that follow the reference. */
export class BadReferenceError extends Error {
  readonly code: 'REFERENCE_OUTSIDE' | 'FILE_MISSING' | 'FILE_TOO_LARGE'

  constructor(code: BadReferenceError['code'], message: string) {
    super(message)
    this.name = 'BadReferenceError'
    this.code = code
  }
}

type Content = Pick<LoadedFile, 'content' | 'encoding'>

/** Reads referenced files, each once, for one load. */
export interface ReferenceReader {
  /** Text, or base64 of what is not UTF-8. Throws a BadReferenceError. */
  read(path: string): Content
  /** The pin file; null when the file is none. Throws a BadReferenceError. */
  readPins(path: string): PinFile | null
  /** The absolute path of a reference, which must stay below the folder. Throws a BadReferenceError. */
  confine(reference: string, folder: string): string
}

export function makeReferenceReader(): ReferenceReader {
  const read = remembering(readContent)
  const realPathOf = remembering(realPath)
  return {
    read,
    readPins: remembering((path) => parsePins(read(path).content)),
    confine: (reference, folder) => confine(reference, folder, realPathOf),
  }
}

/** Failures are not kept: they are rare, and throw. */
function remembering<T>(make: (path: string) => T): (path: string) => T {
  const known = new Map<string, T>()
  return (path) => {
    const value = known.get(path)
    if (value !== undefined || known.has(path)) return value as T
    const made = make(path)
    known.set(path, made)
    return made
  }
}

function parsePins(text: string): PinFile | null {
  try {
    return pinFile.parse(JSON.parse(text))
  } catch {
    return null
  }
}

function readContent(path: string): Content {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (!stats?.isFile()) throw new BadReferenceError('FILE_MISSING', 'there is no such file')
  if (stats.size > maxFileBytes) throw new BadReferenceError('FILE_TOO_LARGE', `the file has ${stats.size} bytes`)
  let bytes
  try {
    bytes = readFileSync(path)
  } catch {
    throw new BadReferenceError('FILE_MISSING', 'the file cannot be read')
  }
  const content = decodeUtf8(bytes)
  return content === undefined ? { content: bytes.toString('base64'), encoding: 'base64' } : { content }
}

/** Symbolic links are followed too. */
function confine(reference: string, folder: string, realPathOf: typeof realPath): string {
  const path = resolve(folder, reference)
  if (isAbsolute(reference)) throw new BadReferenceError('REFERENCE_OUTSIDE', 'is an absolute path')
  if (!isInside(path, folder)) throw new BadReferenceError('REFERENCE_OUTSIDE', 'leads out of its folder')
  const real = realPathOf(path)
  if (real !== undefined && !isInside(real, realPathOf(folder) ?? folder)) {
    throw new BadReferenceError('REFERENCE_OUTSIDE', 'is a symbolic link that leads out of its folder')
  }
  return path
}

export const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false

/** Undefined where nothing is. */
export function realPath(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}
