/**
 * Declared faults: what goes wrong, for whom, at which request. Plain data in; counting and a seeded random number
 * decide, so that the same requests meet the same faults again.
 *
 * @module
 */
import * as z from 'zod'

/** Stands for the cloud where others are known by the key of their document: no document can have this one. */
export const cloudKey = '(cloud)'

const seconds = z.number().min(0).max(86_400)

/** Which requests a fault strikes. Counts are kept for each appliance on its own, so that parallel work repeats. */
const where = {
  id: z.string().min(1).max(64).optional().meta({ description: 'Name of the fault; made up when left out.' }),
  appliance: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .meta({ description: 'Key of the appliance, or `(cloud)`. Left out: every sensor.' }),
  operation: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .meta({ description: 'Operation id, such as `writeTime` or `SiteSensors_Delete`.' }),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).optional(),
  path: z.string().min(1).max(256).optional().meta({ description: 'Path; `*` stands for any text.' }),
  nth: z.int().min(1).max(1_000_000).optional().meta({ description: 'First strikes at the nth matching request.' }),
  count: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .meta({ description: 'How often it strikes. Left out: once with `nth`, else each time.' }),
  probability: z.number().min(0).max(1).optional().meta({ description: 'Chance at each matching request.' }),
}

const kind = <K extends string, T extends z.core.$ZodLooseShape>(name: K, shape: T) =>
  z.strictObject({ kind: z.literal(name), ...where, ...shape })

/** One fault. */
export const fault = z.discriminatedUnion('kind', [
  kind('latency', { ms: z.int().min(0).max(600_000) }),
  kind('status', { status: z.int().min(400).max(599), body: z.string().max(65_536).optional() }),
  kind('throttle', {
    retryAfterSeconds: seconds,
    as: z.enum(['seconds', 'date']).optional().meta({ description: 'Form of Retry-After. Left out: seconds.' }),
  }),
  kind('cutBefore', {}),
  kind('cutAfter', {}),
  kind('slowBody', { chunkBytes: z.int().min(1).max(65_536), everyMs: z.int().min(1).max(60_000) }),
  kind('malformedBody', { body: z.string().max(65_536).optional() }),
  kind('sessionLost', {}),
  kind('reboot', {
    seconds,
    when: z
      .enum(['before', 'after'])
      .optional()
      .meta({ description: 'Before or after the write took effect. Left out: after.' }),
  }),
  kind('clockSkew', { seconds: z.number().min(-1e9).max(1e9) }),
  kind('halfApplied', {}),
  kind('certificateSwapped', {}),
  kind('addressTaken', {}),
  kind('gone', {}),
  kind('cloudRefusesActivation', {}),
  kind('cloudUnreachable', {}),
  kind('consoleUnreachable', {}),
  kind('updateFails', {}),
])

export type Fault = z.infer<typeof fault>
export type FaultKind = Fault['kind']
export type FaultOf<K extends FaultKind> = Extract<Fault, { kind: K }>

/**
 * Of every kind the ways in which it strikes, without saying whom and where: what the simulator can be asked to do. A kind
 * that is missing here does not compile.
 */
export const faultExamples: { readonly [K in FaultKind]: readonly FaultOf<K>[] } = {
  latency: [{ kind: 'latency', ms: 30 }],
  status: [400, 401, 403, 404, 409, 412, 429, 500, 502, 503, 504].map((status) => ({ kind: 'status', status })),
  throttle: [
    { kind: 'throttle', retryAfterSeconds: 2 },
    { kind: 'throttle', retryAfterSeconds: 5, as: 'date' },
  ],
  cutBefore: [{ kind: 'cutBefore' }],
  cutAfter: [{ kind: 'cutAfter' }],
  slowBody: [{ kind: 'slowBody', chunkBytes: 1024, everyMs: 2 }],
  malformedBody: [{ kind: 'malformedBody' }, { kind: 'malformedBody', body: '<html></html>' }],
  sessionLost: [{ kind: 'sessionLost' }],
  reboot: [
    { kind: 'reboot', seconds: 20, when: 'before' },
    { kind: 'reboot', seconds: 20, when: 'after' },
  ],
  clockSkew: [{ kind: 'clockSkew', seconds: 400 }],
  halfApplied: [{ kind: 'halfApplied' }],
  certificateSwapped: [{ kind: 'certificateSwapped' }],
  addressTaken: [{ kind: 'addressTaken' }],
  gone: [{ kind: 'gone' }],
  cloudRefusesActivation: [{ kind: 'cloudRefusesActivation' }],
  cloudUnreachable: [{ kind: 'cloudUnreachable' }],
  consoleUnreachable: [{ kind: 'consoleUnreachable' }],
  updateFails: [{ kind: 'updateFails' }],
}

