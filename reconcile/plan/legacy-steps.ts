import type { Change } from '../change.ts'
import { boundLegacy, legacyPath, whereabouts } from '../compare/legacy-record.ts'
import type { Look } from '../compare/look.ts'
import { reportedOf, wantedOf } from '../compare/records.ts'
import type { Step } from '../plan-types.ts'
import { emptyDraft, type Draft } from './draft.ts'
import { needing } from './needs.ts'
import { makeStep } from './step-facts.ts'

/** Deletes the registration of before an update across 22.1, once the new one has taken its place. */
export function legacySteps(look: Look, changes: readonly Change[]): Draft {
  const record = boundLegacy(look.sight)
  const successor = wantedOf(look, reportedOf(look))
  const registrar = look.remembered?.legacyRecord?.registrar ?? look.desired.settings.registration?.registrar
  if (!record || !successor || registrar === undefined || !changes.some(({ path }) => path === legacyPath))
    return emptyDraft
  return { steps: [legacyStep(record, successor, registrar)], problems: [] }
}

function legacyStep(
  { name, mode, site, createdAt = '' }: NonNullable<ReturnType<typeof boundLegacy>>,
  { name: successor, placement }: NonNullable<ReturnType<typeof wantedOf>>,
  registrar: string,
): Step {
  const record = { name, mode, ...(site !== undefined && { site }), createdAt }
  const step = makeStep({
    id: legacyPath,
    title: `delete ${whereabouts(record)}, the registration of before the update`,
    action: { type: 'deleteLegacyRecord', registrar, record, successor: { name: successor, placement } },
    changes: [legacyPath],
    pointOfNoReturn: `the record ${name} is deleted`,
  })
  return needing(step, ['activation'])
}
