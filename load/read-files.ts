/**
 * Finds and reads the files that may hold documents.
 *
 * @module
 */
import { readFileSync, readdirSync, realpathSync, statSync, type Dirent } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import type { Problem } from '../schemas/problem.ts'
import { decodeUtf8, isInside, maxFileBytes } from './file-checks.ts'
import { documentProblem } from './problem.ts'
import { makeSource, type Source } from './source.ts'

export interface FoundFiles {
  /** In the order of the given paths; within a folder by name. Each file once. */
  sources: readonly Source[]
  /** The folder that all of them lie in or below. */
  root: string
  problems: readonly Problem[]
}

/** How much is read at once. More than that is refused before any of it is parsed. */
export interface ReadLimits {
  /** Files of documents, and folders on the way to them. */
  files: number
  /** Of all files together. */
  bytes: number
}

/** A document of a sensor has half a kilobyte to a few: so ten times what a fleet of 10,000 sensors needs. */
const readLimits: ReadLimits = { files: 100_000, bytes: 64 * 1024 * 1024 }

/** What was found so far. */
interface Search {
  cwd: string
  /** Real path to the path as given. */
  found: Map<string, string>
  problems: Problem[]
  /** Entries that may still be looked at; less than none once there were too many. */
  left: number
}

/**
 * Reads every given file, and every *.yaml and *.yml (in any case) below every given folder. Waits for each: constructs are
 * made in one go, and nothing else is to be done meanwhile. Nothing is read of what is more than the limits.
 */
export function readFiles(paths: readonly string[], cwd: string, limits: ReadLimits = readLimits): FoundFiles {
  const search: Search = { cwd, found: new Map(), problems: [], left: limits.files }
  const folders: string[] = []
  for (const path of paths) {
    const absolute = resolve(cwd, path)
    // An empty path is a variable that nobody set, not the working directory.
    const kind = path === '' ? undefined : kindOf(absolute)
    if (kind === 'folder') {
      folders.push(absolute)
      listFolder(absolute, realpathSync(absolute), search)
    } else if (kind === 'file') {
      folders.push(dirname(absolute))
      if (isLeft(search, absolute)) add(search, { path: absolute, real: realpathSync(absolute) })
    } else search.problems.push(kind === undefined ? missingPath(path) : unusablePath(path))
  }
  const { found, problems } = search
  const read = search.left < 0 ? [] : readSources([...found.values()], cwd, limits)
  return {
    sources: read.filter((item) => 'text' in item),
    problems: [...problems, ...read.filter((item) => 'code' in item)],
    root: commonFolder(folders.length > 0 ? folders : [cwd]),
  }
}

/** All of them; or the problem alone that they are too much together. */
function readSources(paths: readonly string[], cwd: string, { bytes }: ReadLimits): (Source | Problem)[] {
  const read: (Source | Problem)[] = []
  let left = bytes
  for (const path of paths) {
    const size = attempted(() => statSync(path))?.size ?? 0
    // One that is too large by itself is told so, and never read.
    if (size <= maxFileBytes) left -= size
    if (left < 0) return [folderTooLarge(path, cwd, `The files of documents have more than ${bytes} bytes together`)]
    read.push(readSource(path, cwd))
  }
  return read
}

const folderTooLarge = (path: string, cwd: string, summary: string): Problem =>
  documentProblem('FOLDER_TOO_LARGE', {
    at: { file: shownPath(path, cwd), line: 1, column: 1 },
    summary: `${summary}; this one is the first beyond that`,
    hint: 'Name the folders that hold the documents. A larger fleet is split into several, each with its own Fleet document.',
  })

/** False for what is beyond the limit of entries, which is told once. */
function isLeft(search: Search, path: string): boolean {
  search.left -= 1
  if (search.left === -1) {
    const summary = 'There are more files of documents, and folders on the way to them, than are read at once'
    search.problems.push(folderTooLarge(path, search.cwd, summary))
  }
  return search.left >= 0
}

function add({ found }: Search, { path, real }: FoundFile): void {
  if (!found.has(real)) found.set(real, path)
}

const pathHint = 'Give files or folders that hold documents; paths are relative to the working directory.'

const missingPath = (path: string): Problem =>
  documentProblem('PATH_NOT_FOUND', {
    summary: path === '' ? 'A given path is empty' : `There is no file or folder ${path}`,
    hint: pathHint,
  })

const unusablePath = (path: string): Problem =>
  documentProblem('PATH_NOT_FOUND', { summary: `${path} is neither a file nor a folder`, hint: pathHint })

type Kind = 'file' | 'folder' | 'other'

