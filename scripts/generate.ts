/**
 * Writes every projection of the schemas. `node scripts/generate.ts --check` writes nothing and fails when a committed
 * file is not what it should be. What is made from generated files (the provider's pages) is made by a second pass.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as prettier from 'prettier'
import { projections } from './projections.ts'

const root = new URL('../', import.meta.url)
const check = process.argv.includes('--check')
const isSecondPass = process.argv.includes('--second-pass')
const style = await prettier.resolveConfig(fileURLToPath(new URL('package.json', root)))

const stale: string[] = []
for (const [path, make] of Object.entries(projections)) {
  const url = new URL(path, root)
  const text = await prettier.format(await make(), { ...style, filepath: path })
  const committed = await readFile(url, 'utf8').catch(() => '')
  if (committed === text) continue
  stale.push(path)
  if (check) continue
  await mkdir(dirname(fileURLToPath(url)), { recursive: true })
  await writeFile(url, text)
}
for (const path of stale) console.log(check ? `not up to date: ${path}` : `written: ${path}`)
if (check && stale.length > 0) {
  console.log('Run `npm run generate` and commit the result.')
  process.exitCode = 1
}
if (!check && !isSecondPass && stale.length > 0) {
  execFileSync(process.execPath, [fileURLToPath(import.meta.url), '--second-pass'], { stdio: 'inherit' })
}
