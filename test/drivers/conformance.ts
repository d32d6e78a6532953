/**
 * What every driver must do, as far as it declares abilities. Each field of the spec is set, changed, moved by somebody
 * else and left alone again; after each apply a second run plans nothing.
 *
 * @module
 */
import { createPrivateKey } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { isDrift } from '../../reconcile/change.ts'
import { confirmationOf } from '../../reconcile/compare/confirmation.ts'
import { abilityOf, findField } from '../../reconcile/compare/setting-fields.ts'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import { describeConsoles } from './conformance-consoles.ts'
import { describeLife } from './conformance-life.ts'
import { registration, secretValues, Session, settled, stateOf, type ConformanceWorld } from './conformance-session.ts'
import { certificates, consoleSamples, samples, type Sample } from './samples.ts'
import { settingsWith } from './settings-with.ts'

export interface ConformanceHarness {
  name: string
  open(): Promise<ConformanceWorld>
}

const named = (name: string): DesiredSettings => ({ name, registration })
const syslogRule = (host: string) => ({
  minimumSeverity: 'Major' as const,
  actions: { siem: { syslog: { host, port: 514, format: 'text' as const, protocol: 'udp' as const } } },
})

/** Declares the suite for one driver. */
export function describeConformance(harness: ConformanceHarness): void {
  describe(`driver ${harness.name}`, () => {
    const opened: ConformanceWorld[] = []
    const start = async (): Promise<Session> => {
      const under = await harness.open()
      opened.push(under)
      for (const [name, value] of Object.entries(secretValues)) under.setSecret(name, value)
      return new Session(under)
    }
    afterEach(async () => {
      for (const world of opened.splice(0)) await world.close()
    })

    test.each(samples)('$path', async (sample) => tryField(await start(), sample))

    test.each(consoleSamples)('of a management console: $path', async (sample) => {
      const { under } = await start()
      const session = new Session(under, under.consoles.own)
      if (under.support.managementConsoles) return tryField(session, sample)
      const plan = await session.plan(settingsWith(sample, sample.values[0]))
      expect(plan).toMatchObject({ status: 'unknown', problems: [{ code: 'NOT_SUPPORTED' }], steps: [] })
    })

    describeConsoles(start)
    describeLife(start)
    test('a rename re-activates, or says what a person must do', async () => {
      const session = await start()
      const { registeredName } = session.under
      expect(stateOf(await session.plan(named(registeredName)))).toEqual(settled)
      const { plan, outcome } = await session.apply(named('renamed'))
      expect(stateOf(plan)).toEqual({ changes: ['name'], steps: ['activation'] })
      const isAutomatic = session.under.support.activationUpload === 'automatic'
      expect(outcome?.status).toBe(isAutomatic ? 'done' : 'waiting')
      if (isAutomatic) expect(stateOf(await session.plan(named('renamed')))).toEqual(settled)
      else expect(plan.steps[0]?.instructions).toContain('renamed')
    })

    test('the address moves there and back', async () => {
      const session = await start()
      for (const address of session.under.addresses) {
        const network = { address, subnetMask: '255.255.255.0', gateway: address.replace(/\d+$/, '254') }
        const { outcome } = await session.apply({ network })
        expect(outcome?.problems).toEqual([])
        expect(outcome).toMatchObject({ status: 'done' })
        expect(new URL(outcome?.endpoint ?? '').hostname).toBe(address)
        expect(stateOf(await session.plan({ network }))).toEqual(settled)
      }
    })

    test('a secret that somebody else set is drift, where the appliance says so', async () => {
      const session = await start()
      const proxy = { host: 'proxy.example', port: 8080, password: { fromEnv: 'SECRET_A' } }
      await session.apply({ network: { proxy } })
      await session.appliance.changeInConsole('network.proxy.password', { secret: 'somebody-elses' })
      const plan = await session.plan({ network: { proxy } })
      const drift = plan.changes.filter((change) => isDrift(change)).map(({ path }) => path)
      expect(drift).toEqual(session.under.support.tags ? ['network.proxy.password'] : [])
      if (!session.under.support.tags) expect(plan.unverifiable).toContain('network.proxy.password')
    })

    test('a certificate is imported and served, and another after it', async () => {
      const session = await start()
      const { support } = session.under
      if (abilityOf(support, 'certificate.certificate').write !== 'automatic') return
      for (const [index, { cert, key }] of [certificates.one, certificates.two].entries()) {
        session.under.setSecret(`KEY_${index}`, encrypted(key, `passphrase-${index}`))
        session.under.setSecret(`PASSPHRASE_${index}`, `passphrase-${index}`)
        const certificate = {
          name: `certificate-${index}`,
          certificate: { file: 'sensor.crt', content: cert },
          privateKey: { fromEnv: `KEY_${index}` },
          passphrase: { fromEnv: `PASSPHRASE_${index}` },
        }
        const settings: DesiredSettings = { network: { hostname: 'sensor.plant.example' }, certificate }
        const { outcome } = await session.apply(settings)
        expect(outcome?.problems).toEqual([])
        expect(stateOf(await session.plan(settings))).toEqual(settled)
      }
      const remembered = await session.under.world.memory.recall(session.appliance.document.key)
      expect(remembered?.lastRead?.served?.sha256).toBe(certificates.two.sha256)
    })

    test('certificate validation that would cut a peer off is not turned on, and is where that is allowed', async () => {
      const session = await start()
      const { support, sensor } = session.under
      if (abilityOf(support, 'certificate.validation').write !== 'automatic') return
      const syslog = { ...(await session.under.distrustedPeer()), format: 'cef' as const, protocol: 'tls' as const }
      await session.apply({ forwarding: { rules: { ops: { actions: { siem: { syslog } } } } } })
      const settings: DesiredSettings = { certificate: { validation: 'mandatory' } }
      const withheld = await session.apply(settings)
      expect(withheld.plan.problems).toMatchObject([{ severity: 'error', code: 'VALIDATION_CUTS_OFF' }])
      expect(stateOf(withheld.plan)).toEqual({ changes: ['certificate.validation'], steps: [] })
      const allowed = await session.apply(settings, { allowCutOff: [sensor.document.key] })
      expect(allowed.plan.problems).toMatchObject([{ severity: 'warning', code: 'VALIDATION_CUTS_OFF' }])
      expect(allowed.outcome).toMatchObject({ status: 'done', problems: [] })
      expect(stateOf(await session.plan(settings))).toEqual(settled)
    })

    test('zone and updates of the record change without a re-activation', async () => {
      const session = await start()
      const settings: DesiredSettings = {
        ...named(session.under.registeredName),
        registration: { ...registration, zone: 'hall-1', tiAutomaticUpdates: true },
      }
      const { plan, outcome } = await session.apply(settings)
      expect(plan.steps.map(({ action }) => action.type)).toEqual(['updateRecord'])
      expect(outcome).toMatchObject({ status: 'done', problems: [] })
      expect(stateOf(await session.plan(settings))).toEqual(settled)
    })

    test('an overdue backup is made, where the driver can', async () => {
      const session = await start()
      const settings: DesiredSettings = { backup: { enabled: true, maxAge: '26h' } }
      const { plan } = await session.apply(settings)
      const isMade = session.under.support.backupNow === true
      expect(plan.steps.map(({ action }) => action.type)).toEqual(isMade ? ['createBackup'] : [])
      if (isMade) expect(stateOf(await session.plan(settings))).toEqual(settled)
      else expect(plan.problems.map(({ code }) => code)).toEqual(['BACKUP_OVERDUE'])
    })

    test('a forwarding rule that must be absent is removed, and others are kept', async () => {
      const session = await start()
      if (abilityOf(session.under.support, 'forwarding.rules.*.minimumSeverity').write !== 'automatic') return
      await session.apply({ forwarding: { rules: { keep: syslogRule('10.1.9.1'), drop: syslogRule('10.1.9.2') } } })
      const desired: DesiredSettings = { forwarding: { rules: { drop: { absent: true } } } }
      const { outcome } = await session.apply(desired)
      expect(outcome).toMatchObject({ status: 'done' })
      expect(stateOf(await session.plan(desired))).toEqual(settled)
      expect(stateOf(await session.plan({ forwarding: { rules: { keep: syslogRule('10.1.9.1') } } }))).toEqual(settled)
    })
  })
}

