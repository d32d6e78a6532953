/** A folder plays the SMB servers: `<folder>/<server>/<share>/`, with `share.json` saying who may and whether it is full. */
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import type { Surroundings } from '../world.ts'
import type { Settings } from './state.ts'

const shareRules = z.strictObject({
  username: z.string().optional(),
  password: z.string().optional(),
  full: z.boolean().optional(),
})

type Smb = Settings['backup']['target']['smb']

export type Mounted = { folder: string | null } | { problem: string }

/** Mounts a share: gives its folder, null where no folder plays the shares, or why it cannot be mounted. */
export function mountShare(smb: Smb, password: string | null, { sharesFolder }: Surroundings): Mounted {
  if (smb.server === null || smb.share === null) return { problem: 'The backup target has no server or no share.' }
  if (sharesFolder === undefined) return { folder: null }
  const folder = join(sharesFolder, smb.server, smb.share)
  const place = `//${smb.server}/${smb.share}`
  if (!isFolder(folder)) return { problem: `${place} is not reachable.` }
  const rules = rulesOf(folder)
  const refused =
    rules.username !== undefined && (rules.username !== smb.username || rules.password !== (password ?? undefined))
  if (refused) return { problem: `${place} refused the user name or password.` }
  if (rules.full) return { problem: `There is not enough space on ${place}.` }
  return { folder: join(folder, smb.path ?? '') }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

function rulesOf(folder: string): z.infer<typeof shareRules> {
  const file = join(folder, 'share.json')
  if (!statSync(file, { throwIfNoEntry: false })) return {}
  return shareRules.parse(JSON.parse(readFileSync(file, 'utf8')))
}

/** Writes a file to a mounted share; gives a problem where the folder cannot be written. */
export function writeToShare(folder: string, name: string, content: string): string | null {
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, name), content)
    return null
  } catch (error) {
    return `The share cannot be written: ${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}.`
  }
}

/** Removes a file from a mounted share, if it is there. */
export const removeFromShare = (folder: string, name: string): void => rmSync(join(folder, name), { force: true })
