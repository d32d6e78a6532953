/** Generated files are what their sources make them; whoever edits a field and forgets to generate is told here. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { root } from './sources.ts'

test('generated files are up to date', { timeout: 120_000 }, async () => {
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, ['scripts/generate.ts', '--check'], { cwd: root }).catch(
    (error: { stdout: string }) => error,
  )
  expect(stdout).toBe('')
})
