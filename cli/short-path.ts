import { isAbsolute, relative, resolve } from 'node:path'

/** A path as a person at this working directory would type it. */
export function shortPath(cwd: string, file: string): string {
  const short = relative(cwd, resolve(cwd, file))
  return short === '' || short.startsWith('..') || isAbsolute(short) ? file : short
}
