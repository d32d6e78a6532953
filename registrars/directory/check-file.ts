/** Whether an activation file is good for a sensor. Pure. */
import { readActivationFile, unusedFileDays, type ActivationFile } from '../../formats/activation-file.ts'
import type { Mode } from '../../reconcile/registrar.ts'
import { sanitise } from '../../transport/sanitise.ts'

export interface StoredFile {
  bytes: Uint8Array
  /** When the file was last written, ms since the epoch. */
  modifiedAtMs: number
}

/** Why it is not good; nothing when it is, as far as can be seen: the vendor's own format is not published. */
export function checkFile(
  { bytes, modifiedAtMs }: StoredFile,
  wanted: { name: string; mode?: Mode },
  nowMs: number,
): string | undefined {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) return 'is not a zip file'
  const read = readActivationFile(bytes)
  if ('problem' in read) return checkAge(modifiedAtMs, nowMs)
  return checkContent(read.file, wanted, nowMs) ?? checkAge(Date.parse(read.file.createdAt), nowMs)
}

function checkContent(file: ActivationFile, wanted: { name: string; mode?: Mode }, nowMs: number): string | undefined {
  if (file.name !== wanted.name) return `is the activation file of ${sanitise(file.name)}, not of ${wanted.name}`
  if (wanted.mode && file.mode !== wanted.mode)
    return `is for ${words[file.mode]} sensors, not for ${words[wanted.mode]} ones`
  if (file.expiresAt !== null && Date.parse(file.expiresAt) <= nowMs) return `expired on ${file.expiresAt}`
  return undefined
}

const words: Readonly<Record<Mode, string>> = { cloud: 'cloud-connected', local: 'locally managed' }

function checkAge(createdAtMs: number, nowMs: number): string | undefined {
  if (nowMs - createdAtMs <= unusedFileDays * 86_400_000) return undefined
  const created = new Date(createdAtMs).toISOString()
  return `was made on ${created}: a file must be uploaded within ${unusedFileDays} days`
}
