/** One `npm run generate` is enough, though pages of the provider are made from schemas that are generated as well. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { root } from '../house/sources.ts'

test('a description that was edited is in every generated file after one run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sensorform-generate-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const files = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).trim().split('\n')
  for (const file of files) cpSync(join(root, file), join(folder, file))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const source = join(folder, 'schemas/aspects/time.ts')
  const before = readFileSync(source, 'utf8')
  writeFileSync(source, before.replace(/description: '/, "description: 'Edited here. "))
  const generate = (...more: string[]): string =>
    execFileSync(process.execPath, ['scripts/generate.ts', ...more], { cwd: folder, encoding: 'utf8' })
  expect(generate()).toContain('written: docs/resources/sensor.md')
  expect(generate('--check')).toBe('')
})
