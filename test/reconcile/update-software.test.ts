// Updates of the software: the path, what comes first and after, what fails, and how a run goes on.
import { describe, expect, test } from 'vitest'
import { createPoorDriver } from '../../drivers/memory/poor.ts'
import type { MemoryAppliance } from '../../drivers/memory/world.ts'
import { applyPlan } from '../../reconcile/apply/apply.ts'
import { DeviceError } from '../../reconcile/device-error.ts'
import { planRun } from '../../reconcile/run.ts'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import {
  converge,
  createBench,
  desiredSensor,
  digestPlan,
  fleetOf,
  installActivated,
  prepareRegistration,
  restarted,
  type Bench,
} from '../support/memory-fleet.ts'
import { Killed, mortalWorld } from '../support/mortal-world.ts'
import { sha256Of } from '../support/packages.ts'

const fileOf = (version: string): string => `/packages/legacy-sensor-secured-patcher-${version}.tar`
const contentOf = (version: string): string => `package of ${version}`
const registration = { registrar: 'cloud', site: 'plant' }

function software(version: string, packaged: readonly string[], more: object = {}): DesiredSettings {
  const packages = packaged.map((one) => [one, { file: fileOf(one), sha256: sha256Of(contentOf(one)) }])
  return { software: { version, packages: Object.fromEntries(packages), ...more } }
}

async function installed(
  version: string,
  bench: Bench = createBench(),
): Promise<{ bench: Bench; one: MemoryAppliance }> {
  for (const each of ['10.5.5', '22.3.8', '22.3.9']) bench.packages.set(fileOf(each), contentOf(each))
  const one = await installActivated(bench, { name: 'line-one' })
  one.softwareVersion = version
  return { bench, one }
}

const named: DesiredSettings = { name: 'line-one', registration }

describe('within 22.x', () => {
  test('a backup, the update, and nothing after it', async () => {
    const { bench, one } = await installed('22.3.8')
    const fleet = fleetOf([desiredSensor({ ...named, ...software('22.3.9', ['22.3.9']) })])
    const { plan, outcome } = await converge(fleet, bench.world)
    expect(digestPlan(plan)).toEqual([
      {
        key: 'line-1',
        status: 'drifted',
        changes: ['software.version'],
        steps: ['backup.create', 'software.22.3.9'],
        problems: [],
      },
    ])
    expect(outcome.sensors[0]).toMatchObject({ status: 'done', problems: [] })
    expect(one).toMatchObject({ softwareVersion: '22.3.9', intent: null, lease: null, activation: { status: 'Valid' } })
    expect(outcome.sensors[0]?.steps[1]?.notes).toEqual([
      'Uploading legacy-sensor-secured-patcher-22.3.9.tar.',
      expect.stringMatching(/^Uploading .*: \d0%$/),
      expect.stringMatching(/^UPDATING_LIBRARIES \(\d+%\)$/),
      'The sensor is away, as in a reboot.',
      expect.stringMatching(/^STARTING_PROCESSES \(\d+%\)$/),
      'The sensor is away, as in a reboot.',
      expect.stringMatching(/^STARTING_PROCESSES \(\d+%\)$/),
    ])
    expect(digestPlan((await planRun(fleet, bench.world, {})).plan)).toMatchObject([{ status: 'inSync', steps: [] }])
  })

  test('a build is no other version', async () => {
    const { bench } = await installed('22.3.9.0-r-2121448')
    const fleet = fleetOf([desiredSensor({ ...named, ...software('22.3.9', []) })])
    expect(digestPlan((await planRun(fleet, bench.world, {})).plan)).toMatchObject([{ status: 'inSync' }])
  })

  test('a backup may be declined', async () => {
    const { bench } = await installed('22.3.8')
    const fleet = fleetOf([desiredSensor({ ...named, ...software('22.3.9', ['22.3.9'], { backupFirst: false }) })])
    expect(digestPlan((await planRun(fleet, bench.world, {})).plan)).toMatchObject([
      { steps: ['software.22.3.9'], problems: [] },
    ])
  })
})

