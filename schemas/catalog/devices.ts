/** What an appliance or registrar got wrong: every DeviceErrorCode. */
import type { Catalog } from './entry.ts'

export const devices = {} as const satisfies Catalog
