import type { Problem } from '../../schemas/problem.ts'
import type { LiveSecret } from '../driver.ts'
import type { Sight } from '../engine.ts'

/** Tells that secrets were written under a fingerprint key that is not at hand: nobody can say whether they changed. */
export function otherKeyProblem(sights: readonly Sight[]): Problem | undefined {
  const keys = sights.filter(isUnderOtherKey).map(({ desired }) => desired.key)
  const [first] = keys
  if (first === undefined) return undefined
  const others = keys.length === 1 ? '' : ` and of ${keys.length - 1} more`
  return {
    severity: 'warning',
    code: 'FINGERPRINT_KEY_DIFFERS',
    summary: `Secrets of ${first}${others} were written under another fingerprint key, so nobody can tell whether they changed.`,
    hint: 'Bring that key back (SENSORFORM_FINGERPRINT_KEY, or fingerprint.key in the state folder), or write the secrets anew with --rewrite-secrets.',
  }
}

const isUnderOtherKey = ({ tags, observation }: Sight): boolean =>
  'live' in observation &&
  [...tags].some(([path, ours]) => {
    const live = observation.live.get(path) as LiveSecret | undefined
    return ours && live?.tag && live.tag.keyId !== ours.keyId
  })
