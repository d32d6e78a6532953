/** A folder plays the SMB servers: `<folder>/<server>/<share>/`, with `share.json` saying who may and whether it is full. */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import type { Surroundings } from '../world.ts'
import type { Settings } from './state.ts'

const shareRules = z.strictObject({
  username: z.string().optional(),
  password: z.string().optional(),
  versions: z.array(z.string()).optional(),
  full: z.boolean().optional(),
})

type Smb = Settings['backup']['target']['smb']

type Reason = 'settings' | 'unreachable' | 'version' | 'credentials' | 'path' | 'full' | 'write'

export interface ShareProblem {
  problem: string
  reason: Reason
}

export type Mounted = { folder: string | null } | ShareProblem

/** Mounts a share: gives its folder, null where no folder plays the shares, or why it cannot be mounted. */
export function mountShare(smb: Smb, password: string | null, { sharesFolder }: Surroundings): Mounted {
  if (smb.server === null || smb.share === null) {
    return { problem: 'The backup target has no server or no share.', reason: 'settings' }
  }
  if (sharesFolder === undefined) return { folder: null }
  const root = join(sharesFolder, smb.server, smb.share)
  const place = `//${smb.server}/${smb.share}`
  if (!isFolder(root)) return { problem: `${place} is not reachable.`, reason: 'unreachable' }
  const folder = join(root, smb.path ?? '')
  return refusalOf(rulesOf(root), smb, password, place) ?? inFolder(folder, smb, place)
}

type Rules = z.infer<typeof shareRules>

/** Why the server of a share does not let the sensor in, in the order in which a mount finds out. */
function refusalOf(rules: Rules, smb: Smb, password: string | null, place: string): ShareProblem | undefined {
  const { version } = smb
  if (version !== null && rules.versions && !rules.versions.includes(version)) {
    const problem = `${place} does not speak SMB ${version}; it offers ${rules.versions.join(', ')}.`
    return { problem, reason: 'version' }
  }
  const isKnown =
    rules.username === undefined || (rules.username === smb.username && (rules.password ?? null) === (password ?? null))
  if (!isKnown) return { problem: `${place} refused the user name or password.`, reason: 'credentials' }
  return rules.full ? { problem: `There is not enough space on ${place}.`, reason: 'full' } : undefined
}

const inFolder = (folder: string, { path }: Smb, place: string): Mounted =>
  isFolder(folder) ? { folder } : { problem: `There is no folder ${path ?? ''} on ${place}.`, reason: 'path' }

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

function rulesOf(folder: string): Rules {
  const file = join(folder, 'share.json')
  if (!statSync(file, { throwIfNoEntry: false })) return {}
  return shareRules.parse(JSON.parse(readFileSync(file, 'utf8')))
}

/** Writes a file to a mounted share; gives a problem where the folder cannot be written. */
export function writeToShare(folder: string, name: string, content: string): ShareProblem | null {
  try {
    writeFileSync(join(folder, name), content)
    return null
  } catch (error) {
    return { problem: `The share cannot be written: ${codeOf(error)}.`, reason: 'write' }
  }
}

/** Why a file on a mounted share cannot be restored; null where it can. */
export function whyUnreadable(folder: string, name: string): string | null {
  try {
    JSON.parse(readFileSync(join(folder, name), 'utf8'))
    return null
  } catch (error) {
    return error instanceof SyntaxError ? 'it is damaged' : `it cannot be read (${codeOf(error)})`
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'unknown reason'

/** Removes a file from a mounted share, if it is there. */
export const removeFromShare = (folder: string, name: string): void => rmSync(join(folder, name), { force: true })
