/** Every problem code with its explanation. Codes are stable: scripts may rely on them. */
import { applying } from './catalog/applying.ts'
import { cli } from './catalog/cli.ts'
import { devices } from './catalog/devices.ts'
import { documents } from './catalog/documents.ts'
import { engine } from './catalog/engine.ts'
import type { Catalog } from './catalog/entry.ts'
import { restoring } from './catalog/restoring.ts'
import { fleetLife } from './catalog/fleet-life.ts'
import { updating } from './catalog/updating.ts'

export const problemCatalog: Catalog = {
  ...documents,
  ...devices,
  ...engine,
  ...applying,
  ...updating,
  ...fleetLife,
  ...restoring,
  ...cli,
}
