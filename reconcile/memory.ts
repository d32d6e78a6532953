/**
 * What cannot be observed: what was applied last, what was read last, who an appliance is. Everything works without it;
 * causes are then undetermined. Holds no secret value.
 *
 * @module
 */
import type { Observation, SecretTag } from './driver.ts'
import type { LegacyRecord } from './compare/legacy-record.ts'
import type { Replacement } from './replace/replacement.ts'
import type { Intent, LeaseGrant, LeaseRequest } from './lease.ts'

/** What is remembered of one appliance. */
export interface Remembered {
  /** Serial number. */
  identity?: string
  /** Where the last run left it. */
  endpoint?: string
  /** Public keys last verified. They are trusted only with what vouched for them. */
  pins?: readonly string[]
  /** Hashes of certificates last verified that stay trusted: not those that a pin alone vouched for. */
  certificates?: readonly string[]
  /** Where it was before and by which certificate it was known there, newest first; for finding it after a restore. */
  former?: readonly Whereabouts[]
  /** Host name last verified in a certificate of an authority. */
  serverName?: string
  /** The last read, secret-free. */
  lastRead?: Observation
  /** Desired values as of the last apply, by path; secrets as tags, files as SHA-256 of their content. */
  lastApplied?: Readonly<Record<string, AppliedValue>>
  /** ISO 8601. */
  appliedAt?: string
  /** What system properties were before this tool first wrote them, by path. */
  preImages?: { identity: string; values: Readonly<Record<string, PreImage>> }
  /** An update of the software that a run began, until somebody sees that it is over. */
  updating?: BegunUpdate
  /** The registration of before an update across 22.1, until it is gone. */
  legacyRecord?: LegacyRecord
  /** New hardware took over this key. */
  replacement?: Replacement
  /** Manual steps that a person confirmed: step id to the digest of what was confirmed. */
  confirmed?: Readonly<Record<string, string>>
}

export interface BegunUpdate {
  run: string
  from: string
  to: string
  /** ISO 8601. */
  at: string
}

export interface Whereabouts {
  endpoint: string
  /** SHA-256 of the certificate that it served, where that stays trusted. */
  certificate?: string
}

/** `null` is: not there. */
export interface PreImage {
  before: string | null
  /** What was written last. */
  written: string | null
}

export type AppliedValue = string | number | boolean | readonly string[] | { tag: SecretTag } | { sha256: string }

/** One line of a run's journal. */
export interface JournalEntry {
  run: string
  key: string
  at: string
  step: string
  event: 'intent' | 'done' | 'failed' | 'found'
  detail?: string
}

export interface Memory {
  recall(key: string): Promise<Remembered | undefined>
  /** Merges into what is remembered; a member that is `undefined` is forgotten. */
  remember(key: string, patch: { [K in keyof Remembered]?: Remembered[K] | undefined }): Promise<void>
  /** Keys of everything that is remembered, for orphans. */
  keys(): Promise<readonly string[]>
  /** Durable before it resolves. */
  journal(entry: JournalEntry): Promise<void>
  /** The lease, and the intent beside it, of an appliance whose driver offers none. */
  lease(identity: string, request: LeaseRequest): Promise<LeaseGrant>
  intent(identity: string): Promise<Intent | undefined>
  release(identity: string, fence: number, options: { clearIntent: boolean }): Promise<void>
}