describe('from 3.1.1 to 22.x', () => {
  const desired = { ...named, ...software('22.3.9', ['10.5.5', '22.3.9']) }
  const fleet = fleetOf([desiredSensor(desired)])

  test('each leg with its package; a person prepares before 22.1; the activation is redone', async () => {
    const { bench, one } = await installed('3.1.1')
    const first = await converge(fleet, bench.world)
    expect(digestPlan(first.plan)).toMatchObject([
      { steps: ['backup.create', 'software.prepare', 'software.10.5.5', 'software.22.3.9', 'activation'] },
    ])
    expect(first.plan.sensors[0]?.steps[1]?.instructions).toMatch(/firewall.*\n.*Prepare to update to 22.x/)
    expect(first.outcome.sensors[0]?.steps.map(({ status }) => status)).toEqual([
      'done',
      'waiting',
      'done',
      'notAttempted',
      'notAttempted',
    ])
    expect(one.softwareVersion).toBe('10.5.5')
    prepareRegistration(bench)
    const second = await converge(fleet, restarted(bench))
    expect(digestPlan(second.plan)).toMatchObject([{ steps: ['backup.create', 'software.22.3.9', 'activation'] }])
    expect(second.outcome.sensors[0]).toMatchObject({ status: 'done', problems: [] })
    expect(one).toMatchObject({ softwareVersion: '22.3.9', activation: { status: 'Valid' } })
    expect(bench.memoryWorld.records[0]).toMatchObject({ connected: true, softwareVersion: '22.3.9' })
    expect(digestPlan((await planRun(fleet, restarted(bench), {})).plan)).toMatchObject([
      { status: 'inSync', steps: [] },
    ])
  })

  test('a run across 22.1 is not narrowed to the software alone', async () => {
    const { bench } = await installed('10.5.5')
    const { plan } = await planRun(fleet, bench.world, { only: ['software'] })
    expect(digestPlan(plan)).toMatchObject([{ steps: [], problems: ['UPDATE_NEEDS_ACTIVATION'] }])
  })
})

const offered = [
  { version: '22.3.9', fromVersion: '22.2.0' },
  { version: '22.2.4', fromVersion: '10.5.5' },
  { version: '10.5.5', fromVersion: '3.1.1' },
]

describe('what the cloud offers', () => {
  const rows: readonly {
    name: string
    live: string
    desired: DesiredSettings
    offers: typeof offered
    steps: readonly string[]
    problem: { code: string; summary: string; hint: string } | undefined
  }[] = [
    {
      name: 'a leg that it offers',
      live: '22.2.4',
      desired: software('22.3.9', ['22.3.9'], { backupFirst: false }),
      offers: offered,
      steps: ['software.22.3.9'],
      problem: undefined,
    },
    {
      name: 'a leg that it does not offer, with what it offers',
      live: '22.1.3',
      desired: software('22.3.9', ['22.3.9']),
      offers: offered,
      steps: [],
      problem: {
        code: 'UPDATE_LEG_NOT_OFFERED',
        summary:
          'The cloud offers 22.3.9 to sensors of 22.2.0 and later, and from 22.1.3 no declared package leads to one of these: nothing is updated',
        hint: 'Declare a package on the way, too. From 22.1.3 the cloud offers 22.2.4.',
      },
    },
    {
      name: 'a package in between leads there',
      live: '22.1.3',
      desired: software('22.3.9', ['22.2.4', '22.3.9'], { backupFirst: false }),
      offers: offered,
      steps: ['software.22.2.4', 'software.22.3.9'],
      problem: undefined,
    },
    {
      name: 'a package that is not declared, with what it offers',
      live: '22.2.4',
      desired: software('22.3.9', []),
      offers: offered,
      steps: [],
      problem: {
        code: 'UPDATE_PACKAGE_MISSING',
        summary:
          'The way from 22.2.4 to the declared version leads over 22.3.9, and no package of it is declared: nothing is updated',
        hint: 'Download the package of 22.3.9 (Azure portal: Defender for IoT > Getting started > Updates) and declare it in software.packages. The cloud offers 22.3.9 (from 22.2.0), 22.2.4 (from 10.5.5), 10.5.5 (from 3.1.1).',
      },
    },
    {
      name: 'a version that its list lacks is told, and sent all the same',
      live: '22.2.4',
      desired: software('22.3.8', ['22.3.8'], { backupFirst: false }),
      offers: offered,
      steps: ['software.22.3.8'],
      problem: {
        code: 'UPDATE_NOT_LISTED',
        summary: 'The cloud does not list 22.3.8 among the updates that it offers',
        hint: 'The package that is declared is sent all the same, and the sensor judges it. The cloud offers 22.3.9 (from 22.2.0), 22.2.4 (from 10.5.5), 10.5.5 (from 3.1.1).',
      },
    },
    {
      name: 'an empty list',
      live: '22.2.4',
      desired: software('22.3.9', ['22.3.9'], { backupFirst: false }),
      offers: [],
      steps: ['software.22.3.9'],
      problem: {
        code: 'UPDATE_NOT_LISTED',
        summary: 'The cloud does not list 22.3.9 among the updates that it offers',
        hint: 'The package that is declared is sent all the same, and the sensor judges it. The cloud offers none.',
      },
    },
  ]
  test.each(rows)('$name', async ({ live, desired, offers, steps, problem }) => {
    const bench = createBench()
    bench.memoryWorld.offers = offers
    await installed(live, bench)
    const { plan } = await planRun(fleetOf([desiredSensor({ ...named, ...desired })]), bench.world, {})
    expect(digestPlan(plan)).toMatchObject([{ steps, problems: problem ? [problem.code] : [] }])
    if (problem) expect(plan.sensors[0]?.problems[0]).toMatchObject(problem)
  })

  test('it is asked only where an update is due', async () => {
    const bench = createBench()
    bench.memoryWorld.offers = offered
    await installed('22.3.9', bench)
    const asked = () => bench.memoryWorld.calls.filter((call) => call === 'cloud offeredUpdates').length
    await planRun(fleetOf([desiredSensor({ ...named, ...software('22.3.9', ['22.3.9']) })]), bench.world, {})
    await planRun(fleetOf([desiredSensor({ ...named, ...software('22.3.8', ['22.3.8']) })]), bench.world, {})
    expect(asked()).toBe(0)
    await planRun(fleetOf([desiredSensor({ ...named, ...software('24.1', ['24.1']) })]), bench.world, {})
    expect(asked()).toBe(1)
  })

  test('that it cannot be asked is told, and the documented path holds', async () => {
    const bench = createBench()
    bench.memoryWorld.offers = offered
    await installed('22.1.3', bench)
    bench.memoryWorld.onCall = ({ method }) => {
      if (method === 'offeredUpdates') throw new DeviceError('REGISTRAR_DENIED', 'status 403', { advice: 'A role.' })
    }
    const desired = software('22.3.9', ['22.3.9'], { backupFirst: false })
    const { plan } = await planRun(fleetOf([desiredSensor({ ...named, ...desired })]), bench.world, {})
    expect(digestPlan(plan)).toMatchObject([{ steps: ['software.22.3.9'], problems: ['UPDATES_NOT_LISTED'] }])
    expect(plan.sensors[0]?.problems[0]).toMatchObject({
      severity: 'warning',
      summary: 'status 403. The way to the declared version is held to the documented path alone.',
      hint: 'A role.',
    })
  })
})

