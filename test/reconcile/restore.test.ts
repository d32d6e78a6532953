import { describe, expect, test } from 'vitest'
import { createPoorDriver } from '../../drivers/memory/poor.ts'
import { changeInConsole } from '../../drivers/memory/appliance.ts'
import { createBackup } from '../../drivers/memory/backup.ts'
import type { World } from '../../reconcile/engine.ts'
import { planRestore } from '../../reconcile/restore/plan-restore.ts'
import { restore } from '../../reconcile/restore/restore.ts'
import type { Restoration } from '../../reconcile/restore/restoration.ts'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import {
  converge,
  createBench,
  desiredSensor,
  digestPlan,
  fleetOf,
  installActivated,
  type Bench,
} from '../support/memory-fleet.ts'

const berlin: DesiredSettings = { time: { timezone: 'Europe/Berlin' } }

/** A sensor that was backed up as `line-1`, and then got another time zone. */
async function backedUp(bench: Bench, settings = berlin) {
  const appliance = await installActivated(bench, { name: 'line-1' })
  const desired = desiredSensor(settings)
  const fleet = fleetOf([desired])
  createBackup(bench.memoryWorld, appliance)
  await converge(fleet, bench.world)
  const [{ name } = { name: '' }] = appliance.backups
  bench.memoryWorld.calls.length = 0
  let runs = 0
  const run = async (from = name, world: World = bench.world): Promise<Restoration> => {
    const planned = await planRestore(fleet, world, desired, from)
    return planned.state === 'planned' ? restore(fleet, world, desired, planned, { run: `restore-${++runs}` }) : planned
  }
  return { appliance, desired, fleet, name, run }
}

const codes = ({ problems }: Restoration) => problems.map(({ code }) => code)
const writes = ({ memoryWorld }: Bench) => memoryWorld.calls.filter((call) => / (restoreBackup|set|lease)/.test(call))

