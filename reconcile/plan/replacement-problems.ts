import { problemOf, type Look } from '../compare/look.ts'
import { offerBackup } from '../replace/offer-backup.ts'
import type { Problem } from '../../schemas/problem.ts'

/** What a person should know about new hardware under an old key. */
export function replacementProblems({ desired, observation, remembered }: Look): Problem[] {
  const offer = offerBackup(desired.key, remembered?.replacement?.former, observation.softwareVersion)
  if (offer.kind === 'none') return []
  const { name, createdAt } = offer.backup
  const backup = `The last backup of the replaced hardware is ${name}, made ${createdAt}`
  const [code, summary, hint] =
    offer.kind === 'same'
      ? [
          'BACKUP_OFFERED',
          `${backup}, by the same software version: it can be restored`,
          `${offer.command}\nThe file must lie in the backup folder of the sensor. Name, network and certificate may be the old ones afterwards: plan again.`,
        ]
      : [
          'BACKUP_OTHER_VERSION',
          `${backup}, by software version ${offer.made}; the new hardware runs ${offer.now}, and a backup is restored by its own version only`,
          `Bring the new hardware to ${offer.made} first, or leave the backup be.`,
        ]
  return [problemOf(desired, { severity: 'warning', code, summary, hint })]
}
