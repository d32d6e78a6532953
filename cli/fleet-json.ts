/**
 * A loaded fleet as JSON and back, for saved plans. Paths below the fleet's folder are kept relative to it, so that a
 * plan made on one machine can be carried out on another.
 *
 * @module
 */
import { isAbsolute, join, relative } from 'node:path'
import type { DesiredAppliance, Fleet } from '../schemas/fleet.ts'

const rootSign = '${root}'
/** Members that hold the path of a file or folder. */
const pathMembers = new Set(['fromFile', 'file', 'caFile', 'pinFile', 'directory.path'])

type Json = unknown

/** Plain data with paths relative to `${root}`. */
export function fleetToJson(fleet: Fleet): Json {
  return relativePaths(
    {
      ...(fleet.name !== undefined && { name: fleet.name }),
      root: fleet.root,
      policy: fleet.policy,
      credentials: Object.fromEntries(fleet.credentials),
      registrars: Object.fromEntries(fleet.registrars),
      sites: Object.fromEntries(fleet.sites),
      sensors: appliancesToJson(fleet.sensors),
      managementConsoles: appliancesToJson(fleet.managementConsoles),
    },
    fleet.root,
  )
}

const appliancesToJson = (appliances: Fleet['sensors']): Json[] =>
  [...appliances.values()].map((appliance) => ({ ...appliance, origins: Object.fromEntries(appliance.origins) }))

type SavedAppliance = Omit<DesiredAppliance, 'origins'> & { origins: Record<string, never> }
interface SavedFleet extends Pick<Fleet, 'name' | 'policy'> {
  root: string
  credentials: Record<string, never>
  registrars: Record<string, never>
  sites: Record<string, never>
  sensors: SavedAppliance[]
  managementConsoles: SavedAppliance[]
}

/** The fleet that was saved, below another root when one is given. */
export function fleetFromJson(json: Json, root?: string): Fleet {
  const { root: madeAt } = json as SavedFleet
  const saved = absolutePaths(json, root ?? madeAt) as SavedFleet
  return {
    ...(saved.name !== undefined && { name: saved.name }),
    root: root ?? madeAt,
    policy: saved.policy,
    credentials: new Map(Object.entries(saved.credentials)),
    registrars: new Map(Object.entries(saved.registrars)),
    sites: new Map(Object.entries(saved.sites)),
    sensors: appliancesFrom(saved.sensors),
    managementConsoles: appliancesFrom(saved.managementConsoles),
  }
}

const appliancesFrom = (saved: readonly SavedAppliance[]): Map<string, DesiredAppliance> =>
  new Map(saved.map((one) => [one.key, { ...one, origins: new Map(Object.entries(one.origins)) }]))

/** Rewrites the members of a value, however deep, that hold paths. */
function mapPaths(value: Json, rewrite: (path: string) => string, member = '', parent = ''): Json {
  if (typeof value === 'string') {
    return pathMembers.has(member) || pathMembers.has(`${parent}.${member}`) ? rewrite(value) : value
  }
  if (Array.isArray(value)) return value.map((entry) => mapPaths(entry, rewrite))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, mapPaths(entry, rewrite, key, member)]))
}

export const relativePaths = (value: Json, root: string): Json =>
  mapPaths(value, (path) => {
    if (!isAbsolute(path)) return path
    const below = relative(root, path)
    return below.startsWith('..') || isAbsolute(below) ? path : `${rootSign}/${below.replaceAll('\\', '/')}`
  })

export const absolutePaths = (value: Json, root: string): Json =>
  mapPaths(value, (path) => (path.startsWith(`${rootSign}/`) ? join(root, path.slice(rootSign.length)) : path))
