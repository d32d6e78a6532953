/**
 * Builds the package that users install: the CLI as a bundle in which every command is a chunk of its own, so that
 * starting it reads little, and the constructs. Libraries are bundled in; users install nothing else.
 *
 * @module
 */
import { chmod, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { buildConstructs } from './build-constructs.ts'
import { bundle } from './bundle.ts'

const root = new URL('../', import.meta.url)
const dist = fileURLToPath(new URL('dist/', root))

await rm(dist, { recursive: true, force: true })
await bundle(
  { 'cli/main': fileURLToPath(new URL('cli/main.ts', root)) },
  { dir: dist, entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
)
for (const folder of ['cli', 'chunks']) await writeFile(`${dist}${folder}/package.json`, '{ "type": "commonjs" }\n')
await chmod(`${dist}cli/main.js`, 0o755)
await buildConstructs(dist)
