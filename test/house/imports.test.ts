/**
 * Who may import whom. The rooms stay apart only because this is checked: an edge that is not in the table is a design
 * decision, to be made in the table first.
 */
import { describe, expect, test } from 'vitest'
import { importsOf, sourcesBelow, type Import } from './sources.ts'

interface Rule {
  /** Rooms whose files may be imported. */
  rooms: readonly string[]
  /** Rooms of which only types, and the files named here, may be imported. */
  typesOf?: Readonly<Record<string, readonly string[]>>
  /** Packages and built-in modules beside `node:`. */
  packages: readonly string[]
  /** No I/O of its own: built-in modules that may be imported. All when absent. */
  builtIns?: readonly string[]
}

/** The only runtime value that loading, drivers, registrars and state take from the engine: its errors and its constants. */
const engineContracts = [
  'reconcile/device-error.ts',
  'reconcile/lease.ts',
  'reconcile/memory-error.ts',
  'reconcile/secrets.ts',
]

const rules: Readonly<Record<string, Rule>> = {
  schemas: { rooms: [], packages: ['zod'], builtIns: [] },
  formats: { rooms: ['schemas'], packages: ['node-forge', 'fflate', 'zod'], builtIns: ['node:crypto', 'node:buffer'] },
  transport: { rooms: ['schemas'], typesOf: { reconcile: engineContracts }, packages: ['undici'] },
  load: { rooms: ['schemas', 'formats'], typesOf: { reconcile: engineContracts }, packages: ['yaml', 'zod'] },
  reconcile: { rooms: ['schemas', 'formats'], packages: [], builtIns: ['node:crypto'] },
  drivers: {
    rooms: ['schemas', 'formats', 'transport'],
    typesOf: { reconcile: engineContracts },
    packages: ['undici', 'zod'],
  },
  registrars: {
    rooms: ['schemas', 'formats', 'transport'],
    typesOf: { reconcile: engineContracts },
    packages: ['@azure/identity', 'zod'],
  },
  state: { rooms: ['schemas'], typesOf: { reconcile: engineContracts }, packages: [] },
  report: { rooms: ['schemas'], typesOf: { reconcile: [] }, packages: [], builtIns: ['node:util'] },
  simulator: { rooms: ['schemas', 'formats'], packages: ['node-forge', 'nodemailer', 'zod', 'fflate'] },
  cli: {
    rooms: [
      'schemas',
      'formats',
      'transport',
      'load',
      'reconcile',
      'drivers',
      'registrars',
      'state',
      'report',
      'simulator',
    ],
    packages: ['yaml', 'zod'],
  },
  provider: {
    rooms: ['schemas', 'formats', 'transport', 'load', 'reconcile', 'drivers', 'registrars'],
    packages: ['zod'],
  },
  constructs: { rooms: ['schemas', 'load'], packages: ['cdktf', 'constructs'], builtIns: ['node:fs', 'node:path'] },
}

const room = (path: string): string => path.split('/')[0] ?? ''
/** Below drivers/ and registrars/, each folder is a room of its own. What opens them knows them all. */
const cell = (path: string): string =>
  /^(drivers|registrars)\//.test(path) ? path.split('/').slice(0, 2).join('/') : room(path)

function allowed(file: string, { target, ours, typeOnly }: Import, rule: Rule): boolean {
  if (!ours) return allowedPackage(target, rule)
  if (file === 'registrars/open.ts' && room(target) === 'registrars') return true
  if (target === 'package.json' || cell(target) === cell(file)) return true
  if (rule.rooms.includes(room(target)) && room(target) !== room(file)) return true
  const exceptions = rule.typesOf?.[room(target)]
  return exceptions !== undefined && (typeOnly || exceptions.includes(target))
}

function allowedPackage(name: string, { packages, builtIns }: Rule): boolean {
  if (name.startsWith('node:')) return builtIns === undefined || builtIns.includes(name)
  return packages.some((one) => name === one || name.startsWith(`${one}/`))
}

describe.each(Object.entries(rules))('%s imports only what its room may', (folder, rule) => {
  const files = sourcesBelow(folder)
  test('there are files to check', () => expect(files).not.toEqual([]))
  test.each(files)('%s', (file) => {
    const strays = importsOf(file).filter((one) => !allowed(file, one, rule))
    expect(strays.map(({ target, typeOnly }) => (typeOnly ? `type ${target}` : target))).toEqual([])
  })
})

test('no cycle of value imports', () => {
  const files = Object.keys(rules).flatMap(sourcesBelow)
  const graph = new Map(
    files.map((file) => [
      file,
      importsOf(file)
        .filter((one) => one.ours && !one.typeOnly)
        .map((one) => one.target),
    ]),
  )
  expect(cyclesOf(graph)).toEqual([])
})

/** Every cycle that a depth-first walk closes, as paths. */
function cyclesOf(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (file: string, trail: readonly string[]): void => {
    if (trail.includes(file)) cycles.push([...trail.slice(trail.indexOf(file)), file].join(' > '))
    else if (!done.has(file)) {
      for (const next of graph.get(file) ?? []) visit(next, [...trail, file])
      done.add(file)
    }
  }
  for (const file of graph.keys()) visit(file, [])
  return cycles
}

test('a cycle would be found', () => {
  expect(
    cyclesOf(
      new Map([
        ['a', ['b']],
        ['b', ['c']],
        ['c', ['b']],
      ]),
    ),
  ).toEqual(['b > c > b'])
})

/** Packages that a file loads by its imports alone, and those below. */
function loadedPackages(entry: string): ReadonlySet<string> {
  const packages = new Set<string>()
  const seen = new Set<string>()
  const visit = (file: string): void => {
    if (seen.has(file)) return
    seen.add(file)
    for (const { target, ours, typeOnly } of importsOf(file)) {
      if (typeOnly) continue
      if (!ours) packages.add(target)
      else if (target.endsWith('.ts')) visit(target)
    }
  }
  visit(entry)
  return packages
}

/** Whole packages that take long to load; of two of them a part is enough. */
const slow = ['node-forge', 'undici', 'yaml']

test.each(['provider/sensorform/appliance/resource.ts', 'transport/http.ts', 'formats/certificate.ts'])(
  'starting quickly: %s loads no package that it does not need',
  (entry) => {
    const packages = loadedPackages(entry)
    expect(packages.size).toBeGreaterThan(0)
    expect(slow.filter((name) => packages.has(name))).toEqual([])
  },
)
