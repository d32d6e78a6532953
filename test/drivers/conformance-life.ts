/** Updates of the software and restored backups, as far as a driver declares that it can. */
import { expect, test } from 'vitest'
import { abilityOf } from '../../reconcile/compare/setting-fields.ts'
import { planRestore } from '../../reconcile/restore/plan-restore.ts'
import { restore } from '../../reconcile/restore/restore.ts'
import type { Restoration } from '../../reconcile/restore/restoration.ts'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import { registration, settled, stateOf, type Session } from './conformance-session.ts'

/** A later version and its package, and how the sensor is registered: an update may need its activation. */
function updated({ under }: Session): DesiredSettings {
  const { version, package: file } = under.update
  return { name: under.registeredName, registration, software: { version, packages: { [version]: file } } }
}

const updates = ({ under: { support } }: Session): boolean =>
  abilityOf(support, 'software.version').write === 'automatic'

/** Where a sensor is, and by which clock. */
const placed = (address: string, timezone: string): DesiredSettings => ({
  time: { timezone },
  network: { address, subnetMask: '255.255.255.0', gateway: address.replace(/\d+$/, '254') },
})

let restores = 0

/** Restores a backup, for a sensor that is declared so. */
async function restored(session: Session, settings: DesiredSettings, from: string): Promise<Restoration> {
  const { world } = session.under
  const fleet = session.fleet(settings)
  const desired = { ...session.appliance.document, settings }
  const planned = await planRestore(fleet, world, desired, from)
  return planned.state === 'planned'
    ? restore(fleet, world, desired, planned, { run: `restore-${++restores}` })
    : planned
}

const codesOf = ({ problems }: Restoration): string[] => problems.map(({ code }) => code)

export function describeLife(start: () => Promise<Session>): void {
  test('the software is updated after a backup, or a person is told the way; then nothing is left to do', async () => {
    const session = await start()
    const { version } = session.under.update
    if (!updates(session)) {
      const { plan, outcome } = await session.apply(updated(session))
      expect(plan.steps.map(({ action }) => action.type)).toEqual(['manual'])
      expect(plan.steps[0]?.instructions).toContain(`(${version})`)
      return expect(outcome?.status).toBe('waiting')
    }
    const backup = session.under.support.backupNow ? ['backup.create'] : []
    expect(stateOf(await session.settle(updated(session)))).toEqual({
      changes: ['software.version'],
      steps: [...backup, `software.${version}`],
    })
    expect((await session.plan({})).softwareVersion).toBe(version)
  })

  test('no update leads back, and none begins without its package', async () => {
    const session = await start()
    if (!updates(session)) return
    for (const [version, code] of [
      ['22.1.0', 'SOFTWARE_DOWNGRADE'],
      [session.under.update.version, 'UPDATE_PACKAGE_MISSING'],
    ] as const) {
      const { plan, outcome } = await session.apply({ ...updated(session), software: { version } })
      expect({ steps: plan.steps, codes: plan.problems.map((problem) => problem.code) }).toEqual({
        steps: [],
        codes: [code],
      })
      expect(outcome?.status).toBe('unchanged')
    }
  })

  test('a backup brings back what it holds, where the sensor was then; the next apply settles it again', async () => {
    const session = await start()
    const { support, addresses } = session.under
    const [away, home] = addresses
    if (!support.restore) return expect(codesOf(await restored(session, {}, 'any.tar'))).toEqual(['NOT_SUPPORTED'])
    await session.apply({ ...placed(home, 'Europe/Berlin'), backup: { enabled: true, maxAge: '26h' } })
    const wanted = placed(away, 'Asia/Tokyo')
    await session.settle(wanted)
    const done = await restored(session, wanted, 'latest')
    expect({ state: done.state, problems: done.problems }).toEqual({ state: 'restored', problems: [] })
    expect(new URL(done.endpoint ?? '').hostname).toBe(home)
    const [back] = done.plan?.sensors ?? []
    expect(back?.changes.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['time.timezone', 'network.address']) as string[],
    )
    expect(back?.steps.map(({ id }) => id)).toEqual(['time', 'network.address'])
    await session.settle(wanted)
  })

  test('an appliance carries who adopted it, through every run, where the driver keeps an owner', async () => {
    const session = await start()
    const { support } = session.under
    expect(await session.owner()).toBeUndefined()
    await session.adopt('first')
    if (!support.owner) return expect(await session.owner()).toBeUndefined()
    expect(await session.owner()).toBe('first')
    await session.settle({ time: { timezone: 'Europe/Berlin' } })
    expect(await session.owner()).toBe('first')
    await session.adopt('second')
    expect(await session.owner()).toBe('second')
  })

  test('whoever adopted a sensor unregisters it, nobody else does, and the mark goes with it', async () => {
    const session = await start()
    const { support, registeredName } = session.under
    const settings = { name: registeredName, registration }
    expect(await session.unregister(settings, 'first')).toEqual({ state: 'notOwned' })
    if (!support.owner) return
    await session.adopt('first')
    await session.adopt('second')
    expect(await session.unregister(settings, 'first')).toEqual({ state: 'notOwned' })
    expect(await session.owner()).toBe('second')
    expect(await session.unregister(settings, 'second')).toEqual({ state: 'deleted', name: registeredName })
    expect(await session.owner()).toBeUndefined()
  })

  test('a backup of another version is not restored', async () => {
    const session = await start()
    const { support, world, sensor } = session.under
    if (!support.restore || !updates(session)) return
    await session.settle(updated(session))
    const name = (await world.memory.recall(sensor.document.key))?.lastRead?.backups?.latest?.name ?? 'none'
    expect(codesOf(await restored(session, {}, name))).toEqual(['RESTORE_VERSION'])
    expect(codesOf(await restored(session, {}, 'other.tar'))).toEqual(['BACKUP_UNKNOWN'])
    expect(stateOf(await session.plan(updated(session)))).toEqual(settled)
  })
}
