/** Problems of documents and files: found offline, while loading. */
import type { Catalog } from './entry.ts'

export const documents = {} as const satisfies Catalog
