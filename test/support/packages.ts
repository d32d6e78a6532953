/** Update packages of tests, as text. */
import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import type { Packages } from '../../reconcile/packages.ts'

export const sha256Of = (content: string): string => createHash('sha256').update(content).digest('hex')

/** Packages that are text, by path. */
export const packagesOf = (contents: ReadonlyMap<string, string>): Packages => ({
  find: async (file) => {
    const content = contents.get(file)
    if (content === undefined) return undefined
    const bytes = new TextEncoder().encode(content)
    return {
      name: basename(file),
      sha256: sha256Of(content),
      sizeBytes: bytes.length,
      async *open() {
        yield* [bytes.subarray(0, 5), bytes.subarray(5)]
      },
    }
  },
})

export const noPackages: Packages = packagesOf(new Map())
