/**
 * A damaged state file is moved beside its place, with the files that SQLite keeps beside it: whoever wants to may still
 * find out what it held. Nothing is deleted, and nothing is overwritten.
 *
 * @module
 */
import { closeSync, existsSync, openSync, renameSync, statSync, truncateSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

const besides = ['-wal', '-shm']

/**
 * Moves the file away and gives its new path. The file itself goes first: whatever dies in between leaves only what
 * `isHalfSetAside` finds, and never an older state without its newest part.
 */
export function setAside(file: string, now: () => Date = () => new Date()): string {
  const target = freeName(
    `${file}.damaged-${now()
      .toISOString()
      .replaceAll(/[-:]|\.\d+/g, '')}`,
  )
  for (const beside of ['', ...besides]) {
    if (existsSync(file + beside)) renameSync(file + beside, target + beside)
  }
  return target
}

function freeName(wanted: string): string {
  for (let nth = 1; ; nth += 1) {
    const name = nth === 1 ? wanted : `${wanted}-${nth}`
    if (['', ...besides].every((beside) => !existsSync(name + beside))) return name
  }
}

/** The log of a state file whose file is gone, or empty: SQLite would delete it. */
export const isHalfSetAside = (file: string): boolean => sizeOf(file) === 0 && sizeOf(`${file}-wal`) > 0

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0

/**
 * Runs while no other process runs under the same lock. It is one of the operating system, on an empty database: it ends with
 * the process that holds it, however that ends, and needs no room on the disk.
 */
export function underLock<T>(file: string, work: () => T): T {
  closeSync(openSync(file, 'a', 0o600))
  if (sizeOf(file) > 0) truncateSync(file)
  const lock = new DatabaseSync(file)
  try {
    lock.exec('PRAGMA busy_timeout = 30000; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return work()
  } finally {
    lock.close()
  }
}
