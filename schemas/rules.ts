/**
 * Rules that several fields share, as zod building blocks and as pure functions over plain values.
 *
 * @module
 */
import * as z from 'zod'

/** What a custom check refuses, as data: `code` names an entry of the problem catalogue (`problem-catalog.ts`). */
export interface Refusal {
  code: string
  path?: readonly (string | number)[]
  message: string
  hint?: string
  /** Values of which the nearest is offered instead. */
  known?: readonly string[]
}

/** Adds a located refusal to a zod check. All that zod has no word for travels in `params`. */
export function refuse(ctx: z.RefinementCtx, { path = [], message, ...params }: Refusal): void {
  ctx.addIssue({ code: 'custom', path: [...path], message, params })
}

const octet = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])'
const ipv4Pattern = new RegExp(`^${octet}(\\.${octet}){3}$`)
const label = '[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?'
/** The last label of a name is no number (RFC 1123): a dotted number is an address, or a mistyped one. */
const name = `(?=.{1,253}$)(?!([^.]*\\.)*[0-9]+$)${label}(\\.${label})*`

/** An IPv4 address in dotted notation. The vendor's fields are IPv4 only. */
export const ipv4 = (): z.ZodString => z.string().regex(ipv4Pattern, 'is not an IPv4 address such as 10.20.0.5')

const firstOctet = '(22[0-3]|2[01][0-9]|1[0-9]{2}|[1-9][0-9]?)'

/** True for an IPv4 address in dotted notation. */
export const isIpv4 = (text: string | undefined): text is string => text !== undefined && ipv4Pattern.test(text)

/** A subnet mask with room for two hosts or more. */
export const subnetMask = (): z.ZodString => ipv4().refine(isSubnetMask, 'is not a subnet mask such as 255.255.255.0')

/** An IPv4 address that one host can have: not 0.x.x.x, multicast or reserved. Loopback is one. */
export const hostAddress = (): z.ZodString =>
  z
    .string()
    .regex(new RegExp(`^${firstOctet}(\\.${octet}){3}$`), 'is not the IPv4 address of a host, such as 10.20.0.5')

/** A DNS host name (RFC 1123). */
export const hostName = (): z.ZodString =>
  z.string().regex(new RegExp(`^${name}$`), 'is not a host name such as line-1.plant.example')

/** True for a DNS host name (RFC 1123). */
export const isHostName = (text: string): boolean => hostName().safeParse(text).success

/** A DNS host name or an IPv4 address. A dotted number that is no address is refused. */
export const host = (): z.ZodString =>
  z
    .string()
    .regex(new RegExp(`^(${octet}(\\.${octet}){3}|${name})$`), 'is neither a host name nor an IPv4 address in full')

/** A TCP or UDP port. */
export const port = (): z.ZodInt => z.int().min(1).max(65535)

const durationPattern = /^([1-9][0-9]{0,5})(m|h|d)$/
const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** A length of time such as `90m`, `26h` or `30d`. */
export const duration = (): z.ZodString =>
  z.string().regex(durationPattern, 'is not a length of time such as 90m, 26h or 30d')

/** Milliseconds of a duration that `duration()` accepted. */
export function durationMs(text: string): number {
  const match = durationPattern.exec(text)
  if (!match) throw new TypeError(`not a duration: ${text}`)
  return Number(match[1]) * unitMs[match[2] as keyof typeof unitMs]
}

/** An IPv4 address as an unsigned 32-bit number. */
export const ipv4Number = (address: string): number =>
  address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)

/** The address of an unsigned 32-bit number. */
export const ipv4Text = (number: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.')

/** True for a mask whose ones are contiguous and that leaves room for at least two hosts (/1 to /30). */
export function isSubnetMask(mask: string): boolean {
  const bits = ipv4Number(mask).toString(2).padStart(32, '0')
  return /^1+0+$/.test(bits) && bits.indexOf('0') <= 30
}

/** Network and broadcast address of the subnet that an address lies in. */
export function subnetOf(address: string, mask: string): { network: number; broadcast: number } {
  const maskNumber = ipv4Number(mask)
  const network = Number(BigInt(ipv4Number(address)) & BigInt(maskNumber))
  return { network, broadcast: network + (2 ** 32 - 1 - maskNumber) }
}

/**
 * Zones under their first names, to which aliases are added as they come up: making a DateTimeFormat is slow, and the
 * first one takes longer than all else that one sensor needs.
 */
let knownZones: Set<string> | undefined

/** True when the running JavaScript engine's IANA database knows the zone under this very name. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]+(\/[A-Za-z0-9_+-]+)*$/.test(name)) return false
  knownZones ??= new Set(Intl.supportedValuesOf('timeZone'))
  if (knownZones.has(name)) return true
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions()
    if (isSpeltAs(name, timeZone)) knownZones.add(name)
    return knownZones.has(name)
  } catch {
    return false
  }
}

/** The engine takes `europe/berlin` too; an appliance need not. An alias comes back under another name. */
const isSpeltAs = (name: string, resolved: string): boolean =>
  name === resolved || (name.toLowerCase() !== resolved.toLowerCase() && !/(^|\/)[a-z]/.test(name))

/** An IANA time zone name such as `Europe/Berlin`. */
export const timeZone = () =>
  z
    .string()
    .max(64)
    .superRefine((text, ctx) => {
      if (isTimeZone(text)) return
      refuse(ctx, {
        code: 'VALUE_INVALID',
        message: 'is not an IANA time zone such as Europe/Berlin',
        known: Intl.supportedValuesOf('timeZone'),
      })
    })

/**
 * Where a secret is found: an environment variable or a file below the spec's folder (or `--secrets-dir`). Never the
 * secret itself.
 */
export const secret = (description: string) =>
  z
    .strictObject({
      fromEnv: z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]*$|\$\{/, 'is not the name of an environment variable')
        .max(256)
        .optional()
        .meta({ description: 'Name of the environment variable that holds the secret.' }),
      fromFile: filePath().optional().meta({
        description: 'Path of the file that holds the secret, below the folder of the document or `--secrets-dir`.',
      }),
    })
    .superRefine((value, ctx) => exactlyOne(value, ctx, ['fromEnv', 'fromFile']))
    .meta({ description, 'x-sensitive': true, 'x-leaf': true, 'x-exactly-one': true })

export type SecretReference = z.infer<ReturnType<typeof secret>>

/** Path of a file. A key that was pasted in place of its path is none. */
export const filePath = (): z.ZodString =>
  z
    .string()
    .min(1)
    .max(1024)
    .regex(/^(?!\s*-----)[^\p{C}]+$/u, 'is not the path of a file')

/** A file of public content, read while loading. */
export const publicFile = (description: string) =>
  z
    .strictObject({
      file: filePath().meta({ description: 'Path of the file, below the folder of the document.' }),
    })
    .meta({ description, 'x-file': true, 'x-leaf': true })

/** Refuses a one-of group that has none or several of its keys. */
export function exactlyOne(
  value: Readonly<Record<string, unknown>>,
  ctx: z.RefinementCtx,
  keys: readonly string[],
): void {
  const given = keys.filter((key) => value[key] !== undefined)
  if (given.length === 1) return
  refuse(ctx, {
    code: 'ONE_OF',
    message:
      given.length === 0 ? `needs one of ${keys.join(', ')}` : `has ${given.join(' and ')}, but only one may be given`,
    hint: `Give exactly one of ${keys.join(', ')}.`,
  })
}
