import type { Former } from './replacement.ts'

/** `restore` takes a backup of the same version only. */
export type BackupOffer =
  | { kind: 'none' }
  | { kind: 'same'; command: string; backup: { name: string; createdAt: string } }
  | { kind: 'otherVersion'; backup: { name: string; createdAt: string }; made: string; now: string }

/** Whether the newest backup of the old hardware may be restored on the new one, and by which command. */
export function offerBackup(key: string, former: Former | undefined, now: string | undefined): BackupOffer {
  const { backup, softwareVersion: made } = former ?? {}
  if (!backup || made === undefined || now === undefined) return { kind: 'none' }
  if (made !== now) return { kind: 'otherVersion', backup, made, now }
  return { kind: 'same', backup, command: `sensorform restore ${quoted(key)} --from ${quoted(backup.name)}` }
}

/** As a shell takes it for one word. */
const quoted = (word: string): string =>
  /^[\w.:@%+,/-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
