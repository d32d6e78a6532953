/**
 * Builds `sensorform/cdktf` and `sensorform/cdktn`: the hand-written constructs as one file each, and the bindings that
 * cdktf's own generator makes of the provider's schema. One source serves both; what differs is the name that is imported. The
 * result is CommonJS, which every project of cdktf can load.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { rolldown } from 'rolldown'
import packageJson from '../package.json' with { type: 'json' }
import { providersSchemaJson } from '../provider/schema-json.ts'
import { sensorformProvider } from '../provider/sensorform/provider.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const execute = promisify(execFile)

/** The framework that the sources are written for, and its successor. */
export const frameworks = ['cdktf', 'cdktn'] as const
type Framework = (typeof frameworks)[number]

const source = 'registry.terraform.io/sensorform/sensorform'

interface Generator {
  TerraformProviderGenerator: new (code: object, schema: object) => { generateAll(): void }
}
interface Maker {
  CodeMaker: new (options: { indentationLevel: number }) => { save(folder: string): Promise<unknown> }
}

/** Writes bindings for cdktf, in TypeScript, as `cdktf get` would. No Terraform is run for it. */
export async function generateBindings(folder: string): Promise<void> {
  // Loading the generator asks the binary of this name for its version, of which nothing is needed.
  process.env['TERRAFORM_BINARY_NAME'] ??= 'false'
  process.env['CHECKPOINT_DISABLE'] ??= '1'
  const require = createRequire(import.meta.url)
  const lib = '@cdktf/provider-generator/lib/get/generator/provider-generator'
  const { TerraformProviderGenerator } = require(lib) as Generator
  const { CodeMaker } = require('codemaker') as Maker
  const code = new CodeMaker({ indentationLevel: 2 })
  const schema = providersSchemaJson(sensorformProvider, source)
  const versions = { provider_versions: { [source]: packageJson.version } }
  new TerraformProviderGenerator(code, JSON.parse(JSON.stringify({ ...schema, ...versions })) as object).generateAll()
  await code.save(folder)
}

async function rewriteFiles(folder: string, rewrite: (text: string) => string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    await writeFile(path, rewrite(await readFile(path, 'utf8')))
  }
}

/** Builds both below `dist`. */
export async function buildConstructs(dist: string): Promise<void> {
  const scratch = join(dist, 'scratch')
  await generateBindings(join(scratch, 'source'))
  await compile(scratch, 'bindings', {
    rootDir: 'source/providers/sensorform',
    include: ['source/**/*.ts'],
    module: 'commonjs',
  })
  await compile(scratch, 'declarations', {
    rootDir: root,
    files: ['constructs/index.ts', 'formats/asn1.d.ts', 'transport/undici-parts.d.ts'].map((path) => join(root, path)),
    module: 'nodenext',
    emitDeclarationOnly: true,
  })
  for (const framework of frameworks) {
    const folder = join(dist, framework)
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'package.json'), '{ "type": "commonjs" }\n')
    await bundle(folder, framework)
    await copyRenamed(join(scratch, 'bindings'), join(folder, 'bindings'), framework)
    await copyDeclarations(join(scratch, 'declarations'), folder, framework)
  }
  await rm(scratch, { recursive: true })
}

interface Compilation {
  rootDir: string
  module: 'commonjs' | 'nodenext'
  include?: readonly string[]
  files?: readonly string[]
  emitDeclarationOnly?: true
}

async function compile(scratch: string, outDir: string, { include, files, ...options }: Compilation): Promise<void> {
  const project = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      ...options,
      moduleResolution: options.module === 'commonjs' ? 'bundler' : 'nodenext',
      target: 'es2022',
      noEmit: false,
      declaration: true,
      outDir,
      verbatimModuleSyntax: options.module !== 'commonjs',
      // What the generator writes was not written for these.
      ...(options.module === 'commonjs' && {
        erasableSyntaxOnly: false,
        exactOptionalPropertyTypes: false,
        noImplicitOverride: false,
        noUnusedLocals: false,
        noUnusedParameters: false,
        noUncheckedIndexedAccess: false,
      }),
    },
    ...(files ? { files, include: [] } : { include }),
    exclude: [],
  }
  const file = join(scratch, `${outDir}.json`)
  await writeFile(file, JSON.stringify(project))
  await execute(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', file], { cwd: scratch }).catch(
    (error: { stdout?: string }) => {
      throw new Error(`the ${outDir} do not compile:\n${error.stdout ?? ''}`)
    },
  )
}

async function bundle(folder: string, framework: Framework): Promise<void> {
  const made = await rolldown({
    input: { index: join(root, 'constructs/index.ts') },
    platform: 'node',
    external: [/^node:/, 'constructs'],
    plugins: [
      {
        name: 'framework',
        resolveId: (id) => (id === 'cdktf' ? { id: framework, external: true } : null),
      },
    ],
  })
  await made.write({ dir: folder, format: 'cjs', exports: 'named', minify: false, codeSplitting: false })
}

/** The name that is imported, wherever a quote stands around it. */
const renamed = (text: string, framework: Framework): string => text.replaceAll(/(['"])cdktf\1/g, `$1${framework}$1`)

async function copyRenamed(from: string, to: string, framework: Framework): Promise<void> {
  await cp(from, to, { recursive: true })
  await rewriteFiles(to, (text) => renamed(text, framework))
}

/** Those that are reached from the index, and no others: a user's project has no zod. */
async function copyDeclarations(from: string, folder: string, framework: Framework): Promise<void> {
  const pending = ['constructs/index.d.ts']
  const seen = new Set(pending)
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const text = await readFile(join(from, path), 'utf8')
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), renamed(text, framework))
    for (const [, target = ''] of text.matchAll(/from ['"](\.[^'"]+)['"]/g)) {
      const next = relative('.', join(dirname(path), target.replace(/\.(js|ts)$/, '.d.ts')))
      if (!seen.has(next)) pending.push(next)
      seen.add(next)
    }
  }
  await writeFile(join(folder, 'index.d.ts'), "export * from './constructs/index.js'\n")
}
