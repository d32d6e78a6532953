/** Memory between runs, in a file below the state folder. And the memory that remembers nothing. */
import { join } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { JournalEntry, Memory, Remembered } from '../reconcile/memory.ts'
import { startBatch, type Batch } from './batch.ts'
import { inTransaction, openDatabase, toStateError, type OnSetAside } from './database.ts'
import { readIntent, releaseLease, systemLeaseClock, takeLease, type LeaseClock } from './leases.ts'
import { observationFromJson, observationToJson } from './observation-json.ts'

/** One run in the history. */
export interface RunRecord {
  run: string
  verb: string
  startedAt: string
  finishedAt?: string
  /** Who ran it, with which overrides, and what became of it; no secret. */
  detail: Readonly<Record<string, unknown>>
}

/** Memory with the history of runs, that must be closed. */
export interface StateMemory extends Memory {
  recordRun(record: RunRecord): Promise<void>
  /** Newest first. */
  runs(): Promise<readonly RunRecord[]>
  journalOf(run: string): Promise<readonly JournalEntry[]>
  close(): void
}

export interface MemoryOptions {
  folder: string
  /** Not given: the clock of this machine. */
  clock?: LeaseClock
  /** Not given: a damaged state file is refused. */
  onSetAside?: OnSetAside
}

type Patch = Parameters<Memory['remember']>[1]

/** Opens memory below a folder. Throws a StateError. */
export function openMemory({ folder, clock = systemLeaseClock(), onSetAside }: MemoryOptions): StateMemory {
  const file = join(folder, 'state.sqlite')
  const database = openDatabase(folder, onSetAside)
  const worded = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw toStateError(error, file)
    }
  }
  const commit = <T>(work: () => T): T => worded(() => inTransaction(database, work))
  const batch = startBatch((writes) => commit(() => writes.forEach((write) => write())))
  return {
    ...rememberingIn(database, batch, worded),
    ...historyIn(database, batch, worded),
    lease: async (identity, request) => leaseIn(commit, () => takeLease(database, identity, request, clock)),
    intent: async (identity) => worded(() => readIntent(database, identity)),
    release: async (identity, fence, { clearIntent }) =>
      commit(() => releaseLease(database, identity, fence, clearIntent)),
    close: () => {
      batch.flush()
      if (database.isOpen) database.close()
    },
  }
}

/** A refused lease may have settled whose clock counts it: that is kept. */
function leaseIn<T>(commit: <R>(work: () => R) => R, take: () => T): T {
  const result = commit(() => {
    try {
      return { granted: take() }
    } catch (error) {
      return { error }
    }
  })
  if ('error' in result) throw result.error
  return result.granted
}

/** What many sensors are remembered by shares one commit: each would cost as much as reading the sensor. */
const sharedCommitMs = 20

function rememberingIn(database: DatabaseSync, batch: Batch, worded: <T>(work: () => T) => T) {
  const one = database.prepare('SELECT member, value FROM remembered WHERE key = ?')
  const all = database.prepare('SELECT DISTINCT key FROM remembered ORDER BY key')
  const put = database.prepare('INSERT OR REPLACE INTO remembered VALUES (?, ?, ?)')
  const drop = database.prepare('DELETE FROM remembered WHERE key = ? AND member = ?')
  const unwritten = new Map<string, number>()
  return {
    recall: async (key: string): Promise<Remembered | undefined> => {
      if (unwritten.has(key)) batch.flush()
      return worded(() => fromRows(one.all(key) as unknown as MemberRow[]))
    },
    remember: async (key: string, patch: Patch): Promise<void> => {
      unwritten.set(key, (unwritten.get(key) ?? 0) + 1)
      try {
        await batch.add(() => writeMembers(key, patch, put, drop), sharedCommitMs)
      } finally {
        const others = (unwritten.get(key) ?? 1) - 1
        if (others === 0) unwritten.delete(key)
        else unwritten.set(key, others)
      }
    },
    keys: async (): Promise<readonly string[]> => {
      batch.flush()
      return worded(() => all.all().map((row) => String(row['key'])))
    },
  }
}

interface MemberRow {
  member: keyof Remembered
  value: string
}

function writeMembers(key: string, patch: Patch, put: StatementSync, drop: StatementSync): void {
  for (const [member, value] of Object.entries(patch)) {
    if (value === undefined) drop.run(key, member)
    else put.run(key, member, member === 'lastRead' ? observationToJson(value as never) : JSON.stringify(value))
  }
}

function fromRows(rows: readonly MemberRow[]): Remembered | undefined {
  if (rows.length === 0) return undefined
  return Object.fromEntries(
    rows.map(({ member, value }) => [
      member,
      member === 'lastRead' ? observationFromJson(value) : (JSON.parse(value) as unknown),
    ]),
  )
}

function historyIn(database: DatabaseSync, batch: Batch, worded: <T>(work: () => T) => T) {
  const line = database.prepare('INSERT INTO journal (run, key, at, step, event, detail) VALUES (?, ?, ?, ?, ?, ?)')
  const lines = database.prepare('SELECT run, key, at, step, event, detail FROM journal WHERE run = ? ORDER BY id')
  const run = database.prepare('INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?)')
  const runs = database.prepare('SELECT * FROM runs ORDER BY started_at DESC, run DESC')
  const forget = forgetOldRuns(database)
  return {
    journal: ({ run, key, at, step, event, detail }: JournalEntry): Promise<void> =>
      batch.add(() => void line.run(run, key, at, step, event, detail ?? null)),
    recordRun: (record: RunRecord): Promise<void> =>
      batch.add(() => {
        const { verb, startedAt, finishedAt = null, detail } = record
        run.run(record.run, verb, startedAt, finishedAt, JSON.stringify(detail))
        forget()
      }),
    runs: async (): Promise<readonly RunRecord[]> => {
      batch.flush()
      return worded(() => runs.all().map(toRunRecord))
    },
    journalOf: async (id: string): Promise<readonly JournalEntry[]> => {
      batch.flush()
      return worded(() => lines.all(id).map(toJournalEntry))
    },
  }
}

/** History is kept for this many runs, so that the file does not grow for ever. */
const keptRuns = 500

function forgetOldRuns(database: DatabaseSync): () => void {
  const newest = `SELECT run FROM runs ORDER BY started_at DESC, run DESC LIMIT ${keptRuns}`
  const runs = database.prepare(`DELETE FROM runs WHERE run NOT IN (${newest})`)
  const lines = database.prepare('DELETE FROM journal WHERE run NOT IN (SELECT run FROM runs)')
  return () => {
    if (Number(runs.run().changes) > 0) lines.run()
  }
}

type SqlRow = ReturnType<StatementSync['all']>[number]

const toRunRecord = (row: SqlRow): RunRecord => ({
  run: String(row['run']),
  verb: String(row['verb']),
  startedAt: String(row['started_at']),
  ...(row['finished_at'] !== null && { finishedAt: String(row['finished_at']) }),
  detail: JSON.parse(String(row['detail'])) as Record<string, unknown>,
})

const toJournalEntry = (row: SqlRow): JournalEntry => ({
  run: String(row['run']),
  key: String(row['key']),
  at: String(row['at']),
  step: String(row['step']),
  event: String(row['event']) as JournalEntry['event'],
  ...(row['detail'] !== null && { detail: String(row['detail']) }),
})
