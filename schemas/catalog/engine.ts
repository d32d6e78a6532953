/** What planning, policy and applying find. */
import type { Catalog } from './entry.ts'

export const engine = {} as const satisfies Catalog
