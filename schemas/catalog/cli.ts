/** Wrong usage of the command line. */
import type { Catalog } from './entry.ts'

export const cli = {} as const satisfies Catalog
