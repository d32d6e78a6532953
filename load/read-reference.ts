/**
 * Follows references to files: confined to their folder, read once.
 *
 * @module
 */
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { decodeUtf8, isInside, maxFileBytes } from './read-files.ts'

/** Why a reference leads nowhere, in words that follow the reference. */
export class BadReferenceError extends Error {
  readonly code: 'REFERENCE_OUTSIDE' | 'FILE_MISSING' | 'FILE_TOO_LARGE'

  constructor(code: BadReferenceError['code'], message: string) {
    super(message)
    this.name = 'BadReferenceError'
    this.code = code
  }
}

/** Reads referenced files, each once, for one load. */
export interface ReferenceReader {
  /** Text, or base64 of what is not UTF-8. Throws a BadReferenceError. */
  read(path: string): { content: string; encoding?: 'base64' }
}

export function makeReferenceReader(): ReferenceReader {
  const known = new Map<string, { content: string; encoding?: 'base64' }>()
  return {
    read(path) {
      const content = known.get(path) ?? readContent(path)
      known.set(path, content)
      return content
    },
  }
}

function readContent(path: string): { content: string; encoding?: 'base64' } {
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

/** The absolute path of a reference, which must stay below the folder, also through symbolic links. */
export function confine(reference: string, folder: string): string {
  const path = resolve(folder, reference)
  if (isAbsolute(reference)) throw new BadReferenceError('REFERENCE_OUTSIDE', 'is an absolute path')
  if (!isInside(path, folder)) throw new BadReferenceError('REFERENCE_OUTSIDE', 'leads out of its folder')
  const real = realPath(path)
  if (real !== undefined && !isInside(real, realPath(folder) ?? folder)) {
    throw new BadReferenceError('REFERENCE_OUTSIDE', 'is a symbolic link that leads out of its folder')
  }
  return path
}

export function realPath(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}
