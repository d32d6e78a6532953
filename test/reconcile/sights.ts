/** Sights, fleets and contexts of pure planning, in a few words each. */
import { generateKeyPairSync } from 'node:crypto'
import forge from 'node-forge'
import { sha256 } from '../../reconcile/compare/canonical-json.ts'
import type { Change } from '../../reconcile/change.ts'
import type { ActivationState, LiveValue, Observation, Support } from '../../reconcile/driver.ts'
import type { Overrides, PlanContext, PlanOptions, Sight } from '../../reconcile/engine.ts'
import { makePlan } from '../../reconcile/plan/plan.ts'
import type { AppliancePlan } from '../../reconcile/plan-types.ts'
import type { RegistrarSupport, RegistrationRecord } from '../../reconcile/registrar.ts'
import { certificateFacts } from '../../formats/certificate-facts.ts'
import type { PolicySpec } from '../../schemas/access.ts'
import type { DesiredAppliance, DesiredSettings, Fleet, Site } from '../../schemas/fleet.ts'

/** A Tuesday. */
export const now = Date.parse('2026-03-10T12:00:00Z')
export const ago = (minutes: number): string => new Date(now - minutes * 60_000).toISOString()
export const ahead = (days: number): string => new Date(now + days * 86_400_000).toISOString()

/** What the api driver can do. */
export const rich: Support = {
  default: { read: true, write: 'automatic' },
  fields: {},
  lease: true,
  tags: true,
  guardedNetworkChange: true,
  activationUpload: 'automatic',
  backupNow: true,
}

/** Reads little, and much is a person's to do; as a driver over SSH. */
export const poor: Support = {
  default: { read: false, write: 'manual' },
  fields: {
    'network.address': { read: true, write: 'automatic' },
    'network.subnetMask': { read: true, write: 'automatic' },
    'network.gateway': { read: true, write: 'automatic' },
    'time.ntp': { read: false, write: 'automatic' },
    'network.proxy': { read: false, write: 'none' },
  },
}

export interface SensorExtras {
  key?: string
  site?: string
  hold?: DesiredAppliance['hold']
}

const place = { file: 'fleet.yaml', line: 1, column: 1 }

export function sensor(
  settings: DesiredSettings,
  { key = 'line-1', site = 'berlin', hold }: SensorExtras = {},
): DesiredAppliance {
  return {
    kind: 'Sensor',
    key,
    site,
    labels: {},
    access: { driver: 'api', endpoint: 'https://10.0.0.5', credentials: 'default', trust: [{ system: true }] },
    settings,
    ...(hold && { hold }),
    place,
    origins: new Map(),
  }
}

export interface SightExtras extends Partial<Omit<Sight, 'observation' | 'desired'>> {
  observation?: Partial<Observation>
}

export function sight(desired: DesiredAppliance, live: Record<string, LiveValue>, extras: SightExtras = {}): Sight {
  const { observation, ...rest } = extras
  return {
    desired,
    observation: {
      identity: `SN-${desired.key}`,
      endpoint: 'https://10.0.0.5:8443',
      observedAt: new Date(now).toISOString(),
      unchanged: false,
      live: new Map(Object.entries(live)),
      unfinished: {},
      warnings: [],
      ...observation,
    },
    records: {},
    tags: new Map(),
    ...rest,
  }
}

export const unknownSight = (desired: DesiredAppliance): Sight => ({
  desired,
  observation: {
    problem: { severity: 'error', code: 'UNREACHABLE', key: desired.key, summary: 'It does not answer.' },
  },
  records: {},
  tags: new Map(),
})

export interface FleetExtras {
  policy?: PolicySpec
  sites?: readonly Site[]
}

