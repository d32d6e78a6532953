/** Reads one file of a folder, and nothing outside of it. */
import { open, realpath, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { maxActivationFileBytes } from '../../formats/activation-file.ts'
import type { StoredFile } from './check-file.ts'

/** The name of the file comes from an appliance or a document, so it may not lead out of the folder. */
const fileNamePattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,200}$/

/** The problem of a file that nobody has put there yet. */
export const noFile = 'does not exist'

/** A file, or in words why there is none. */
export type ReadFile = StoredFile | { problem: string }

/** A file of at most 1 MiB, or in words why there is none. */
export async function readBoundedFile(folder: string, fileName: string): Promise<ReadFile> {
  if (!fileNamePattern.test(fileName)) return { problem: 'is not a name that an activation file can have' }
  try {
    const [within, path] = await Promise.all([realpath(folder), realpath(join(folder, fileName))])
    if (dirname(path) !== within) return { problem: 'leads out of the folder' }
    return await readPlainFile(path)
  } catch (error) {
    return { problem: reasonOf(error) }
  }
}

async function readPlainFile(path: string): Promise<ReadFile> {
  const found = await stat(path)
  if (!found.isFile()) return { problem: 'is not a file' }
  if (found.size > maxActivationFileBytes) return { problem: 'is larger than 1 MiB' }
  const file = await open(path)
  try {
    const bytes = new Uint8Array(maxActivationFileBytes)
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0)
    return { bytes: bytes.slice(0, bytesRead), modifiedAtMs: found.mtimeMs }
  } finally {
    await file.close()
  }
}

function reasonOf(error: unknown): string {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException
  if (code === 'ENOENT' || code === 'ENOTDIR') return noFile
  return code === 'EACCES' || code === 'EPERM' ? 'may not be read by this user' : `cannot be read (${code})`
}
