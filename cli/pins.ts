/** The pin file: read, merged, written. */
import { readFile } from 'node:fs/promises'
import { pinFile, type PinFile } from '../schemas/pin-file.ts'
import { writeWhole } from './output.ts'
import { UsageError } from './usage-error.ts'

/** What the file says; nothing when there is none yet. Throws a UsageError for another kind of file. */
export async function readPins(file: string): Promise<PinFile> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}'
    throw new UsageError('FILE_UNREADABLE', `${file} cannot be read (${error.code ?? ''})`, 'Mend its permissions.')
  })
  const parsed = pinFile.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  throw new UsageError('PIN_FILE_INVALID', `${file} is not a pin file`, 'Name the file that sensorform trust wrote.')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Records one key's public key; the identity that was known stays. */
export function withPin(pins: PinFile, key: string, pin: string): PinFile {
  const identity = pins[key]?.identity
  return { ...pins, [key]: { pins: [pin], ...(identity !== undefined && { identity }) } }
}

export async function writePins(file: string, pins: PinFile): Promise<void> {
  const sorted = Object.fromEntries(Object.entries(pins).sort(([a], [b]) => (a < b ? -1 : 1)))
  await writeWhole(file, `${JSON.stringify(sorted, null, 2)}\n`, 0o644)
}
