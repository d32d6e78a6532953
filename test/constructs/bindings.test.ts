/** What `cdktf get` makes of the provider's schema, by its own generator. */
import * as cdktf from 'cdktf'
import * as cdktn from 'cdktn'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { generateBindings } from '../../scripts/build-constructs.ts'

test('the bindings name no class that a framework does not have', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sensorform-bindings-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  await generateBindings(folder)
  const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(join(folder, path), 'utf8'))
  const named = new Set(texts.flatMap((text) => [...text.matchAll(/new cdktf\.(\w+)/g)].map(([, name = '']) => name)))
  expect([...named]).toContain('StringMap')
  for (const framework of [cdktf, cdktn])
    expect([...named].filter((name) => !Object.hasOwn(framework, name))).toEqual([])
})
