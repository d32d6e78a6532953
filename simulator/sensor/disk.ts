/** Where an appliance keeps its state: a file that is replaced whole, or memory. */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { shiftDeadlines, type ApplianceState } from './state.ts'

export interface Disk<State extends ApplianceState> {
  load(uptimeMs: number): State | undefined
  save(state: State, uptimeMs: number): void
}

interface Stored<State> {
  savedUptimeMs: number
  state: State
}

/** Keeps the state for as long as the process lives. */
export function memoryDisk<State extends ApplianceState>(): Disk<State> {
  let kept: State | undefined
  return {
    load: () => kept,
    save: (state) => {
      kept = state
    },
  }
}

/** Keeps the state in a file. A process that is killed leaves the old state or the new one, never half of one. */
export function fileDisk<State extends ApplianceState>(path: string): Disk<State> {
  mkdirSync(dirname(path), { recursive: true })
  return {
    load: (uptimeMs) => {
      const text = readIfThere(path)
      if (text === undefined) return undefined
      const { savedUptimeMs, state } = parseStored<State>(path, text)
      return shiftDeadlines(state, uptimeMs - savedUptimeMs)
    },
    save: (state, uptimeMs) =>
      replaceFile(path, JSON.stringify({ savedUptimeMs: uptimeMs, state } satisfies Stored<State>)),
  }
}

function parseStored<State extends ApplianceState>(path: string, text: string): Stored<State> {
  const stored = parseJson(text) as Partial<Stored<State>> | undefined
  if (stored?.state?.format === 1) return stored as Stored<State>
  throw new Error(`${path} holds no state of a simulated appliance; delete it to install the appliance anew`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Undefined where there is no such file. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Replaces a file whole: written beside it, flushed to disk, renamed. */
export function replaceFile(path: string, text: string): void {
  const beside = `${path}.new`
  const file = openSync(beside, 'w', 0o600)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(beside, path)
}
