/**
 * What Node.js has compiled is kept between starts, in a folder of the user's own: who could write there could put code
 * into a later run, so a folder that others may write to is left alone. `NODE_DISABLE_COMPILE_CACHE=1` turns it off.
 *
 * @module
 */
import { lstatSync, mkdirSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/** Never fails: without the folder, a start only takes longer. */
export function keepCompiled(env: NodeJS.ProcessEnv): void {
  try {
    const folder = join(cacheHome(env), 'sensorform', 'compiled')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (isOwn(folder)) enableCompileCache(folder)
  } catch {
    // A home that is missing or read-only.
  }
}

function cacheHome({ XDG_CACHE_HOME: given = '' }: NodeJS.ProcessEnv): string {
  return isAbsolute(given) ? given : join(homedir(), '.cache')
}

function isOwn(folder: string): boolean {
  const found = lstatSync(folder)
  if (!found.isDirectory()) return false
  return process.getuid === undefined || (found.uid === process.getuid() && (found.mode & 0o022) === 0)
}
