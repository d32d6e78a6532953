/**
 * Loads documents given as text, from real files in a folder of their own.
 *
 * @module
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { loadFleet, type LoadOptions, type LoadResult } from '../../load/load-fleet.ts'

/** Writes files by name and hands the folder to `use`; the folder is removed afterwards. */
export async function withFiles<T>(
  files: Readonly<Record<string, string | Uint8Array>>,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'sensorform-load-'))
  try {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFile(join(folder, name), content)
    }
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Loads the folder that holds the files. The environment is empty unless given. */
export const loadText = (
  files: Readonly<Record<string, string | Uint8Array>>,
  options: Partial<LoadOptions> = {},
): Promise<LoadResult> =>
  withFiles(files, (cwd) => loadFleet(['.'], { cwd, env: {}, now: Date.parse('2026-06-01T00:00:00Z'), ...options }))
