/**
 * The activation files that the simulated cloud makes and simulated sensors accept: a zip of `activation.json` and
 * `activation.sig` (Ed25519 over the bytes of `activation.json`). The format of the vendor's own files is not published;
 * a file that does not look like this is opaque, and only its bytes are passed on.
 *
 * @module
 */
import { sign, verify, type KeyObject } from 'node:crypto'
import { unzipSync, zipSync, type UnzipFileInfo, type Unzipped } from 'fflate'
import * as z from 'zod'

/** What an activation file says. */
export interface ActivationFile {
  /** Unique for each download. */
  id: string
  /** Registered name. */
  name: string
  mode: 'cloud' | 'local'
  subscriptionId: string
  /** Site of the registration; null in local mode. */
  site: string | null
  /** Id of the record that it was downloaded from. */
  recordId: string
  /** ISO 8601, UTC. It must be uploaded within 14 days. */
  createdAt: string
  /** ISO 8601, UTC; null for files of cloud-connected sensors, which do not expire. */
  expiresAt: string | null
}

/** A downloaded file must be uploaded within this time of its creation. Documented. */
export const unusedFileDays = 14

/** No activation file is larger, packed or unpacked. */
export const maxActivationFileBytes = 1024 * 1024

const payloadName = 'activation.json'
const signatureName = 'activation.sig'
const text = z.string().min(1).max(256)

const shape = z.object({
  id: text,
  name: text,
  mode: z.enum(['cloud', 'local']),
  subscriptionId: text,
  site: text.nullable(),
  recordId: text,
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
}) satisfies z.ZodType<ActivationFile>

/** An activation file that was read; its signature is not yet checked. */
export interface ReadActivationFile {
  file: ActivationFile
  /** The signed bytes. */
  payload: Uint8Array
  signature: Uint8Array
}

/** Packs and signs. The same file and key give the same bytes. */
export function packActivationFile(file: ActivationFile, signingKey: KeyObject): Uint8Array {
  const payload = new TextEncoder().encode(JSON.stringify(file))
  const signature = new Uint8Array(sign(null, payload, signingKey))
  return zipSync({ [payloadName]: payload, [signatureName]: signature }, { mtime: new Date(1980, 0, 1) })
}

/** Reads without believing: sizes are bounded before anything is unpacked, and only the two known entries are accepted. */
export function readActivationFile(zip: Uint8Array): ReadActivationFile | { problem: string } {
  if (zip.length > maxActivationFileBytes) return { problem: 'is larger than 1 MiB' }
  const entries = unpack(zip)
  if ('problem' in entries) return entries
  const payload = entries.files[payloadName]
  const signature = entries.files[signatureName]
  if (!payload || !signature) return { problem: `holds no ${payload ? signatureName : payloadName}` }
  const parsed = shape.safeParse(parseJson(payload))
  return parsed.success ? { file: parsed.data, payload, signature } : { problem: `has a malformed ${payloadName}` }
}

/** Says whether the holder of the cloud's key signed exactly these bytes. */
export function verifyActivationFile(
  { payload, signature }: Pick<ReadActivationFile, 'payload' | 'signature'>,
  publicKey: KeyObject,
): boolean {
  return publicKey.asymmetricKeyType === 'ed25519' && verify(null, payload, publicKey, signature)
}

function unpack(zip: Uint8Array): { files: Unzipped } | { problem: string } {
  const problems: string[] = []
  const seen = new Set<string>()
  let unpackedBytes = 0
  const filter = ({ name, originalSize }: UnzipFileInfo): boolean => {
    unpackedBytes += originalSize
    if (unpackedBytes > maxActivationFileBytes) problems.push('unpacks to more than 1 MiB')
    else if (name !== payloadName && name !== signatureName) problems.push(`holds ${nameProblem(name)}`)
    else if (seen.has(name)) problems.push(`holds ${name} twice`)
    seen.add(name)
    return problems.length === 0
  }
  try {
    const files = unzipSync(zip, { filter })
    const problem = problems[0]
    return problem === undefined ? { files } : { problem }
  } catch {
    return { problem: problems[0] ?? 'is not a readable zip file' }
  }
}

function nameProblem(name: string): string {
  const climbs = /^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)/.test(name)
  return climbs ? 'an entry whose path leaves the folder' : 'an entry that no activation file has'
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}
