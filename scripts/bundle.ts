/** How the CLI and the provider are bundled: everything that they need in files of CommonJS that load one another lazily. */
import { rolldown, type OutputOptions, type Plugin } from 'rolldown'

/** Everything in it, spelled short. */
const minify = { compress: true, mangle: false, codegen: { removeWhitespace: true } } as const

/**
 * CommonJS, because importing a built-in module the other way reads all that it exports: 4 ms of a start for `process`
 * alone. `output` says into which files.
 */
export async function bundle(input: Readonly<Record<string, string>>, output: OutputOptions): Promise<void> {
  const made = await rolldown({
    input: { ...input },
    platform: 'node',
    external: [/^node:/, '@azure/identity'],
    treeshake: true,
    plugins: [loadBuiltInsLazily],
  })
  await made.write({ ...output, format: 'cjs', minify })
}

/** Built-in modules are loaded at their first use: `node:crypto` takes a quarter as long as Node.js itself. */
const loadBuiltInsLazily: Plugin = {
  name: 'load-built-ins-lazily',
  renderChunk(code) {
    const made = code.replaceAll(importedBuiltIn, 'let $1 = lazyBuiltIn(() => require("$2"));')
    return made === code ? null : { code: made.replace(/^(#!.*\n)?/, `$1${lazyBuiltIn}\n`), map: null }
  },
}

/** As rolldown writes an import of names. One of a default is followed by a second assignment, and stays. */
const importedBuiltIn = /^let (node_\w+) = require\("(node:[\w/]+)"\);$(?!\n\1 =)/gm

const lazyBuiltIn = `const lazyBuiltIn = (load) => {
  let loaded;
  return new Proxy({}, { get: (_, name) => (loaded ??= load())[name] });
};`
