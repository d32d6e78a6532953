/** Laws of planning, for any settings: on a model of an appliance that takes each step at its word. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { appliedValues } from '../../reconcile/compare/applied.ts'
import { canonicalJson } from '../../reconcile/compare/canonical-json.ts'
import type { AddressTriple, LiveValue, SecretTag } from '../../reconcile/driver.ts'
import { makePlan } from '../../reconcile/plan/plan.ts'
import type { PlannedValue, Step } from '../../reconcile/plan-types.ts'
import { actionPathOf, declaredFields, findField, liesBelow, rulePath } from '../../reconcile/compare/setting-fields.ts'
import type { DesiredAppliance, DesiredSettings } from '../../schemas/fleet.ts'
import { contextOf, fleetOf, planOne, sensor, sight, tag } from './sights.ts'

/** Keys may be left out; what is left out is not managed. */
const some = <T extends object>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(shape, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>
const word = fc.constantFrom('alpha', 'Beta', 'gamma-1')
const secret = word.map((name) => ({ fromEnv: name.toUpperCase().replace('-', '_') }))
const port = fc.integer({ min: 1, max: 65_535 })
const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kolkata', 'Asia/Calcutta')
const dateFormat = fc.constantFrom('dd/MM/yyyy HH:mm:ss' as const, 'yyyy/MM/dd HH:mm:ss' as const)
const host = fc.integer({ min: 2, max: 250 }).map((last) => `10.0.0.${last}`)

const time = some({ timezone: zone, dateFormat, ntp: some({ enabled: fc.boolean(), server: word }) })
const proxy = some({ enabled: fc.boolean(), host: word, port, username: word, password: secret })
const network = some({ address: host, dns: fc.array(host, { minLength: 1, maxLength: 3 }), hostname: word, proxy })
const smb = some({ server: word, share: word, username: word, password: secret })
const backup = some({
  enabled: fc.boolean(),
  directory: fc.constantFrom('/a', '/b'),
  target: some({ enabled: fc.boolean(), smb }),
})
const syslog = fc.record(
  {
    host: word,
    port,
    format: fc.constant('cef' as const),
    protocol: fc.constantFrom('tcp' as const, 'tls' as const),
    timezone: zone,
  },
  { requiredKeys: ['host', 'port', 'format', 'protocol'] },
)
const action = fc.oneof(
  syslog.map((syslog) => ({ syslog })),
  fc.record({ address: fc.constantFrom('a@b.example', 'c@d.example') }).map((email) => ({ email })),
  fc.record({ host: word, port }).map((netwitness) => ({ netwitness })),
)
const engines = fc.oneof(
  fc.constant('any' as const),
  fc.uniqueArray(fc.constantFrom('Malware' as const, 'Anomaly' as const, 'Operational' as const), { minLength: 1 }),
)
/** A rule without an action cannot be made. */
const present = fc.record(
  {
    minimumSeverity: fc.constantFrom('Minor' as const, 'Major' as const),
    engines,
    actions: fc.dictionary(fc.constantFrom('one', 'to SIEM'), action, { minKeys: 1 }),
  },
  { requiredKeys: ['actions'] },
)
const rule = fc.oneof(
  { weight: 4, arbitrary: present },
  { weight: 1, arbitrary: fc.constant({ absent: true as const }) },
)
const forwarding = some({
  rules: fc.dictionary(fc.constantFrom('ops', 'on call', 'b"c'), rule),
  unmanagedRules: fc.constantFrom('keep' as const, 'remove' as const),
})
const certificate = some({
  name: word,
  certificate: word.map((content) => ({ file: 'a.crt', content })),
  privateKey: secret,
  validation: fc.constantFrom('mandatory' as const, 'none' as const),
})
  // Without its key a certificate is only watched: no step of the tool changes it.
  .map(({ certificate, privateKey, ...rest }) => ({
    ...rest,
    ...(certificate && privateKey && { certificate, privateKey }),
  }))
const mailServer = { host: 'mail.example', port: 25, sender: 'a@b.example' }
const settings = some({ time, network, backup, forwarding, certificate }).map((settings) => ({
  ...settings,
  ...(settings.forwarding && { mailServer }),
})) as unknown as fc.Arbitrary<DesiredSettings>

const addressed = {
  'network.address': '10.0.0.251',
  'network.subnetMask': '255.255.255.0',
  'network.gateway': '10.0.0.1',
}
type Live = Map<string, LiveValue>

/** The value as the appliance returns it. */
function returned(path: string, value: unknown): LiveValue {
  const type = findField(path)?.type
  if (type === 'secret') return { set: true, tag: tagFor(path, value) }
  return type === 'file' ? { content: (value as { content: string }).content } : (value as LiveValue)
}

const tagFor = (path: string, value: unknown): SecretTag => tag(canonicalJson([path, value]))
const tagsOf = (desired: DesiredAppliance) =>
  new Map(
    [...declaredFields(desired)]
      .filter(([path]) => findField(path)?.type === 'secret')
      .map(([path, value]) => [path, tagFor(path, value)]),
  )

/** Settings as an appliance has them. */
const liveOf = (settings: DesiredSettings): Live =>
  new Map([
    ...Object.entries(addressed),
    ...[...declaredFields({ kind: 'Sensor', settings })]
      .filter(([path]) => !path.endsWith('.absent'))
      .map(([path, value]) => [path, returned(path, value)] as const),
  ])

const look = (desired: DesiredAppliance, live: Live) =>
  sight(desired, Object.fromEntries(live), { tags: tagsOf(desired) })

/** An appliance that takes each step at its word. */
function carryOut(live: Live, { action }: Step): void {
  if (action.type === 'set' || action.type === 'importCertificate') write(live, action.values)
  else if (action.type === 'removeRule') removeBelow(live, (path) => liesBelow(path, rulePath(action.rule)))
  else if (action.type === 'changeAddress') write(live, prefixed(action.to))
  else throw new Error(`not expected here: ${action.type}`)
}

const prefixed = (triple: AddressTriple): Record<string, string> =>
  Object.fromEntries(Object.entries(triple).map(([part, value]) => [`network.${part}`, String(value)]))

function write(live: Live, values: Readonly<Record<string, PlannedValue>>): void {
  // An action is replaced whole.
  const actions = new Set(Object.keys(values).map(actionPathOf))
  removeBelow(live, (path) => actions.has(actionPathOf(path) ?? 'none'))
  for (const [path, value] of Object.entries(values)) {
    if (value === null) live.delete(path)
    else live.set(path, returned(path, value))
  }
}

function removeBelow(live: Live, isGone: (path: string) => boolean): void {
  for (const path of live.keys()) if (isGone(path)) live.delete(path)
}

const runs = { numRuns: 100 }

describe('for any settings', () => {
  test('what is exported from a live state differs in nothing from it', () => {
    fc.assert(
      fc.property(settings, (one) => {
        const { changes, steps, unverifiable } = planOne(look(sensor(one), liveOf(one)))
        // A rule that must be absent is, in a state made from these settings.
        expect({ changes, steps, unverifiable }).toEqual({ changes: [], steps: [], unverifiable: [] })
      }),
      runs,
    )
  })

  test('carrying the plan out leaves nothing to do, and touches nothing that nobody declares', () => {
    fc.assert(
      fc.property(settings, settings, (wanted, had) => {
        const desired = sensor(wanted)
        const live = liveOf(had)
        const before = new Map(live)
        const plan = planOne(look(desired, live))
        for (const step of plan.steps) carryOut(live, step)
        const after = planOne(look(desired, live))
        expect([after.changes, after.steps]).toEqual([[], []])
        for (const path of plan.notManaged) {
          const kept = [...before].filter(([one]) => liesBelow(one, path) && !findField(one)?.facts['x-sensitive'])
          expect(kept.map(([one]) => [one, live.get(one)])).toEqual(kept)
        }
      }),
      runs,
    )
  })

  test('every change has its step, every step its changes, and every step comes after what it needs', () => {
    fc.assert(
      fc.property(settings, settings, (wanted, had) => {
        const { changes, steps, base } = planOne(look(sensor(wanted), liveOf(had)))
        expect(steps.flatMap((step) => step.changes).sort()).toEqual(changes.map(({ path }) => path).sort())
        steps.forEach(({ id, needs }, index) => {
          expect(steps.slice(0, index).map((step) => step.id)).toEqual(expect.arrayContaining([...needs]))
          expect(id === 'network.address' ? index : steps.length - 1).toBe(steps.length - 1)
        })
        expect(changes.filter(({ path }) => !(path in base))).toEqual([])
      }),
      runs,
    )
  })

  test('the same input gives the same bytes, and the input stays as it was', () => {
    fc.assert(
      fc.property(settings, settings, (wanted, had) => {
        const sights = ['b', 'a'].map((key) => look(sensor(wanted, { key }), liveOf(had)))
        const fleet = fleetOf(sights.map(({ desired }) => desired))
        const before = canonicalJson([
          ...sights.map(({ desired }) => desired),
          ...sights.map(({ observation }) => observation),
        ])
        const bytes = JSON.stringify(makePlan(fleet, sights, contextOf()))
        expect(JSON.stringify(makePlan(fleet, sights.toReversed(), contextOf()))).toBe(bytes)
        expect(
          canonicalJson([...sights.map(({ desired }) => desired), ...sights.map(({ observation }) => observation)]),
        ).toBe(before)
      }),
      runs,
    )
  })

  test('after an apply, what the spec changes is pending and what the sensor changes is drift', () => {
    fc.assert(
      fc.property(settings, settings, (one, other) => {
        const [desired, next] = [sensor(one), sensor(other)]
        const remembered = { lastApplied: appliedValues(desired, tagsOf(desired)) }
        const causes = (of: DesiredAppliance, live: Live) =>
          planOne({ ...look(of, live), remembered })
            .changes.filter((change) => change.after !== undefined)
            .map(({ cause }) => cause)
        expect(causes(next, liveOf(one)).filter((cause) => cause !== 'spec')).toEqual([])
        expect(causes(desired, liveOf(other)).filter((cause) => cause !== 'sensor')).toEqual([])
      }),
      runs,
    )
  })
})