const refusals: readonly { name: string; live: string; desired: DesiredSettings; code: string }[] = [
  { name: 'an older version', live: '22.3.9', desired: software('22.3.8', ['22.3.8']), code: 'SOFTWARE_DOWNGRADE' },
  { name: 'no package', live: '22.3.8', desired: software('22.3.9', []), code: 'UPDATE_PACKAGE_MISSING' },
  { name: 'a skipped leg', live: '3.1.1', desired: software('22.3.9', ['22.3.9']), code: 'UPDATE_PACKAGE_MISSING' },
]
test.each(refusals)('$name is refused at plan, and nothing is planned', async ({ live, desired, code }) => {
  const { bench } = await installed(live)
  const { plan } = await planRun(fleetOf([desiredSensor({ ...named, ...desired })]), bench.world, {})
  expect(digestPlan(plan)).toMatchObject([{ steps: [], problems: [code] }])
})

const failures: readonly {
  name: string
  spoil: (bench: Bench, one: MemoryAppliance) => void
  code: string
  sent: boolean
}[] = [
  {
    name: 'a package that was altered',
    spoil: ({ packages }) => void packages.set(fileOf('22.3.9'), 'else'),
    code: 'PACKAGE_ALTERED',
    sent: false,
  },
  {
    name: 'a package that is gone',
    spoil: ({ packages }) => void packages.delete(fileOf('22.3.9')),
    code: 'PACKAGE_UNREADABLE',
    sent: false,
  },
  { name: 'too little space', spoil: (_, one) => void (one.freeBytes = 3), code: 'UPDATE_NO_SPACE', sent: false },
  { name: 'a failed update', spoil: (_, one) => void (one.failUpdates = 1), code: 'UPDATE_FAILED', sent: true },
]