export function fleetOf(sensors: readonly DesiredAppliance[], { policy = {}, sites = [] }: FleetExtras = {}): Fleet {
  return {
    root: '/fleet',
    policy,
    credentials: new Map(),
    registrars: new Map([
      ['cloud', { directory: { path: 'unused' } }],
      ['former', { directory: { path: 'unused' } }],
    ]),
    sites: new Map(sites.map((site) => [site.name, site])),
    managementConsoles: new Map(),
    sensors: new Map(sensors.map((one) => [one.key, one])),
  }
}

export const azure: RegistrarSupport = { register: true, observe: true, download: 'automatic' }
export const directory: RegistrarSupport = { register: false, observe: false, download: 'manual' }

export interface ContextExtras {
  support?: Support
  registrar?: RegistrarSupport
  options?: PlanOptions
  overrides?: Overrides
  at?: number
  orphans?: readonly string[]
}

export function contextOf(extras: ContextExtras = {}): PlanContext {
  const { support = rich, registrar = azure, options = {}, overrides, at = now, orphans = [] } = extras
  return {
    now: at,
    toolVersion: '1.2.3',
    support: () => support,
    registrarSupport: () => registrar,
    instructions: (_registrar, name) => `Register ${name} in the portal.`,
    options: { ...options, ...(overrides && { overrides }) },
    orphans,
  }
}

/** The plan of one sensor that answered. */
export function planOne(one: Sight, extras: ContextExtras & FleetExtras = {}): AppliancePlan {
  const plan = makePlan(fleetOf([one.desired], extras), [one], contextOf(extras)).sensors[0]
  if (!plan) throw new Error('no plan')
  return plan
}

/** A change in a few characters: "time.timezone UTC > Europe/Berlin (spec)". */
export const brief = ({ path, before, after, cause }: Change): string =>
  `${path} ${show(before)} > ${show(after)} (${cause})`

const show = (value: Change['before']): string =>
  value === undefined ? '-' : typeof value === 'string' ? value : JSON.stringify(value)

export const briefly = ({ changes }: AppliancePlan): string[] => changes.map(brief)
export const stepIds = ({ steps }: AppliancePlan): string[] => steps.map(({ id }) => id)
export const codes = ({ problems }: Pick<AppliancePlan, 'problems'>): string[] => problems.map(({ code }) => code)

export const activated = (extras: Partial<ActivationState> = {}): ActivationState => ({
  name: 'berlin-1',
  mode: 'cloud',
  site: 'plant',
  status: 'Valid',
  expiresAt: null,
  file: { id: 'f1', createdAt: ago(600), sha256: 'aa' },
  cloud: { reachable: true, detail: null },
  message: null,
  ...extras,
})

export const record = (extras: Partial<RegistrationRecord> = {}): RegistrationRecord => ({
  name: 'berlin-1',
  mode: 'cloud',
  site: 'plant',
  status: 'Ok',
  connected: true,
  lastContact: ago(1),
  createdAt: ago(700),
  ...extras,
})

const pair = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})

/** A self-signed certificate in PEM. One key for all: only their contents differ. */
export function makeCertificate(commonName: string, notAfter: string): string {
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.publicKeyFromPem(pair.publicKey)
  certificate.serialNumber = `01${sha256(commonName + notAfter).slice(0, 16)}`
  certificate.validity.notBefore = new Date(now - 86_400_000)
  certificate.validity.notAfter = new Date(notAfter)
  certificate.setSubject([{ name: 'commonName', value: commonName }])
  certificate.setIssuer([{ name: 'commonName', value: commonName }])
  certificate.sign(forge.pki.privateKeyFromPem(pair.privateKey), forge.md.sha256.create())
  return forge.pki.certificateToPem(certificate)
}

/** As it is served on the wire. */
export function servedOf(pem: string, expired = false): NonNullable<Observation['served']> {
  const { sha256: digest, pin, subject, notBefore, notAfter } = certificateFacts(pem)
  return { sha256: digest, pin, subject, notBefore, notAfter, expired }
}

export const tag = (mac: string, keyId = 'k1') => ({ keyId, mac })
