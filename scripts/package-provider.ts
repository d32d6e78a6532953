/**
 * `npm run package:provider`: the Terraform provider as it is published, into `dist/provider/`, in two forms.
 *
 * - `executable/`: one file for a platform, with its own runtime. It starts fastest and needs nothing on the machine.
 * - `script/`: a script beside a bundle, for every platform that has Node.js.
 *
 * Each form holds `release/` (zips, checksums and manifest, as a registry wants them), and `mirror/`, a filesystem mirror
 * to copy to where there is no network. The same sources give the same bytes.
 *
 * `--platforms linux_amd64,darwin_arm64` makes executables for others than this machine's; their runtimes are fetched
 * with npm. `--out DIR` writes elsewhere.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, copyFile, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { zipSync, type Zippable } from 'fflate'
import { bundle } from './bundle.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
const name = `terraform-provider-sensorform_${version}`
/** Terraform starts the first file whose name begins with `terraform-provider-sensorform`; others must not. */
const executableName = `terraform-provider-sensorform_v${version}`
/** Where OpenTofu and Terraform look for a provider that is declared as `sensorform/sensorform`. */
const hosts = ['registry.terraform.io', 'registry.opentofu.org']

/** Packages that hold the runtime, by platform in Terraform's words. Those for x64 run on processors without AVX2. */
const runtimes: Readonly<Record<string, string>> = {
  linux_amd64: 'bun-linux-x64-baseline',
  linux_arm64: 'bun-linux-aarch64',
  darwin_amd64: 'bun-darwin-x64-baseline',
  darwin_arm64: 'bun-darwin-aarch64',
  windows_amd64: 'bun-windows-x64-baseline',
}
/** Windows starts no scripts. */
const scriptPlatforms = Object.keys(runtimes).filter((platform) => !platform.startsWith('windows'))
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }
const ownPlatform = `${process.platform}_${architectures[process.arch] ?? process.arch}`

interface PackedFile {
  content: Uint8Array
  executable: boolean
}
type Files = Readonly<Record<string, PackedFile>>

const run = promisify(execFile)

const entry = { main: join(root, 'provider/main.ts') }

/** A script beside a bundle of chunks that are loaded when they are needed. */
async function scriptFiles(scratch: string): Promise<Files> {
  const folder = join(scratch, 'script')
  await bundle(entry, { dir: folder, entryFileNames: '[name].cjs', chunkFileNames: '[name]-[hash].cjs' })
  const parts = await Promise.all(
    (await readdir(folder)).map(async (file): Promise<[string, PackedFile]> => [
      `sensorform/${file}`,
      { content: await readFile(join(folder, file)), executable: false },
    ]),
  )
  return Object.fromEntries([
    ...parts,
    [executableName, { content: Buffer.from(await launcher()), executable: true }],
    ['package.json', { content: Buffer.from(commonJs), executable: false }],
  ])
}

/** Terraform unpacks into the user's folder, whose own package.json might make another language of the script. */
const commonJs = '{ "type": "commonjs" }\n'

/**
 * Says what is missing where Node.js is too old, instead of a syntax error. Of a plugin that ends before its handshake
 * Terraform shows neither stderr nor exit code, only guesses of its own; the name of a protocol that it does not know it
 * quotes as it is, and nothing else. Every Node.js must understand this file, however old.
 */
async function launcher(): Promise<string> {
  const { engines } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { engines: { node: string } }
  const needed = engines.node.replace('>=', '')
  return `#!/usr/bin/env node
const needed = '${needed}'.split('.').map(Number)
const found = process.versions.node.split('.').map(Number)
const first = needed.findIndex((part, index) => part !== found[index])
if (first >= 0 && found[first] < needed[first]) {
  const sentence =
    'Sensorform needs Node.js ${needed} or later, and the first one on the PATH is ' + process.versions.node +
    ' (' + process.execPath.replace(/[|\\n]/g, '?') + '): put a newer one first,' +
    ' or install the provider in its form executable, which needs none'
  console.error(sentence + '.')
  process.exitCode = 1
  if (process.env.TF_PLUGIN_MAGIC_COOKIE) {
    console.log('1|6|unix|/|' + sentence + '|')
    /* Terraform ends it; what ends by itself may be told as that alone. */
    setTimeout(() => {}, 2000)
  }
} else require('./sensorform/main.cjs')
`
}

/**
 * One file with its own runtime. The bytecode beside the text is what makes it start fast, and chunks keep out of a start
 * what it does not need.
 */
async function executableFiles(scratch: string, platform: string): Promise<Files> {
  const folder = await chunksToCompile(scratch)
  const chunks = (await readdir(folder)).filter((file) => file !== start).map((file) => `./${file}`)
  const builder = await runtimeOf(ownPlatform)
  const outfile = join(scratch, platform)
  const target = runtimes[platform] ?? ''
  const from = ['--target', target, '--compile-executable-path', await runtimeOf(platform)]
  const form = ['--compile', '--bytecode', '--minify', '--format=cjs', '--external', './*']
  await run(builder, ['build', ...form, ...atRun, ...from, '--outfile', outfile, `./${start}`, ...chunks], {
    cwd: folder,
    env: { PATH: process.env['PATH'] },
  })
  const built = existsSync(`${outfile}.exe`) ? `${outfile}.exe` : outfile
  const file = platform.startsWith('windows') ? `${executableName}.exe` : executableName
  return { [file]: { content: await readFile(built), executable: true } }
}

