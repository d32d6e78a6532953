/**
 * What the simulated cloud knows, as one JSON file that is replaced as a whole: a process killed at any moment leaves
 * either the state before a write or the state after it.
 *
 * @module
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import * as z from 'zod'

const instant = z.iso.datetime()

const site = z.strictObject({
  name: z.string(),
  displayName: z.string(),
  tags: z.record(z.string(), z.string()),
  createdAt: instant,
  modifiedAt: instant,
})

const record = z.strictObject({
  recordId: z.string(),
  name: z.string(),
  /** Of a legacy record: the name that its sensor still reports. */
  formerName: z.string().optional(),
  mode: z.enum(['cloud', 'local']),
  /** Null for locally managed sensors: their records carry none. */
  site: z.string().nullable(),
  zone: z.string().nullable(),
  tiAutomaticUpdates: z.boolean(),
  sensorType: z.string(),
  createdAt: instant,
  modifiedAt: instant,
  firstContactAt: instant.nullable(),
  lastContactAt: instant.nullable(),
  sensorVersion: z.string().nullable(),
  tiVersion: z.string().nullable(),
})

const issuedFile = z.strictObject({
  id: z.string(),
  recordId: z.string(),
  createdAt: instant,
  /** The first sensor that used it; no other may. */
  serialNumber: z.string().nullable(),
})

const identity = z.strictObject({
  /** PEM: key and certificate that the server shows. */
  tlsKey: z.string(),
  certificate: z.string(),
  /** PEM: Ed25519 key that signs activation files. */
  signingKey: z.string(),
})

const cloudState = z.strictObject({
  formatVersion: z.literal(1),
  identity,
  sites: z.array(site),
  records: z.array(record),
  files: z.array(issuedFile),
})

export type CloudState = z.infer<typeof cloudState>
export type SiteRecord = z.infer<typeof site>
export type SensorRecord = z.infer<typeof record>
export type IssuedFile = z.infer<typeof issuedFile>
export type CloudIdentity = z.infer<typeof identity>

/** Reads the state, or nothing when there is none yet. A file that is not such a state is an error, never overwritten. */
export function loadState(path: string): CloudState | undefined {
  if (!existsSync(path)) return undefined
  try {
    return cloudState.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (cause) {
    throw new Error(`${path} is not the state of a simulated cloud; remove it to begin anew`, { cause })
  }
}

/** Replaces the state; durable when it returns. It holds private keys, so only its owner may read it. */
export function saveState(path: string, state: CloudState): void {
  mkdirSync(dirname(path), { recursive: true })
  const next = `${path}.next`
  withFile(next, 'w', (file) => writeSync(file, JSON.stringify(state)))
  renameSync(next, path)
  withFile(dirname(path), 'r')
}

function withFile(path: string, flags: 'r' | 'w', write?: (file: number) => void): void {
  const file = openSync(path, flags, 0o600)
  try {
    write?.(file)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
