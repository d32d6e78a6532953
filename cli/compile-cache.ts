/**
 * What Node.js has compiled is kept between starts, in a folder of the user's own: who could write there could put code
 * into a later run, so a folder that others may write to is left alone. `NODE_DISABLE_COMPILE_CACHE=1` turns it off.
 *
 * @module
 */
import { existsSync, lstatSync, mkdirSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'

/** Never fails: without the folder, a start only takes longer. */
export function keepCompiled(env: NodeJS.ProcessEnv): void {
  try {
    const home = cacheHome(env)
    const folder = join(home, 'sensorform', 'compiled')
    for (const one of [home, dirname(folder), folder]) makeOne(one)
    if (isOwn(folder)) enableCompileCache(folder)
  } catch {
    // A home that is missing or read-only.
  }
}

/** One at a time: with `recursive`, Node.js never returns where a home is mounted when it is asked for, and is not there. */
function makeOne(folder: string): void {
  if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 })
}

function cacheHome({ XDG_CACHE_HOME: given = '' }: NodeJS.ProcessEnv): string {
  return isAbsolute(given) ? given : join(homedir(), '.cache')
}

function isOwn(folder: string): boolean {
  const found = lstatSync(folder)
  if (!found.isDirectory()) return false
  return process.getuid === undefined || (found.uid === process.getuid() && (found.mode & 0o022) === 0)
}
