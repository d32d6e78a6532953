/**
 * The settings part of the Sensor Settings API, projected from the spec, so that a field is named once.
 *
 * Read form: every setting is there; what is not set is null. Secrets are `{ set, tag }`, files are their text.
 * Write form (a JSON merge patch, RFC 7396, per aspect): a part of it; null unsets. Secrets are `{ value, tag }`.
 *
 * @module
 */
import * as z from 'zod'
import { factsOf, unwrapped } from '../layered.ts'
import { lazily } from '../lazily.ts'
import { consoleAspects, consoleSettingAspects, type ConsoleAspect } from '../management-console.ts'
import { sensorAspects, settingAspects, type SettingAspect } from '../sensor.ts'

/** Beside each secret that this tool writes: HMAC-SHA-256 over identity, path and value, and the id of its key. */
export const secretTag = z
  .strictObject({
    keyId: z.string().min(1).max(64).meta({ description: 'Id of the fingerprint key.' }),
    mac: z.string().min(1).max(128).meta({ description: 'HMAC-SHA-256 in base64.' }),
  })
  .meta({ description: 'Tag of a secret. The appliance clears it when anybody else sets the secret.' })

export const secretRead = z
  .strictObject({ set: z.boolean(), tag: secretTag.nullable() })
  .meta({ description: 'A secret as it is read: whether it is set, and its tag. Never the value.' })

export const secretWrite = z
  .strictObject({ value: z.string().max(65536), tag: secretTag.nullable() })
  .meta({ description: 'A secret as it is written.' })

type Mode = 'read' | 'write'

function wire(schema: z.ZodType, mode: Mode): z.ZodType | undefined {
  const facts = factsOf(schema)
  if (facts?.['x-not-a-setting']) return undefined
  const inner = unwrapped(schema)
  const described = (result: z.ZodType) =>
    facts?.description ? result.meta({ description: facts.description }) : result
  if (facts?.['x-sensitive']) return mode === 'read' ? secretRead : secretWrite
  if (facts?.['x-file']) return described(z.string().max(262144))
  if (inner instanceof z.ZodRecord) {
    const value = wire(inner.valueType as z.ZodType, mode) ?? z.never()
    return described(z.record(z.string(), mode === 'write' ? value.nullable() : value))
  }
  if (inner instanceof z.ZodObject) return described(wireObject(inner, mode))
  return described(mode === 'read' && inner instanceof z.ZodString ? z.string() : inner)
}

function wireObject(schema: z.ZodObject, mode: Mode): z.ZodType {
  const shape: Record<string, z.ZodType> = {}
  for (const [key, value] of Object.entries<z.ZodType>(schema.shape)) {
    const field = key === 'absent' ? undefined : wire(value, mode)
    if (!field) continue
    const group =
      unwrapped(value) instanceof z.ZodObject && !factsOf(value)?.['x-sensitive'] && !factsOf(value)?.['x-file']
    const optionalGroup = isOneOf(schema) || key === 'tls'
    if (mode === 'write') shape[key] = field.nullable().optional()
    else shape[key] = group && !optionalGroup ? field : field.nullable()
  }
  return z.strictObject(shape)
}

const isOneOf = (schema: z.ZodType): boolean => factsOf(schema)?.['x-exactly-one'] === true

function readForm<Aspect extends string>(aspects: readonly Aspect[], schemas: Readonly<Record<Aspect, z.ZodType>>) {
  return z.strictObject(
    Object.fromEntries(aspects.map((aspect) => [aspect, wire(schemas[aspect], 'read') ?? z.never()])),
  )
}

/** All settings of an appliance, by its kind. Made when asked for, as what is written is: a start needs few of them. */
export const settingsRead = lazily({
  Sensor: () => readForm(settingAspects, sensorAspects).meta({ description: 'All settings as the sensor has them.' }),
  ManagementConsole: () =>
    readForm(consoleSettingAspects, consoleAspects).meta({
      description: 'All settings as the management console has them.',
    }),
})

/** Aspects that are written, of either kind of appliance. */
export type WrittenAspect = SettingAspect | ConsoleAspect
export const writtenAspects: readonly WrittenAspect[] = [...new Set([...settingAspects, ...consoleSettingAspects])]

/** What a console's rule has more than a sensor's, a sensor refuses. */
const writtenSchemas: Readonly<Partial<Record<WrittenAspect, z.ZodType>>> = {
  ...sensorAspects,
  ...Object.fromEntries(consoleSettingAspects.map((aspect) => [aspect, consoleAspects[aspect]])),
}

const writeForm = (aspect: WrittenAspect): z.ZodType => wire(writtenSchemas[aspect] ?? z.never(), 'write') ?? z.never()

export const settingsWrite = lazily(
  Object.fromEntries(writtenAspects.map((aspect) => [aspect, () => writeForm(aspect)])) as Record<
    WrittenAspect,
    () => z.ZodType
  >,
)

/** Id of the operation that writes an aspect, as in `writeTime`. */
export type WriteOperation = `write${Capitalize<WrittenAspect>}`

export const writeOperationOf = (aspect: WrittenAspect): WriteOperation =>
  `write${aspect[0]?.toUpperCase() ?? ''}${aspect.slice(1)}` as WriteOperation
