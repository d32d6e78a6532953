/**
 * Builds the package that users install: the CLI as a bundle in which every command is a chunk of its own, so that
 * starting it reads little, and the constructs. Libraries are bundled in; users install nothing else.
 *
 * @module
 */
import { chmod, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { buildConstructs } from './build-constructs.ts'

const root = new URL('../', import.meta.url)
const dist = fileURLToPath(new URL('dist/', root))

await rm(dist, { recursive: true, force: true })
const bundle = await rolldown({
  input: { 'cli/main': fileURLToPath(new URL('cli/main.ts', root)) },
  platform: 'node',
  external: [/^node:/, '@azure/identity'],
  treeshake: true,
})
await bundle.write({
  dir: dist,
  format: 'esm',
  minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name]-[hash].js',
})
await chmod(`${dist}cli/main.js`, 0o755)
await buildConstructs(dist)
