/**
 * What is asked of every file before its content is used: its size, where it lies, and that it is text. Apart from the
 * reading of documents, so that following a reference does not load a parser.
 *
 * @module
 */
import { sep } from 'node:path'

/** A file of documents larger than this is refused. */
export const maxFileBytes = 1024 * 1024

/** True for the folder itself and everything below it. Both paths must be absolute and real. */
export const isInside = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)

/** Text of UTF-8 bytes, a byte order mark left out; undefined for anything else. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
