/**
 * Every text script of this folder, run by the CLI in this process on real files and, where it says so, against real
 * simulated sensors. Addresses: 127.20.160.0 to 127.20.169.255, one block a script.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { runScript } from './run-script.ts'

const folder = new URL('./', import.meta.url)
const scripts = readdirSync(folder).filter((name) => name.endsWith('.txt'))

test.each(scripts)('%s', { timeout: 60_000 }, async (name) => {
  const file = new URL(name, folder)
  const expected = readFileSync(file, 'utf8')
  const actual = await runScript(expected)
  if (process.env['UPDATE']) writeFileSync(file, actual)
  else expect(actual).toBe(expected)
})
