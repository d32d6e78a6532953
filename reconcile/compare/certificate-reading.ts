/**
 * Certificates as the comparison needs them. Fleets share chains and every run reads the same files again, so what was
 * read is kept by content.
 *
 * @module
 */
import { certificateFacts, splitPem, type CertificateFacts } from '../../formats/certificate-facts.ts'
import type { LoadedFile } from '../../schemas/fleet.ts'
import { sha256 } from './canonical-json.ts'
import type { LiveFile } from '../driver.ts'

/** A public file as it stands on one of both sides: binary content is base64. */
export type PublicFile = LoadedFile | LiveFile

export interface FileReading {
  /** One digest for equal content, however it is spelled: of certificates in order, else of the text itself. */
  digest: string
  /** Facts of the first certificate; absent when there is none. */
  leaf?: Pick<CertificateFacts, 'sha256' | 'subject' | 'notAfter'>
}

const readings = new Map<string, FileReading>()
/** Far above what one fleet holds; only a process that lives for months would get there. */
const mostReadings = 50_000

/** Reads a public file. Never throws: what is no certificate is compared as text. */
export function readFile(file: PublicFile): FileReading {
  const key = `${'encoding' in file ? 'base64' : 'text'}:${file.content}`
  const known = readings.get(key)
  if (known) return known
  if (readings.size >= mostReadings) readings.clear()
  const reading = readAnew(file)
  readings.set(key, reading)
  return reading
}

function readAnew(file: PublicFile): FileReading {
  const blocks = splitPem(file.content)
  const parts = blocks.length > 0 ? blocks : [bytesOf(file)]
  try {
    const all = parts.map((part) => certificateFacts(part))
    const [leaf] = all
    if (leaf) return { digest: all.map((one) => one.sha256).join('+'), leaf }
  } catch {
    // Not certificates: the text is all there is to compare.
  }
  return { digest: sha256(file.content.replaceAll('\r\n', '\n').trimEnd()) }
}

const bytesOf = (file: PublicFile): string | Uint8Array =>
  'encoding' in file && file.encoding === 'base64' ? Buffer.from(file.content, 'base64') : file.content