/** Set, changed, moved by somebody else and left alone again, as far as the driver declares that it can. */
async function tryField(session: Session, sample: Sample): Promise<void> {
  const field = findField(sample.path)
  const ability = abilityOf(session.under.support, field?.pattern ?? sample.path)
  const isBlind = !ability.read || (field?.type === 'secret' && !session.under.support.tags)
  if (ability.write === 'none') return expectNotWritten(session, sample)
  if (ability.write === 'manual') return expectByHand(session, sample)
  return isBlind ? expectBlind(session, sample) : expectManaged(session, sample)
}

/** Read and written by the tool. */
async function expectManaged(session: Session, sample: Sample): Promise<void> {
  for (const value of sample.values) {
    const settings = settingsWith(sample, value)
    const { outcome } = await session.apply(settings)
    expect({ problems: outcome?.problems, status: outcome?.status }).toEqual({
      problems: [],
      status: expect.stringMatching(/^(done|unchanged)$/),
    })
    expect(stateOf(await session.plan(settings))).toEqual(settled)
  }
  await expectDrift(session, sample)
  if (sample.off === undefined) return
  const off = settingsWith({ path: sample.path }, sample.off)
  expect((await session.apply(off)).outcome).toMatchObject({ status: 'done' })
  expect(stateOf(await session.plan(off))).toEqual(settled)
}

