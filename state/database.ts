/**
 * The state file: SQLite, written ahead and synced at every commit, so that what a promise says is remembered survives
 * a power cut. Folder and file belong to their owner alone.
 *
 * @module
 */
import { chmodSync, closeSync, existsSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { makeFolder } from './make-folder.ts'
import { isSound, versionOf } from './sound.ts'
import { isHalfSetAside, setAside, underLock } from './set-aside.ts'
import { StateError } from './state-error.ts'

/** Each brings the file from the version of its index to the next. */
const migrations: readonly string[] = [
  `CREATE TABLE remembered (
     key TEXT NOT NULL, member TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (key, member)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE journal (
     id INTEGER PRIMARY KEY, run TEXT NOT NULL, key TEXT NOT NULL, at TEXT NOT NULL,
     step TEXT NOT NULL, event TEXT NOT NULL, detail TEXT
   ) STRICT;
   CREATE INDEX journal_run ON journal (run, key);
   CREATE TABLE leases (
     identity TEXT PRIMARY KEY, holder TEXT, fence INTEGER NOT NULL, ttl_ms INTEGER NOT NULL, boot TEXT NOT NULL,
     monotonic_deadline INTEGER NOT NULL, wall_deadline INTEGER NOT NULL, intent TEXT
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE runs (
     run TEXT PRIMARY KEY, verb TEXT NOT NULL, started_at TEXT NOT NULL, finished_at TEXT, detail TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;`,
  // Certificates that a pin alone vouched for stood among those that stay trusted: nobody can tell which they are.
  `DELETE FROM remembered WHERE member IN ('certificates', 'former');`,
]

/** Version of the state file that this code writes. */
export const stateVersion = migrations.length

/** Told of a damaged state file once it lies beside the place of the state file, under this path. */
export type OnSetAside = (movedTo: string) => void

/**
 * Opens the state file below a folder, making both where they are missing. A damaged file is set aside, and a new one
 * begun, where `onSetAside` is given. Processes open it one after the other, so that none moves what another has just
 * begun. Throws a StateError.
 */
export function openDatabase(folder: string, onSetAside?: OnSetAside): DatabaseSync {
  const file = join(folder, 'state.sqlite')
  try {
    prepareFolder(folder)
    return underLock(join(folder, 'state.lock'), () => openSound(file, onSetAside))
  } catch (error) {
    throw toStateError(error, file)
  }
}

function prepareFolder(folder: string): void {
  if (existsSync(folder)) return
  makeFolder(folder)
  chmodSync(folder, 0o700)
  writeFileSync(join(folder, '.gitignore'), '*\n', { mode: 0o600 })
}

function openSound(file: string, onSetAside: OnSetAside | undefined): DatabaseSync {
  try {
    return openFile(file)
  } catch (error) {
    const known = toStateError(error, file)
    if (!onSetAside || !isDamage(known)) throw known
    onSetAside(setAside(file))
    return openFile(file)
  }
}

const isDamage = (error: unknown): boolean => error instanceof StateError && error.code === 'STATE_CORRUPT'

function openFile(file: string): DatabaseSync {
  if (isHalfSetAside(file)) throw damaged(file)
  closeSync(openSync(file, 'a', 0o600))
  const database = new DatabaseSync(file)
  try {
    database.exec('PRAGMA busy_timeout = 10000')
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
    refuseNewer(database, file)
    if (!isSound(database, migrations)) throw damaged(file)
    migrate(database, file)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function migrate(database: DatabaseSync, file: string): void {
  if (versionOf(database) === stateVersion) return
  inTransaction(database, () => {
    refuseNewer(database, file)
    for (const migration of migrations.slice(versionOf(database))) database.exec(migration)
    database.exec(`PRAGMA user_version = ${stateVersion}`)
  })
}

function refuseNewer(database: DatabaseSync, file: string): void {
  const version = versionOf(database)
  if (version <= stateVersion) return
  throw new StateError(
    'STATE_NEWER',
    `${file} was written by a newer Sensorform (state version ${version}, this one knows ${stateVersion})`,
    'Use that version or a newer one, or another folder with --state.',
  )
}

/** Runs with the write lock held; all of it is written, or nothing. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

const sqliteCode = { busy: 5, readOnly: 8, ioError: 10, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 }

/** Words any failure of the file or the folder as one sentence. */
export function toStateError(error: unknown, file: string): unknown {
  if (error instanceof StateError || !(error instanceof Error)) return error
  const { code, errcode } = error as Error & { code?: string; errcode?: number }
  const primary = errcode === undefined ? undefined : errcode & 0xff
  if (primary === sqliteCode.corrupt || primary === sqliteCode.notADatabase || /malformed/.test(error.message)) {
    return damaged(file, error)
  }
  if (primary === sqliteCode.busy) {
    return new StateError('STATE_BUSY', `${file} is locked by another process`, 'Wait for the other run to end.', {
      cause: error,
    })
  }
  if (primary === sqliteCode.full || code === 'ENOSPC' || code === 'EDQUOT')
    return unwritable(file, 'the disk is full', error)
  if (primary !== undefined || isFileError(code)) return unwritable(file, reasonOf(code, primary), error)
  return error
}

const damaged = (file: string, cause?: unknown): StateError =>
  new StateError('STATE_CORRUPT', `${file} is damaged`, 'The next run sets it aside, and begins without memory.', {
    cause,
  })

/** One of the operating system's: those of Node.js begin with `ERR_`. */
const isFileError = (code: string | undefined): code is string => code !== undefined && /^E[A-Z0-9]+$/.test(code)

function reasonOf(code: string | undefined, primary: number | undefined): string {
  if (primary === sqliteCode.readOnly || code === 'EROFS') return 'it may only be read'
  if (code === 'ENOTDIR' || code === 'EEXIST' || code === 'EISDIR') return 'something else is in its place'
  if (code === 'ENOENT') return 'its folder cannot be made there'
  if (primary === sqliteCode.ioError || code === 'EIO' || code === 'EFBIG') {
    return 'the disk refused it; it may be full, over its quota, or failing'
  }
  return !isFileError(code) || code === 'EACCES' || code === 'EPERM' ? 'access is denied' : code
}

const unwritable = (file: string, reason: string, cause: Error): StateError =>
  new StateError(
    'STATE_UNWRITABLE',
    `${file} cannot be written: ${reason}`,
    'Give a folder that can be written with --state, or go without memory with --no-state.',
    { cause },
  )
