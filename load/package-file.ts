/** Update packages as files: large, so that they are only ever read piece by piece. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'

export interface PackageFile {
  name: string
  sha256: string
  sizeBytes: number
  readonly open: () => AsyncIterable<Uint8Array>
}

/** Reads the whole file once for its hash and size. Gives nothing when it cannot be read. */
export async function readPackage(file: string, signal?: AbortSignal): Promise<PackageFile | undefined> {
  const open = (): AsyncIterable<Uint8Array> => createReadStream(file) as AsyncIterable<Buffer>
  const hash = createHash('sha256')
  let sizeBytes = 0
  try {
    for await (const piece of open()) {
      signal?.throwIfAborted()
      hash.update(piece)
      sizeBytes += piece.length
    }
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof Error && 'code' in error) return undefined
    throw error
  }
  return { name: basename(file), sha256: hash.digest('hex'), sizeBytes, open }
}
