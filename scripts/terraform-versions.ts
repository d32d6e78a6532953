/**
 * Builds the other versions of the binary that the provider is tested with, from their Go modules, into a cache folder
 * outside the tree, and says where they are: `node scripts/terraform-versions.ts [terraform|tofu]`. Three to four minutes
 * each the first time; needs Go.
 *
 * Neither can be installed with `go install`, as their modules replace others. So each is built as a dependency of an
 * empty module that makes the same replacements. Terraform's remote backends are modules that no release publishes; state
 * in memory stands in for them, which no test uses. Local state is the real one.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

interface Product {
  version: string
  module: string
  /** The package of its command, below the module. */
  command: string
  /** Set to "no", so that it calls itself a release. */
  developmentFlag: string
}

const products: Readonly<Record<string, Product>> = {
  terraform: {
    version: '1.16.0',
    module: 'github.com/hashicorp/terraform',
    command: '',
    developmentFlag: 'github.com/hashicorp/terraform/version.dev',
  },
  tofu: {
    version: '1.12.6',
    module: 'github.com/opentofu/opentofu',
    command: '/cmd/tofu',
    developmentFlag: 'github.com/opentofu/opentofu/version.dev',
  },
}

const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sensorform')
const run = promisify(execFile)
const go = async (cwd: string, ...args: string[]): Promise<string> =>
  (await run('go', args, { cwd, maxBuffer: 2 ** 26, env: { ...process.env, GOFLAGS: '-mod=mod' } })).stdout

/** Where the product is. Built when it is not there yet. */
async function build(name: string, { version, module, command, developmentFlag }: Product): Promise<string> {
  const built = join(cache, `${name}-${version}`)
  if (existsSync(built)) return built
  await mkdir(cache, { recursive: true })
  const scratch = await mkdtemp(join(tmpdir(), 'sensorform-go-'))
  try {
    const { Dir: sources } = JSON.parse(await go(scratch, 'mod', 'download', '-json', `${module}@v${version}`)) as {
      Dir: string
    }
    await copyFile(join(sources, 'go.sum'), join(scratch, 'go.sum'))
    const text = await readFile(join(sources, 'go.mod'), 'utf8')
    await writeFile(join(scratch, 'go.mod'), await standAlone(scratch, text, `${module} v${version}`))
    const flags = ['-trimpath', '-ldflags', `-X ${developmentFlag}=no`]
    await go(scratch, 'build', ...flags, '-o', join(scratch, name), module + command)
    await copyFile(join(scratch, name), `${built}.new`)
    await rename(`${built}.new`, built)
    return built
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

const nestedReplace = /^replace (github\.com\/hashicorp\/terraform\/internal\/\S+) => \S+$/gm
const nestedModule = /^.*github\.com\/hashicorp\/terraform\/internal\/.*$\n?/gm

/** The product's go.mod as that of an empty module which depends on it. */
async function standAlone(scratch: string, text: string, dependency: string): Promise<string> {
  const nested = [...text.matchAll(nestedReplace)].flatMap(([, path]) => path ?? [])
  const own = text.replace(/^module .*$/m, 'module build.invalid/scratch').replaceAll(nestedModule, '')
  const replaced = await Promise.all(nested.filter((path) => path.includes('/remote-state/')).map(standIn))
  return [own, ...replaced, `require ${dependency}`, ''].join('\n')

  async function standIn(path: string): Promise<string> {
    const name = path.slice(path.lastIndexOf('/') + 1)
    const folder = join(scratch, 'stand-in', name)
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'go.mod'), `module ${path}\n\ngo 1.25\n`)
    await writeFile(join(folder, `${name}.go`), backendInMemory(name))
    return `require ${path} v0.0.0\nreplace ${path} => ./stand-in/${name}`
  }
}

const backendInMemory = (name: string): string => `package ${name}

import (
	"github.com/hashicorp/terraform/internal/backend"
	"github.com/hashicorp/terraform/internal/backend/remote-state/inmem"
)

// New keeps state in memory.
func New() backend.Backend { return inmem.New() }
`

export const productNames: readonly string[] = Object.keys(products)

/** The path of a product, such as `tofu`. Builds it when it is not in the cache yet. */
export async function productPath(name: string): Promise<string> {
  const product = products[name]
  if (!product) throw new Error(`there is no ${name}; there are ${productNames.join(', ')}`)
  return build(name, product)
}

if (import.meta.main) {
  const wanted = process.argv.slice(2)
  for (const name of wanted.length > 0 ? wanted : productNames) console.log(await productPath(name))
}