const logs: readonly { from: string; to: string; log: string }[] = [
  {
    from: '10.5.5',
    to: '22.3.9',
    log: 'The log of the update is /opt/sensor/logs/legacy-upgrade.log on the sensor, over SSH as cyberx_host.',
  },
  {
    from: '22.2.4',
    to: '22.3.9',
    log: 'The log of the update is /opt/sensor/logs/install.log on the sensor, over SSH as cyberx_host; in early 22.x versions /var/cyberx/logs/upgrade.log.',
  },
  { from: '3.1.1', to: '10.5.5', log: 'Look into the logs of the sensor.' },
]
test.each(logs)('a failed update from $from to $to says where its log lies', async ({ from, to, log }) => {
  const { bench, one } = await installed(from)
  prepareRegistration(bench)
  one.failUpdates = 1
  const fleet = fleetOf([desiredSensor({ ...named, ...software(to, [to]) })])
  const { outcome } = await converge(fleet, bench.world)
  expect(outcome.sensors[0]?.problems[0]).toMatchObject({
    code: 'UPDATE_FAILED',
    hint: `${log} The next run tries again.`,
  })
})

test.each(failures)('$name leaves the version as it is, and the next run updates', async ({ spoil, code, sent }) => {
  const { bench, one } = await installed('22.3.8')
  const fleet = fleetOf([desiredSensor({ ...named, ...software('22.3.9', ['22.3.9']) })])
  spoil(bench, one)
  const { outcome } = await converge(fleet, bench.world)
  expect(outcome.sensors[0]?.problems.map((problem) => problem.code)).toEqual([code])
  expect(one).toMatchObject({ softwareVersion: '22.3.8', intent: null, lease: null })
  expect(bench.memoryWorld.calls.includes('SN-1 uploadPackage')).toBe(sent)
  bench.packages.set(fileOf('22.3.9'), contentOf('22.3.9'))
  one.freeBytes = 1e9
  // A backup of the same second would have the same name.
  await bench.clock.sleep(60_000)
  expect((await converge(fleet, restarted(bench))).outcome.sensors[0]).toMatchObject({ status: 'done' })
  expect(one.softwareVersion).toBe('22.3.9')
})

async function cutOff(version: string): Promise<{ bench: Bench; one: MemoryAppliance }> {
  const bench = createBench()
  bench.memoryWorld.offers = offered
  bench.packages.set(fileOf('22.2.4'), contentOf('22.2.4'))
  const { one } = await installed(version, bench)
  prepareRegistration(bench)
  one.cloudReachable = false
  return { bench, one }
}

describe('the activation on the way is withheld, as the cloud is out of reach', () => {
  const onwards = fleetOf([desiredSensor({ ...named, ...software('22.3.9', ['22.2.4', '22.3.9']) })])

  test('a way across 22.1 is not begun', async () => {
    const { bench, one } = await cutOff('10.5.5')
    const { plan, outcome } = await converge(onwards, bench.world)
    expect(digestPlan(plan)).toMatchObject([{ steps: [], problems: ['CLOUD_UNREACHABLE', 'UPDATE_NEEDS_ACTIVATION'] }])
    expect(outcome.sensors[0]).toMatchObject({ status: 'unchanged' })
    expect(one.softwareVersion).toBe('10.5.5')
    Object.assign(one, { cloudReachable: true, revision: one.revision + 1 })
    expect((await converge(onwards, restarted(bench))).outcome.sensors[0]).toMatchObject({ status: 'done' })
    expect(one).toMatchObject({ softwareVersion: '22.3.9', activation: { status: 'Valid' } })
  })

  test('one that has crossed it waits with its next leg', async () => {
    const { bench, one } = await cutOff('22.2.4')
    one.activation.status = 'NotActivated'
    expect(digestPlan((await planRun(onwards, bench.world, {})).plan)).toMatchObject([
      { steps: [], problems: ['CLOUD_UNREACHABLE', 'UPDATE_NEEDS_ACTIVATION'] },
    ])
    Object.assign(one, { cloudReachable: true, revision: one.revision + 1 })
    expect(digestPlan((await planRun(onwards, restarted(bench), {})).plan)).toMatchObject([
      { steps: ['backup.create', 'activation', 'software.22.3.9'], problems: [] },
    ])
  })

  test('an update that is under way is followed to its end', async () => {
    const { bench, one } = await cutOff('10.5.5')
    const startedMs = bench.clock.monotonic()
    one.update = { id: 'u-1', startedAt: '2026-01-01T00:00:00Z', startedMs, lastsMs: 180_000, to: '22.2.4' }
    const { plan, outcome } = await converge(onwards, bench.world)
    expect(digestPlan(plan)).toMatchObject([
      { steps: ['software.22.2.4'], problems: ['JOB_RUNNING', 'CLOUD_UNREACHABLE', 'UPDATE_NEEDS_ACTIVATION'] },
    ])
    expect(outcome.sensors[0]?.steps).toMatchObject([{ id: 'software.22.2.4', status: 'done' }])
    expect(one.softwareVersion).toBe('22.2.4')
  })
})