/** A fault file. */
export const faultFile = z.strictObject({
  seed: z.int().min(0).max(0xffff_ffff).optional(),
  faults: z.array(fault).max(1000),
})

/** What a request looks like to a fault. */
export interface FaultCall {
  /** Key of the appliance, or `(cloud)`. */
  appliance: string
  operation: string | null
  method: string
  path: string
}

export interface FaultEngine {
  /** Adds a fault and gives its id. */
  add(fault: Fault): string
  /** Removes one, or all. */
  remove(id?: string): void
  /** With how often each has struck. */
  list(): readonly (Fault & { id: string; struck: number })[]
  /** The faults that strike this call, in the order of their declaration. Counts the call. */
  strike(call: FaultCall): readonly Fault[]
}

/** Faults of the way between sensor and cloud: they strike the operations `cloudConnect` and `cloudHeartbeat` only. */
export const cloudWayKinds: ReadonlySet<FaultKind> = new Set(['cloudRefusesActivation', 'cloudUnreachable'])
const cloudWayOperations: ReadonlySet<string> = new Set(['cloudConnect', 'cloudHeartbeat'])

/** An update fails while it installs, which is no request. */
const isInstalling = ({ operation }: FaultCall): boolean => operation === 'installUpdate'

/** Faults that mean something at some operations only; other requests are not counted. */
const onlyAt: Partial<Record<FaultKind, RegExp>> = { addressTaken: /^changeAddress$/, halfApplied: /^write/ }

/** Faults that strike at once when nothing says at which request. */
export function strikesAtOnce({ kind, operation, method, path, nth, probability }: Fault): boolean {
  const bound = operation ?? method ?? path ?? nth ?? probability
  return bound === undefined && ['reboot', 'clockSkew', 'certificateSwapped', 'gone', 'sessionLost'].includes(kind)
}

interface Entry {
  id: string
  fault: Fault
  seen: Map<string, Count>
}
interface Count {
  seen: number
  fired: number
  random: () => number
}

/** Makes an engine. The same seed, faults and order of requests of an appliance give the same strikes. */
export function createFaultEngine(
  seed = 1,
  faults: readonly Fault[] = [],
  onCall: (call: FaultCall) => void = () => {},
): FaultEngine {
  let entries: Entry[] = []
  let made = 0
  const add = (fault: Fault): string => {
    const id = fault.id ?? `fault-${++made}`
    entries = [...entries.filter((entry) => entry.id !== id), { id, fault, seen: new Map() }]
    return id
  }
  for (const one of faults) add(one)
  return {
    add,
    remove: (id) => {
      entries = id === undefined ? [] : entries.filter((entry) => entry.id !== id)
    },
    list: () => entries.map(({ id, fault, seen }) => ({ ...fault, id, struck: struckOf(fault, seen) })),
    strike: (call) => {
      onCall(call)
      return entries.filter((entry) => strikes(entry, call, seed)).map(({ fault }) => fault)
    },
  }
}

const struckOf = (fault: Fault, seen: Entry['seen']): number =>
  strikesAtOnce(fault) ? 1 : [...seen.values()].reduce((sum, { fired }) => sum + fired, 0)

function strikes({ id, fault, seen }: Entry, call: FaultCall, seed: number): boolean {
  if (strikesAtOnce(fault) || !matches(fault, call)) return false
  const count = seen.get(call.appliance) ?? {
    seen: 0,
    fired: 0,
    random: seededRandom(`${seed}/${id}/${call.appliance}`),
  }
  seen.set(call.appliance, count)
  count.seen += 1
  const lucky = fault.probability === undefined || count.random() < fault.probability
  const most = fault.count ?? (fault.nth === undefined ? Infinity : 1)
  if (!lucky || count.seen < (fault.nth ?? 1) || count.fired >= most) return false
  count.fired += 1
  return true
}

function matches(fault: Fault, call: FaultCall): boolean {
  const onCloudWay = cloudWayOperations.has(call.operation ?? '')
  if (cloudWayKinds.has(fault.kind) !== onCloudWay) return false
  if ((fault.kind === 'updateFails') !== isInstalling(call)) return false
  if (fault.appliance === undefined ? call.appliance === cloudKey : fault.appliance !== call.appliance) return false
  if (fault.operation !== undefined && fault.operation !== call.operation) return false
  if (!(onlyAt[fault.kind]?.test(call.operation ?? '') ?? true)) return false
  if (fault.method !== undefined && fault.method !== call.method) return false
  return fault.path === undefined || globPattern(fault.path).test(call.path)
}

const globPattern = (glob: string): RegExp =>
  new RegExp(
    `^${glob
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
      .join('.*')}$`,
  )

/** A random number generator (mulberry32) seeded by a text. */
export function seededRandom(text: string): () => number {
  let state = Buffer.from(text).reduce((hash, byte) => Math.imul(hash ^ byte, 16_777_619), 2_166_136_261)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