describe('a restore', () => {
  test('brings back what was there, and says what differs now', async () => {
    const bench = createBench()
    const { appliance, name, run } = await backedUp(bench)
    const done = await run()
    expect(done).toMatchObject({
      state: 'restored',
      from: name,
      liveName: 'line-1',
      backup: { name, sensor: 'line-1', version: '22.3.4' },
      problems: [],
    })
    expect(done.plan && digestPlan(done.plan)).toEqual([
      { key: 'line-1', status: 'drifted', changes: ['time.timezone'], steps: ['time'], problems: [] },
    ])
    expect([appliance.lease, appliance.intent]).toEqual([null, null])
    expect(writes(bench).filter((call) => call.endsWith('restoreBackup'))).toHaveLength(1)
  })

  test('is found at the address of then, and only the same identity is taken for it', async () => {
    const bench = createBench()
    const { appliance, desired, run } = await backedUp(bench)
    changeInConsole(bench.memoryWorld, appliance, 'network.address', '10.1.0.77')
    const moved = { ...desired, access: { ...desired.access, endpoint: 'https://10.1.0.77' } }
    await converge(fleetOf([moved]), bench.world)
    const done = await run()
    expect(done).toMatchObject({ state: 'restored', endpoint: 'https://10.1.0.5' })
  })

  test.each<[string, (under: Awaited<ReturnType<typeof backedUp>>) => void, string | undefined, string[]]>([
    ['of a file that is not there', () => {}, 'other.tar', ['BACKUP_UNKNOWN']],
    ['of another version', ({ appliance }) => (appliance.softwareVersion = '22.3.5'), undefined, ['RESTORE_VERSION']],
    [
      'of the newest, where none is of this version',
      ({ appliance }) => (appliance.softwareVersion = '22.3.5'),
      'latest',
      ['BACKUP_UNKNOWN'],
    ],
    [
      'while a step is unfinished',
      ({ appliance }) =>
        (appliance.intent = { run: 'r', step: 'activation', tool: 't', startedAt: '2026-01-01T00:00:00Z', data: {} }),
      undefined,
      ['RESTORE_BLOCKED'],
    ],
  ])('%s is refused, and nothing is sent', async (_, change, from, problems) => {
    const bench = createBench()
    const under = await backedUp(bench)
    change(under)
    const done = await under.run(from)
    expect({ state: done.state, codes: codes(done) }).toEqual({ state: 'refused', codes: problems })
    expect(writes(bench)).toEqual([])
  })

  test('is refused where the driver cannot', async () => {
    const bench = createBench(createPoorDriver)
    const { run } = await backedUp(bench, {})
    expect(codes(await run('any.tar'))).toEqual(['NOT_SUPPORTED'])
  })

  test('that fails says what the console says, and leaves all as it was', async () => {
    const bench = createBench()
    const { appliance, run } = await backedUp(bench)
    appliance.restoreProblem = 'The backup file is damaged.'
    const done = await run()
    expect(done).toMatchObject({
      state: 'failed',
      problems: [{ code: 'RESTORE_FAILED', summary: 'The sensor says: The backup file is damaged.' }],
    })
    expect(appliance.settings.get('time.timezone')).toBe('Europe/Berlin')
    expect([appliance.lease, appliance.intent]).toEqual([null, null])
  })

  test('of a backup made under a former name brings that name back', async () => {
    const bench = createBench()
    const { appliance, fleet, desired } = await backedUp(bench)
    appliance.activation = { ...appliance.activation, name: 'line-one' }
    const planned = await planRestore(fleet, bench.world, desired, 'latest')
    expect(planned).toMatchObject({ state: 'planned', liveName: 'line-one', backup: { sensor: 'line-1' } })
    expect(await restore(fleet, bench.world, desired, planned, { run: 'r-1' })).toMatchObject({ state: 'restored' })
    expect(appliance.activation.name).toBe('line-1')
  })

  describe('and the window of its site', () => {
    const site = 'berlin'
    const closed = { name: site, labels: {}, window: { timezone: 'Etc/UTC', open: ['Mon 03:00-03:10'] } }
    const waits = { code: 'WINDOW_CLOSED', hint: 'Apply again when it is open, or say --allow-window berlin.' }

    test('waits while it is closed, and nothing is sent', async () => {
      const bench = createBench()
      const { desired, fleet } = await backedUp(bench)
      const sited = { ...desired, site }
      const held = { ...fleet, sites: new Map([[site, closed]]) }
      expect(await planRestore(held, bench.world, sited, 'latest')).toMatchObject({
        state: 'waiting',
        problems: [waits],
      })
      const allowed = await planRestore(held, bench.world, sited, 'latest', { allowWindow: [site] })
      expect(allowed).toMatchObject({ state: 'planned', problems: [] })
      // It closed while a person thought about it.
      expect(await restore(held, bench.world, sited, allowed, { run: 'late' })).toMatchObject({
        state: 'waiting',
        problems: [waits],
      })
      expect(writes(bench).filter((call) => !call.endsWith('lease'))).toEqual([])
      const overrides = { allowWindow: [site] }
      expect(await restore(held, bench.world, sited, allowed, { run: 'now', overrides })).toMatchObject({
        state: 'restored',
      })
    })

    test('one that was begun is taken up whatever the window', async () => {
      const bench = createBench()
      const { appliance, desired, fleet, run } = await backedUp(bench)
      const sited = { ...desired, site }
      const held = { ...fleet, sites: new Map([[site, closed]]) }
      bench.memoryWorld.onCall = ({ method, phase }) => {
        if (method === 'restoreBackup' && phase === 'before') appliance.gone = true
      }
      expect(await run()).toMatchObject({ state: 'unknown' })
      appliance.gone = false
      bench.memoryWorld.onCall = () => {}
      await bench.clock.sleep(61_000)
      const planned = await planRestore(held, bench.world, sited, 'latest')
      expect(planned).toMatchObject({ state: 'planned', resumes: true })
      expect(await restore(held, bench.world, sited, planned, { run: 'again' })).toMatchObject({ state: 'restored' })
    })
  })

  test('that does not come back is unknown, and the same again takes it up without restoring twice', async () => {
    const bench = createBench()
    const { appliance, run } = await backedUp(bench)
    bench.memoryWorld.onCall = ({ method, phase }) => {
      if (method === 'restoreBackup' && phase === 'before') appliance.gone = true
    }
    const restored = appliance.lastRestore
    const lost = await run()
    expect([lost.state, codes(lost)]).toEqual(['unknown', ['RESTORE_LOST']])
    bench.memoryWorld.onCall = () => {}
    appliance.gone = false
    expect(appliance.lastRestore).not.toBe(restored)
    const again = await run()
    expect(again).toMatchObject({ state: 'restored', resumes: true })
    expect(writes(bench).filter((call) => call.endsWith('restoreBackup'))).toHaveLength(1)
    expect(appliance.intent).toBeNull()
  })

  test('that dies at any call is taken up by the same again', async () => {
    const count = createBench()
    await (await backedUp(count)).run()
    const points = count.memoryWorld.calls.length * 2
    expect(points).toBeGreaterThan(10)
    for (let point = 1; point <= points; point++) {
      const bench = createBench()
      const { appliance, run } = await backedUp(bench)
      let calls = 0
      bench.memoryWorld.onCall = () => {
        if (++calls >= point) throw new Error('killed')
      }
      await run().catch((error: unknown) => expect(String(error)).toContain('killed'))
      bench.memoryWorld.onCall = () => {}
      appliance.lease = null
      const again = await run()
      expect({ point, state: again.state, problems: again.problems }).toEqual({
        point,
        state: 'restored',
        problems: [],
      })
      expect({ point, zone: appliance.settings.get('time.timezone') }).toEqual({ point, zone: 'Etc/UTC' })
      expect(appliance.intent).toBeNull()
    }
  })
})
