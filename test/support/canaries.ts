/** Secrets that are found again wherever they turn up: as they are, in JSON, in a URL, in base64, in hexadecimal. */
import { readFileSync } from 'node:fs'
import { expect } from 'vitest'

/** Hard to write without an escape, but for its middle, by which it is found. */
export const madeCanary = (name: string): string => `%2F"Kan4ry-${name}-7f3a\\+~`

/** What is searched for: of a key a line in its middle, of the others what stands between their signs. */
function traceOf(secret: string): string {
  if (secret.includes('PRIVATE KEY')) return secret.split('\n')[3] ?? ''
  return /[\w-]{12,}/.exec(secret)?.[0] ?? secret
}

/** As it is; and in base64, whatever stands before and after it. */
function formsOf(secret: string): string[] {
  const trace = traceOf(secret)
  const encoded = [0, 1, 2].map((before) => {
    const text = Buffer.from('x'.repeat(before) + trace).toString('base64')
    return text.slice(before === 0 ? 0 : 4, -4)
  })
  return [trace, encodeURIComponent(trace), ...encoded, Buffer.from(trace).toString('hex')]
}

/** Throws for the first secret that the text holds, by its name. */
export function expectNoneOf(secrets: Readonly<Record<string, string>>, text: string, where: string): void {
  for (const [name, secret] of Object.entries(secrets)) {
    const found = formsOf(secret).findIndex((form) => text.includes(form))
    expect(found < 0 ? '' : `${name} in form ${found}`, where).toBe('')
  }
}

/** Nothing where it cannot be read. */
export function contentOf(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

/** What every user of the machine sees of a process: its title, its arguments. */
export const shownOf = (pid: number | undefined): string =>
  ['cmdline', 'comm', 'stat'].map((name) => contentOf(`/proc/${pid}/${name}`)).join('\n')
