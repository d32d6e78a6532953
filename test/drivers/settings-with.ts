import { parsePath } from '../../schemas/fields.ts'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import type { Sample } from './samples.ts'

/** Settings that hold one value, beside what it needs. */
export function settingsWith({ path, beside = {} }: Pick<Sample, 'path' | 'beside'>, value: unknown): DesiredSettings {
  const settings = structuredClone(beside) as Record<string, unknown>
  const segments = parsePath(path)
  const last = segments.pop() ?? ''
  const parent = segments.reduce<Record<string, unknown>>((object, segment) => {
    object[segment] ??= {}
    return object[segment] as Record<string, unknown>
  }, settings)
  parent[last] = value
  return settings
}