async function expectDrift(session: Session, sample: Sample): Promise<void> {
  const [first, second] = sample.values
  await session.appliance.changeInConsole(sample.path, sample.console ?? first)
  const desired = settingsWith(sample, second)
  const drifted = await session.plan(desired)
  expect(drifted.changes.map(({ path, cause }) => ({ path, cause }))).toEqual([{ path: sample.path, cause: 'sensor' }])
  expect(drifted.status).toBe('drifted')
  expect((await session.apply(desired)).outcome).toMatchObject({ status: 'done' })
  expect(stateOf(await session.plan(desired))).toEqual(settled)
  // Leaving a field out only stops managing it.
  expect(stateOf(await session.plan({}))).toEqual(settled)
}

/** Written by the tool, and never read back: written when the spec moves, and reported as unverifiable. */
async function expectBlind(session: Session, sample: Sample): Promise<void> {
  for (const value of sample.values) {
    const settings = settingsWith(sample, value)
    expect((await session.apply(settings)).outcome).toMatchObject({ status: 'done', problems: [] })
    const again = await session.plan(settings)
    expect(stateOf(again)).toEqual(settled)
    expect(again.unverifiable).toContain(sample.path)
  }
}

/** A person does it: waiting until confirmed, and again when the spec moves. */
async function expectByHand(session: Session, sample: Sample): Promise<void> {
  const { world } = session.under
  const { key } = session.appliance.document
  for (const value of sample.values) {
    const settings = settingsWith(sample, value)
    const { plan, outcome } = await session.apply(settings)
    expect(plan.steps.map(({ action }) => action.type)).toContain('manual')
    expect(outcome).toMatchObject({ status: 'waiting' })
    const confirmed = plan.steps.map((step) => [step.id, confirmationOf(step)] as const)
    const before = (await world.memory.recall(key))?.confirmed
    const now = Object.fromEntries(confirmed.filter((entry): entry is [string, string] => entry[1] !== undefined))
    await world.memory.remember(key, { confirmed: { ...before, ...now } })
    const again = await session.plan(settings)
    expect(again.steps).toEqual([])
    expect(again.unverifiable).toContain(sample.path)
  }
}

/** A private key that only its passphrase opens. */
const encrypted = (pem: string, passphrase: string): string =>
  createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase })

/** The driver cannot write it at all: it is said, and nothing is planned. */
async function expectNotWritten(session: Session, sample: Sample): Promise<void> {
  const plan = await session.plan(settingsWith(sample, sample.values[0]))
  expect(plan.steps.flatMap(({ changes }) => changes)).not.toContain(sample.path)
  const isSaid = plan.problems.length > 0 || plan.unverifiable.includes(sample.path)
  expect({ path: sample.path, isSaid }).toEqual({ path: sample.path, isSaid: true })
}
