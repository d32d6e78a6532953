import { planRestore } from '../../../reconcile/restore/plan-restore.ts'
import { restore } from '../../../reconcile/restore/restore.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { textOf, unknown } from '../../model/value.ts'
import { fromProblems } from '../appliance/diagnostics.ts'
import { onAppliance } from './on-appliance.ts'
import { restoreSchema } from './schemas.ts'

const { attributes } = restoreSchema

/** `sensorform_restore`. */
export const restoreAction = onAppliance(
  restoreSchema,
  async (config, { desired, world, progress }) => {
    const { fleet, own } = desired
    const planned = await planRestore(fleet, world, own, textOf(config['from']) ?? '')
    if (planned.state !== 'planned') return fromProblems(attributes, planned.problems, config)
    progress(`Restoring ${planned.from} …`)
    const done = await restore(fleet, world, own, planned, { run: crypto.randomUUID() })
    for (const note of done.notes) progress(note)
    if (done.state === 'restored') progress(`Restored ${planned.from}`)
    return fromProblems(attributes, done.problems, config)
  },
  ({ discard_present_settings: discards }) => (discards === true || discards === unknown ? [] : [notDiscarded]),
)

const notDiscarded: Diagnostic = {
  severity: 'error',
  summary: 'A restore discards what was set since the backup',
  detail: 'Say discard_present_settings = true if it may, or leave the action out.',
  path: ['discard_present_settings'],
}
