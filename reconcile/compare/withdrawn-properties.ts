/**
 * System properties that are no longer declared, under `withdrawnKeys: restore`.
 *
 * | live is                               | then                                       |
 * | ------------------------------------- | ------------------------------------------ |
 * | what it was before the first write    | nothing: it is back                        |
 * | what was written last                 | a change, back to what it was              |
 * | something else: somebody moved it     | it stays, and a problem says what it was   |
 *
 * @module
 */
import type { Change } from '../change.ts'
import type { PreImage, Remembered } from '../memory.ts'
import { noFindings, problemOf, type Findings, type Look } from './look.ts'
import { declaredFields, segmentsOf } from './setting-fields.ts'

type Kept = Pick<Look, 'desired' | 'live' | 'remembered' | 'observation'>

/** Compares what nobody declares any more with what it was before. */
export function compareWithdrawn(look: Look): Findings {
  const findings = noFindings()
  if (look.desired.settings.systemProperties?.withdrawnKeys !== 'restore') return findings
  for (const [path, image] of withdrawn(look)) {
    const live = look.live.get(path) ?? null
    if (live === image.before) continue
    if (live === image.written) findings.changes.push(restoring(path, image))
    else findings.problems.push(moved(look, path, image))
  }
  return findings
}

/** The value that a step writes to bring a withdrawn property back; undefined where none is to be. */
export const restoredValue = (look: Kept, path: string): string | null | undefined =>
  declaredFields(look.desired).has(path) ? undefined : imagesOf(look)[path]?.before

/** What was there before, of this very appliance. */
export function imagesOf({ remembered, observation }: Pick<Kept, 'remembered' | 'observation'>): PreImages {
  return remembered?.preImages?.identity === observation.identity ? remembered.preImages.values : {}
}

type PreImages = NonNullable<Remembered['preImages']>['values']

function withdrawn(look: Kept): [path: string, image: PreImage][] {
  const declared = declaredFields(look.desired)
  return Object.entries(imagesOf(look)).filter(([path]) => !declared.has(path))
}

const restoring = (path: string, { before, written }: PreImage): Change => ({
  kind: 'field',
  path,
  aspect: 'systemProperties',
  before: written ?? undefined,
  after: before ?? undefined,
  cause: 'spec',
  sensitive: false,
})

const moved = ({ desired }: Look, path: string, { before }: PreImage) =>
  problemOf(desired, {
    severity: 'warning',
    code: 'SYSTEM_PROPERTY_MOVED',
    field: 'systemProperties.withdrawnKeys',
    summary: `Somebody changed ${segmentsOf(path)[3] ?? ''} of ${segmentsOf(path)[2] ?? ''} after the last write: it stays as it is${
      before === null ? '; before the first write it was not there' : `; before the first write it was ${before}`
    }`,
    hint: 'Declare the value that it should have, or change it in the console.',
  })