const kindOfStats = (stats: Pick<Dirent, 'isDirectory' | 'isFile'>): Kind =>
  stats.isDirectory() ? 'folder' : stats.isFile() ? 'file' : 'other'

/** Undefined where nothing is. */
function kindOf(path: string): Kind | undefined {
  const stats = attempted(() => statSync(path))
  return stats && kindOfStats(stats)
}

/** Undefined where it fails. */
function attempted<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

interface FoundFile {
  path: string
  real: string
}

/** `real` is the real path of the given folder, which nothing may leave. Folders reached twice are read once. */
function listFolder(folder: string, real: string, search: Search, seen = new Set<string>()): void {
  const { cwd, problems } = search
  const here = realpathSync(folder)
  if (seen.has(here)) return
  seen.add(here)
  const all = attempted(() => readdirSync(folder, { withFileTypes: true }))
  if (!all) problems.push(unreadable(shownPath(folder, cwd), 'Check the permissions of the folder.'))
  const entries = (all ?? []).filter(({ name }) => !isSkipped(name))
  for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = join(folder, entry.name)
    const { kind, target } = followEntry(entry, path, here)
    if (kind !== 'folder' && !/\.ya?ml$/i.test(entry.name)) continue
    if (!isLeft(search, path)) return
    if (kind === undefined || kind === 'other') problems.push(unreadable(shownPath(path, cwd), otherHint))
    else if (entry.isSymbolicLink() && !isInside(target, real)) problems.push(leavingLink(path, cwd))
    else if (kind === 'folder') listFolder(path, real, search, seen)
    else add(search, { path, real: target })
  }
}

/** What an entry is and where it really lies; only links need to be asked for. */
function followEntry(entry: Dirent, path: string, here: string): { kind: Kind | undefined; target: string } {
  if (!entry.isSymbolicLink()) return { kind: kindOfStats(entry), target: join(here, entry.name) }
  return { kind: kindOf(path), target: attempted(() => realpathSync(path)) ?? path }
}

const isSkipped = (name: string): boolean => name.startsWith('.') || name === 'node_modules'

const leavingLink = (path: string, cwd: string): Problem =>
  documentProblem('LINK_LEAVES_FOLDER', {
    at: { file: shownPath(path, cwd), line: 1, column: 1 },
    summary: `${shownPath(path, cwd)} is a symbolic link to something outside the given folder`,
    hint: 'Move the file into the folder, or name it on the command line.',
  })

const otherHint = 'It is a link to nothing, or no file. Correct or remove it; a document must not be missing unnoticed.'

const unreadable = (file: string, hint: string): Problem =>
  documentProblem('FILE_UNREADABLE', {
    at: { file, line: 1, column: 1 },
    summary: `${file} cannot be read`,
    hint,
  })

function readSource(path: string, cwd: string): Source | Problem {
  const file = shownPath(path, cwd)
  const at = { file, line: 1, column: 1 }
  const size = attempted(() => statSync(path))?.size
  if (size === undefined) return unreadable(file, 'It was there a moment ago; run the command again.')
  if (size > maxFileBytes) {
    return documentProblem('FILE_TOO_LARGE', {
      at,
      summary: `${file} has ${size} bytes; a file of documents may have ${maxFileBytes}`,
      hint: 'Split it into several files.',
    })
  }
  const bytes = attempted(() => readFileSync(path))
  if (!bytes) return unreadable(file, 'Check the permissions of the file.')
  return decode(bytes, path, file)
}

function decode(bytes: Buffer, path: string, file: string): Source | Problem {
  const text = decodeUtf8(bytes)
  if (text !== undefined) return makeSource({ path, file, text })
  const line = firstInvalidLine(bytes)
  return documentProblem('NOT_UTF8', {
    at: { file, line, column: 1 },
    summary: `${file} is not valid UTF-8 (line ${line})`,
    hint: 'Save the file as UTF-8.',
  })
}

function firstInvalidLine(bytes: Buffer): number {
  let line = 1
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(10, start)
    const stop = end < 0 ? bytes.length : end
    if (decodeUtf8(bytes.subarray(start, stop)) === undefined) return line
    start = stop + 1
  }
  return line
}

/** A path as the user would give it: relative to the working directory when below it, with forward slashes. */
export function shownPath(path: string, cwd: string): string {
  const shown = relative(cwd, path)
  return (shown === '' || shown.startsWith('..') ? path : shown).split(sep).join('/')
}

function commonFolder(folders: readonly string[]): string {
  const [first = '', ...others] = folders
  return others.reduce((common, folder) => {
    let shorter = common
    while (!isInside(folder, shorter)) shorter = dirname(shorter)
    return shorter
  }, first)
}
