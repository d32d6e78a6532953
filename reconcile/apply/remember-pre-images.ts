/** What system properties were before the first write. Remembered before the write, so that a killed run loses nothing. */
import type { DesiredAppliance } from '../../schemas/fleet.ts'
import type { Observation } from '../driver.ts'
import type { Memory, PreImage, Remembered } from '../memory.ts'
import type { PlannedValue } from '../plan-types.ts'
import { declaredFields, segmentsOf } from '../compare/setting-fields.ts'
import { imagesOf } from '../compare/withdrawn-properties.ts'

type Images = Readonly<Record<string, PreImage>>

/** Remembers what is there now under the properties that are about to be written, unless it is known already. */
export async function rememberPreImages(
  memory: Memory,
  key: string,
  observation: Observation,
  values: Readonly<Record<string, PlannedValue>>,
): Promise<void> {
  const written = Object.entries(values).filter(([path]) => segmentsOf(path)[0] === 'systemProperties')
  if (written.length === 0) return
  const known = imagesOf({ remembered: await memory.recall(key), observation })
  const now = written.map(([path, value]): [string, PreImage] => [
    path,
    { before: known[path] ? known[path].before : liveText(observation, path), written: value as string | null },
  ])
  await memory.remember(key, {
    preImages: { identity: observation.identity, values: { ...known, ...Object.fromEntries(now) } },
  })
}

const liveText = ({ live }: Observation, path: string): string | null => (live.get(path) as string | undefined) ?? null

/** What is still worth keeping: a property that is declared, or that is not back to what it was. */
export function preImagesLeft(
  desired: DesiredAppliance,
  observation: Observation,
  remembered: Remembered | undefined,
): Remembered['preImages'] {
  const declared = declaredFields(desired)
  const images: Images = imagesOf({ remembered, observation })
  const left = Object.entries(images).filter(
    ([path, { before }]) => declared.has(path) || liveText(observation, path) !== before,
  )
  return left.length === 0 ? undefined : { identity: observation.identity, values: Object.fromEntries(left) }
}