test('a driver that cannot leaves it to a person, with the way', async () => {
  const { bench } = await installed('3.1.1', createBench(createPoorDriver))
  const { plan } = await planRun(fleetOf([desiredSensor(software('22.3.9', []))]), bench.world, {})
  expect(digestPlan(plan)).toMatchObject([{ steps: expect.arrayContaining(['software']) }])
  const step = plan.sensors[0]?.steps.find(({ id }) => id === 'software')
  expect(step?.instructions).toContain('10.5.5, then 22.3.9')
})

test('a sensor that reboots in the update of a run that died is told to do so, for as long as an update may take', async () => {
  const { bench, one } = await installed('22.3.8')
  one.updateMs = 30 * 60_000
  const fleet = fleetOf([desiredSensor({ ...named, ...software('22.3.9', ['22.3.9']) })])
  const { plan } = await planRun(fleet, bench.world, {})
  const dying = { ...bench.world, stopping: () => one.update !== null }
  const refuse = new DeviceError('UNREACHABLE', 'https://10.1.0.5 cannot be reached.', { advice: 'Check the address.' })
  bench.memoryWorld.onCall = () => {
    if (one.update) throw new Error('killed')
  }
  await applyPlan(plan, fleet, dying, { run: 'dead' })
  bench.memoryWorld.onCall = () => {}
  const problemsNow = async () => (await planRun(fleet, restarted(bench), {})).plan.sensors[0]?.problems
  expect(await problemsNow()).toContainEqual(expect.objectContaining({ code: 'JOB_RUNNING' }))
  expect(bench.store.entries.get('line-1')?.lastRead?.unfinished.job?.type).toBe('update')
  bench.memoryWorld.onCall = () => {
    throw refuse
  }
  const began = bench.store.entries.get('line-1')?.updating?.at ?? ''
  expect(await problemsNow()).toEqual([
    {
      severity: 'error',
      code: 'UNREACHABLE',
      key: 'line-1',
      summary: `https://10.1.0.5 cannot be reached. It may be rebooting in its update from 22.3.8 to 22.3.9, which run dead began at ${began}.`,
      hint: 'An update takes about half an hour, with two reboots. Run again when it answers: the update is taken up.',
    },
  ])
  await bench.clock.sleep(100 * 60_000)
  expect(await problemsNow()).toMatchObject([{ code: 'UNREACHABLE', hint: 'Check the address.' }])
  bench.memoryWorld.onCall = () => {}
  await converge(fleet, restarted(bench))
  expect(one.softwareVersion).toBe('22.3.9')
  expect(bench.store.entries.get('line-1')).not.toHaveProperty('updating')
})

test('a run that is killed at any call is followed by one that ends the update', async () => {
  const desired = { ...named, ...software('22.3.9', ['22.3.9']) }
  const fleet = fleetOf([desiredSensor(desired)])
  for (let killAt = 1, alive = false; !alive; killAt++) {
    const { bench, one } = await installed('10.5.5')
    prepareRegistration(bench)
    one.updateMs = 3 * 60_000
    const { world, life } = mortalWorld(bench.world, killAt)
    try {
      const { plan } = await planRun(fleet, world, {})
      await applyPlan(plan, fleet, world, { run: 'dead' })
    } catch (error) {
      if (!(error instanceof Killed)) throw error
    }
    alive = !life.isOver
    const next = (await converge(fleet, restarted(bench))).outcome.sensors[0]
    if (next?.status === 'unknown') {
      // It reboots just now: nobody can look into it, and the run after that goes on.
      expect(next.problems.map(({ code }) => code)).toEqual(['UNREACHABLE'])
      await bench.clock.sleep(60_000)
      await converge(fleet, restarted(bench))
    }
    const left = digestPlan((await planRun(fleet, restarted(bench), {})).plan)
    expect({ killAt, version: one.softwareVersion, status: one.activation.status, left }).toMatchObject({
      killAt,
      version: '22.3.9',
      status: 'Valid',
      left: [{ status: 'inSync', steps: [], problems: [] }],
    })
  }
})
