/** The tree's own sources and what they import, read as text. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))

export interface Import {
  /** Path from the root, or the package's name. */
  target: string
  ours: boolean
  typeOnly: boolean
}

/** TypeScript files below a folder of the root, as paths from the root. */
export function sourcesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !path.includes('node_modules'))
    .sort()
}

const statement = /^\s*(?:import|export)\s+(type\s+)?(?:([\s\S]*?)\s+from\s+)?'([^']+)'/gm
const dynamic = /\bimport\(\s*'([^']+)'/g

/** What a file imports. `import { type A }` with nothing but types counts as type-only. */
export function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  const found: Import[] = []
  for (const [, type, names, specifier] of text.matchAll(statement)) {
    if (specifier && !isProse(names)) found.push(toImport(file, specifier, Boolean(type) || onlyTypes(names)))
  }
  for (const [, specifier] of text.matchAll(dynamic)) if (specifier) found.push(toImport(file, specifier, false))
  return found
}

const isProse = (names: string | undefined): boolean => names !== undefined && /[;=(]/.test(names)

function onlyTypes(names: string | undefined): boolean {
  const list = /^\{([\s\S]*)\}$/.exec(names ?? '')?.[1]
  return list !== undefined && list.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type '))
}

function toImport(file: string, specifier: string, typeOnly: boolean): Import {
  const ours = specifier.startsWith('.')
  return { target: ours ? join(dirname(file), specifier) : specifier, ours, typeOnly }
}
