/**
 * What the start of `sensorform validate` is made of: `node bench/start.ts [RUNS]`, after `npm run build`. Each part is
 * bundled alone as the CLI is, and run in turn; the least CPU time of the process counts. Parts hold those before them,
 * but for YAML.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle } from '../scripts/bundle.ts'
import { writeDocuments } from './loading.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'sensorform-bench-start-'))
const documents = writeDocuments(1)
const from = (path: string): string => JSON.stringify(join(root, path))

const parts: Readonly<Record<string, string>> = {
  'bare Node.js': '',
  'YAML of one sensor': `import { parseAllDocuments } from ${from('node_modules/yaml')}
    import { readFileSync } from 'node:fs'
    for (const file of ['fleet', 'part-0']) parseAllDocuments(readFileSync('${documents}/' + file + '.yaml', 'utf8'))`,
  zod: `import * as z from ${from('node_modules/zod/index.js')}
    z.object({ a: z.string() }).safeParse({ a: 'b' })`,
  'zod, schemas of Fleet and Sensor': `import { documentKinds } from ${from('schemas/documents.ts')}
    if (!documentKinds.Fleet || !documentKinds.Sensor) throw new Error('there are no schemas')`,
  'loading one sensor': `import { loadFleetNow } from ${from('load/load-fleet.ts')}
    if (!loadFleetNow(['${documents}'], { cwd: '/' }).fleet) throw new Error('it was not loaded')`,
}

async function build(): Promise<Map<string, readonly string[]>> {
  const commands = new Map<string, readonly string[]>()
  for (const [index, [name, source]] of Object.entries(parts).entries()) {
    const [input, file] = [join(folder, `part-${index}.ts`), join(folder, `part-${index}.cjs`)]
    await writeFile(input, source)
    await bundle({ part: input }, { file, codeSplitting: false })
    commands.set(name, [file])
  }
  return commands.set('sensorform validate', [join(root, 'dist/cli/main.js'), 'validate', documents])
}

/** Says at its end what CPU time it took. */
const preload = join(folder, 'usage.cjs')
await writeFile(
  preload,
  `process.on('exit', () => {
    const { user, system } = process.cpuUsage()
    process.stderr.write('\\n' + (user + system) / 1000)
  })`,
)

function cpuMs(args: readonly string[]): number {
  const env = { ...process.env }
  delete env['NODE_EXTRA_CA_CERTS']
  const { status, stderr } = spawnSync(process.execPath, ['--require', preload, ...args], { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`)
  return Number(stderr.split('\n').at(-1))
}

const runs = Number(process.argv[2] ?? '21')
const commands = await build()
const least = new Map([...commands.keys()].map((name) => [name, Infinity]))
for (let index = 0; index < runs; index += 1) {
  for (const [name, args] of commands) least.set(name, Math.min(least.get(name) ?? Infinity, cpuMs(args)))
}
const bare = least.get('bare Node.js') ?? 1
console.log(`${'CPU time of'.padEnd(36)}${'ms'.padStart(6)}${'ratio'.padStart(8)}`)
for (const [name, ms] of least) {
  console.log(`${name.padEnd(36)}${ms.toFixed(0).padStart(6)}${(ms / bare).toFixed(2).padStart(8)}`)
}
for (const made of [folder, documents]) await rm(made, { recursive: true })
