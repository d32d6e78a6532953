/**
 * A way that cannot be ended is not begun.
 *
 * | the activation                          | then                                                                  |
 * | --------------------------------------- | --------------------------------------------------------------------- |
 * | is planned, or nothing needs it         | nothing is withheld                                                   |
 * | is withheld, and an update is under way | that one is followed to its end; every leg after it is withheld       |
 * | is withheld                             | every leg is, with its backup, its preparation and what it leaves     |
 *
 * @module
 */
import { crossesActivation } from '../../formats/software-package.ts'
import { legacyPath } from '../compare/legacy-record.ts'
import { problemOf, type Look } from '../compare/look.ts'
import type { Step } from '../plan-types.ts'
import type { Checked } from './needs.ts'

/** Withholds the updates whose activation is not planned, though they need it. */
export function checkStranded(look: Look, steps: readonly Step[]): Checked {
  const legs = steps.filter(isLeg)
  const isActivated = steps.some(({ id }) => id === 'activation')
  if (isActivated || !legs.some(needsActivation)) return { steps: [...steps], problems: [] }
  const followed = look.observation.unfinished.job?.type === 'update' ? legs[0] : undefined
  const gone = new Set(legs.filter((leg) => leg !== followed))
  if (gone.size === 0) return { steps: [...steps], problems: [] }
  return {
    steps: steps.filter((step) => !gone.has(step) && (followed !== undefined || !isForUpdate(step))),
    problems: [stranded(look)],
  }
}

const isLeg = ({ action }: Step): boolean => action.type === 'updateSoftware'

/** Before it, as the sensor is not activated, or after it, as 22.1 is crossed. */
const needsActivation = ({ action, needs }: Step): boolean =>
  needs.includes('activation') || (action.type === 'updateSoftware' && crossesActivation(action.from, action.to))

/** Done for an update alone: a backup that is not due, the preparation, the registration of before. */
const isForUpdate = ({ id, changes }: Step): boolean =>
  (id === 'backup.create' && changes.length === 0) || id === 'software.prepare' || id === legacyPath

const stranded = ({ desired }: Look) =>
  problemOf(desired, {
    severity: 'error',
    code: 'UPDATE_NEEDS_ACTIVATION',
    field: 'software.version',
    summary:
      'The sensor has to be activated on the way to the declared version, and its activation is withheld: no update begins',
    hint: 'Mend what the activation is withheld for; the next apply activates and updates the sensor.',
  })