/** How the executable behaves when it runs. */
const atRun = [
  /* Terraform starts it in the user's folder, whose files must not decide what it runs or believes. */
  '--no-compile-autoload-dotenv',
  '--no-compile-autoload-bunfig',
  /* A process lives for seconds: most of what the optimising compiler would make is never used. */
  '--compile-jit-policy=50',
]

/** The file that is started. It has a name of its own, as the executable takes its place under another name. */
const start = 'start.js'

async function chunksToCompile(scratch: string): Promise<string> {
  const folder = join(scratch, 'chunks')
  if (existsSync(folder)) return folder
  await bundle(entry, { dir: folder, entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' })
  await writeFile(join(folder, start), "require('./main.js')\n")
  return folder
}

/** The runtime of a platform: installed for this machine, fetched for any other. */
async function runtimeOf(platform: string): Promise<string> {
  const packageName = runtimes[platform]
  if (packageName === undefined) throw new Error(`there is no runtime for ${platform}`)
  const program = platform.startsWith('windows') ? 'bun.exe' : 'bun'
  const installed = join(root, 'node_modules/@oven', packageName, 'bin', program)
  if (existsSync(installed)) return installed
  const { optionalDependencies } = JSON.parse(await readFile(join(root, 'tools/bun/package.json'), 'utf8')) as {
    optionalDependencies: Record<string, string>
  }
  const bunVersion = Object.values(optionalDependencies)[0] ?? ''
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sensorform', `bun-${bunVersion}`)
  const fetched = join(cache, packageName, 'package/bin', program)
  if (existsSync(fetched)) return fetched
  const folder = join(cache, packageName)
  await mkdir(folder, { recursive: true })
  const { stdout } = await run('npm', ['pack', '--silent', `@oven/${packageName}@${bunVersion}`], { cwd: folder })
  await run('tar', ['-xzf', stdout.trim()], { cwd: folder })
  await rm(join(folder, stdout.trim()))
  await chmod(fetched, 0o755)
  return fetched
}

/** The earliest time that a zip can hold, so that no build differs by its time. Mode bits as on Unix. */
function zipOf(files: Files): Uint8Array {
  const entries: Zippable = Object.fromEntries(
    Object.entries(files)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, { content, executable }]) => [
        path,
        [content, { mtime: new Date(1980, 0, 1, 12), os: 3, attrs: (executable ? 0o100755 : 0o100644) << 16 }] as const,
      ]),
  )
  return zipSync(entries, { level: 6 })
}

const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex')

/** Writes what a registry wants, and a mirror of the same zips. */
async function publish(form: string, packages: ReadonlyMap<string, Files>): Promise<void> {
  const release = join(out, form, 'release')
  await mkdir(release, { recursive: true })
  const manifest = Buffer.from(`${JSON.stringify({ version: 1, metadata: { protocol_versions: ['6.0'] } })}\n`)
  const assets = new Map<string, Uint8Array>([[`${name}_manifest.json`, manifest]])
  for (const [platform, files] of packages) assets.set(`${name}_${platform}.zip`, zipOf(files))
  for (const [asset, content] of assets) await writeFile(join(release, asset), content)
  const sums = [...assets].map(([asset, content]) => `${sha256(content)}  ${asset}\n`).toSorted()
  await writeFile(join(release, `${name}_SHA256SUMS`), sums.join(''))
  for (const host of hosts) {
    const mirror = join(out, form, 'mirror', host, 'sensorform/sensorform')
    await mkdir(mirror, { recursive: true })
    for (const platform of packages.keys()) {
      await copyFile(join(release, `${name}_${platform}.zip`), join(mirror, `${name}_${platform}.zip`))
    }
  }
  await unpack(form, packages)
}

/** The form for this machine as it is started, for `dev_overrides` and for benchmarks. */
async function unpack(form: string, packages: ReadonlyMap<string, Files>): Promise<void> {
  const folder = join(out, form, 'unpacked')
  for (const [path, { content, executable }] of Object.entries(packages.get(ownPlatform) ?? {})) {
    await mkdir(join(folder, path, '..'), { recursive: true })
    await writeFile(join(folder, path), content, { mode: executable ? 0o755 : 0o644 })
  }
}

const { values } = parseArgs({ options: { platforms: { type: 'string' }, out: { type: 'string' } } })
const out = resolve(values.out ?? join(root, 'dist/provider'))
const platforms = values.platforms?.split(',') ?? [ownPlatform].filter((platform) => platform in runtimes)
const unknown = platforms.filter((platform) => !(platform in runtimes))
if (unknown.length > 0)
  throw new Error(`no such platform: ${unknown.join(', ')}; there are ${Object.keys(runtimes).join(', ')}`)

await rm(out, { recursive: true, force: true })
const scratch = await mkdtemp(join(tmpdir(), 'sensorform-provider-'))
try {
  const script = await scriptFiles(scratch)
  await publish('script', new Map(scriptPlatforms.map((platform) => [platform, script])))
  const executables = new Map<string, Files>()
  for (const platform of platforms) executables.set(platform, await executableFiles(scratch, platform))
  await publish('executable', executables)
  console.log(
    `${relative(process.cwd(), out)}: script for ${scriptPlatforms.join(', ')}; executable for ${platforms.join(', ')}`,
  )
} finally {
  await rm(scratch, { recursive: true, force: true })
}
