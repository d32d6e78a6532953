/** Registration and activation: what is seen decides what the one step does, or why there is none. */
import { describe, expect, test } from 'vitest'
import type { Observation } from '../../reconcile/driver.ts'
import type { Overrides, Sight } from '../../reconcile/engine.ts'
import type { AppliedValue } from '../../reconcile/memory.ts'
import type { RecordLookup } from '../../reconcile/registrar.ts'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import {
  activated,
  ago,
  ahead,
  azure,
  briefly,
  codes,
  directory,
  planOne,
  poor,
  record,
  rich,
  sensor,
  sight,
  stepIds,
  type ContextExtras,
} from './sights.ts'

const cloud: DesiredSettings = {
  name: 'berlin-1',
  registration: { registrar: 'cloud', site: 'plant', zone: 'hall' },
  activation: { mode: 'cloud' },
}
const local: DesiredSettings = {
  name: 'berlin-1',
  registration: { registrar: 'cloud', site: 'plant' },
  activation: { mode: 'local', minRemaining: '30d' },
}
const applied: Record<string, AppliedValue> = {
  name: 'berlin-1',
  'registration.registrar': 'cloud',
  'registration.site': 'plant',
  'registration.zone': 'hall',
  'activation.mode': 'cloud',
}
const present = (extras: Parameters<typeof record>[0] = {}): RecordLookup => ({
  state: 'present',
  record: record({ zone: 'hall', ...extras }),
})
const absent: RecordLookup = { state: 'absent' }
const hidden: RecordLookup = { state: 'notObservable', reason: 'no network' }
const localState = { mode: 'local', site: null, cloud: null, expiresAt: ahead(200) } as const

interface World {
  spec?: DesiredSettings
  activation?: Parameters<typeof activated>[0]
  /** Record of the live name, and of the desired one where that is another. */
  live?: RecordLookup
  desired?: RecordLookup
  lastApplied?: Record<string, AppliedValue> | null
  observation?: Partial<Observation>
  fileAtHand?: boolean
}

function seen({
  spec = cloud,
  activation,
  live = present(),
  desired,
  lastApplied = applied,
  observation,
  fileAtHand,
}: World): Sight {
  const state = activated(activation)
  return sight(
    sensor(spec),
    { ...(state.name !== null && { name: state.name }), ...(state.mode !== null && { 'activation.mode': state.mode }) },
    {
      observation: { activation: state, ...observation },
      records: { ...(state.name !== null && { live }), desired: desired ?? live },
      remembered: { ...(lastApplied && { lastApplied }) },
      ...(fileAtHand !== undefined && { fileAtHand }),
    },
  )
}

/** What the re-activation does, in a few words. */
function action(plan: ReturnType<typeof planOne>): string {
  const step = plan.steps.find(({ id }) => id === 'activation' || id === 'registration')
  if (!step) return 'nothing'
  const { action } = step
  if (action.type === 'reactivate') {
    return [
      action.reason,
      action.deletes && `deletes ${action.deletes.name} at ${action.deletes.site ?? 'no site'}`,
      action.recordStands && 'record stands',
    ]
      .filter(Boolean)
      .join(', ')
  }
  return action.type
}

const renamed: DesiredSettings = { ...cloud, name: 'berlin-2' }

describe('what is planned', () => {
  test.each<[string, World, string[], string]>([
    ['all is well', {}, [], 'nothing'],
    [
      'renamed',
      { spec: renamed, desired: absent },
      ['name berlin-1 > berlin-2 (spec)'],
      'rename, deletes berlin-1 at plant',
    ],
    [
      'renamed, and the old record is gone already',
      { spec: renamed, live: absent, desired: absent },
      ['name berlin-1 > berlin-2 (spec)'],
      'rename',
    ],
    [
      'renamed, and an intent of ours names the new record',
      {
        spec: renamed,
        live: absent,
        desired: present({ name: 'berlin-2', connected: false }),
        observation: {
          unfinished: {
            intent: { run: 'r1', step: 'activation', tool: 't', startedAt: ago(9), data: { to: { name: 'berlin-2' } } },
          },
        },
      },
      ['intent activation of run r1 > - (spec)', 'name berlin-1 > berlin-2 (spec)'],
      'rename, record stands',
    ],
    [
      'somebody renamed it',
      { spec: cloud, activation: { name: 'other' }, live: present({ name: 'other' }), desired: absent },
      ['name other > berlin-1 (sensor)'],
      'rename, deletes other at plant',
    ],
    [
      'never activated',
      {
        activation: { name: null, mode: null, site: null, status: 'NotActivated', file: null },
        desired: absent,
        lastApplied: null,
      },
      [
        'name - > berlin-1 (undetermined)',
        'activation.mode - > cloud (undetermined)',
        'activation.status NotActivated > Valid (undetermined)',
      ],
      'activate',
    ],
    ['the record is gone', { live: absent }, ['registration.record absent > berlin-1 (sensor)'], 'restore'],
    [
      'the record is gone, and the spec asks for another site',
      { spec: { ...cloud, registration: { registrar: 'cloud', site: 'north' } }, live: absent },
      ['registration.site plant > north (spec)'],
      'move',
    ],
    [
      'another site is declared',
      { spec: { ...cloud, registration: { registrar: 'cloud', site: 'north' } } },
      ['registration.site plant > north (spec)'],
      'move, deletes berlin-1 at plant',
    ],
    [
      'the record is gone, and another site has a sensor of that name',
      { live: present({ site: 'south' }) },
      ['registration.record absent > berlin-1 (sensor)'],
      'restore',
    ],
    [
      'the sensor is registered in another site, and nothing is in the way',
      { activation: { site: 'south' }, live: present({ site: 'south' }), desired: absent },
      ['registration.site south > plant (sensor)'],
      'move, deletes berlin-1 at south',
    ],
    [
      'renamed, and another site has a sensor of the old name',
      { spec: renamed, live: present({ site: 'south' }), desired: absent },
      ['name berlin-1 > berlin-2 (spec)'],
      'rename',
    ],
    [
      'renamed, and another site has a sensor of the new name',
      { spec: renamed, desired: present({ name: 'berlin-2', site: 'south' }) },
      ['name berlin-1 > berlin-2 (spec)'],
      'rename, deletes berlin-1 at plant',
    ],
    [
      'another site is declared, where an intent of ours has registered it',
      {
        spec: { ...cloud, registration: { registrar: 'cloud', site: 'north' } },
        live: absent,
        desired: present({ site: 'north', connected: false }),
        observation: {
          unfinished: {
            intent: {
              run: 'r1',
              step: 'activation',
              tool: 't',
              startedAt: ago(9),
              data: { to: { name: 'berlin-1', placement: { mode: 'cloud', site: 'north' } } },
            },
          },
        },
      },
      ['intent activation of run r1 > - (spec)', 'registration.site plant > north (spec)'],
      'move, record stands',
    ],
    [
      'local mode is declared',
      { spec: local, live: present() },
      ['activation.mode cloud > local (spec)'],
      'mode, deletes berlin-1 at plant',
    ],
    [
      'rejected by the service',
      { activation: { status: 'Rejected' } },
      ['activation.status Rejected > Valid (sensor)'],
      'restore, record stands',
    ],
    [
      'the file is older than the record',
      { live: present({ createdAt: ago(10) }) },
      [`activation.file ${ago(600)} > ${ago(10)} (sensor)`],
      'restore, record stands',
    ],
    [
      'registered and activated a moment ago, not seen yet',
      {
        activation: { file: { id: 'f', createdAt: ago(10), sha256: 'a' } },
        live: {
          state: 'present',
          record: {
            name: 'berlin-1',
            mode: 'cloud',
            site: 'plant',
            zone: 'hall',
            connected: false,
            createdAt: ago(12),
          },
        },
      },
      [],
      'nothing',
    ],
    [
      'never seen, for longer than the lag',
      {
        activation: { file: { id: 'f', createdAt: ago(16), sha256: 'a' } },
        live: {
          state: 'present',
          record: {
            name: 'berlin-1',
            mode: 'cloud',
            site: 'plant',
            zone: 'hall',
            connected: false,
            createdAt: ago(17),
          },
        },
      },
      ['registration.record never connected > connected (sensor)'],
      'restore, record stands',
    ],
    [
      'another zone is declared: never a re-activation',
      { live: present({ zone: 'yard' }), lastApplied: { ...applied, 'registration.zone': 'yard' } },
      ['registration.zone yard > hall (spec)'],
      'updateRecord',
    ],
    [
      'zone and name',
      { spec: renamed, live: present({ zone: 'yard' }), desired: absent },
      ['name berlin-1 > berlin-2 (spec)'],
      'rename, deletes berlin-1 at plant',
    ],
    ['the registrar cannot tell', { live: hidden }, [], 'nothing'],
    [
      'local: no site, zone or contact is compared',
      {
        spec: local,
        activation: localState,
        live: { state: 'present', record: { name: 'berlin-1', mode: 'local', connected: false, createdAt: ago(700) } },
      },
      [],
      'nothing',
    ],
    [
      'local: the file ends within 30 days',
      { spec: local, activation: { ...localState, expiresAt: ahead(29) }, live: present({ mode: 'local' }) },
      [`activation.expiresAt ${ahead(29)} > 30d (time)`],
      'renew, record stands',
    ],
    [
      'local: the file has ended',
      {
        spec: local,
        activation: { ...localState, status: 'Expired', expiresAt: ahead(-1) },
        live: present({ mode: 'local' }),
      },
      [`activation.expiresAt ${ahead(-1)} > 30d (time)`],
      'renew, record stands',
    ],
    [
      'another registrar is declared',
      { live: absent, lastApplied: { ...applied, 'registration.registrar': 'former' } },
      ['registration.registrar former > cloud (spec)', 'registration.record absent > berlin-1 (spec)'],
      'move, deletes berlin-1 at plant',
    ],
    [
      'no name is declared: the live one stays',
      { spec: { registration: { registrar: 'cloud', site: 'north' } } },
      ['registration.site plant > north (spec)'],
      'move, deletes berlin-1 at plant',
    ],
  ])('%s', (_, world, changes, expected) => {
    const plan = planOne(seen(world))
    expect([briefly(plan), action(plan), codes(plan)]).toEqual([changes, expected, []])
  })
})

describe('what is withheld', () => {
  const taken = (extras: Parameters<typeof record>[0] = {}) =>
    present({ name: 'berlin-2', connected: false, ...extras })
  test.each<[string, World, Overrides, string, string[]]>([
    [
      'a connected record that is not ours',
      { spec: renamed, desired: taken({ connected: true }) },
      { adoptRecord: ['line-1'] },
      'nothing',
      ['RECORD_CONNECTED'],
    ],
    ['a record that is not ours', { spec: renamed, desired: taken() }, {}, 'nothing', ['RECORD_NOT_OURS']],
    [
      'a record that is not ours, adopted',
      { spec: renamed, desired: taken() },
      { adoptRecord: ['line-1'] },
      'rename, deletes berlin-1 at plant, record stands',
      [],
    ],
    [
      'the site that is declared has a connected sensor of the same name',
      { spec: cloud, activation: { site: 'south' }, live: present({ site: 'south' }), desired: present() },
      {},
      'nothing',
      ['RECORD_CONNECTED'],
    ],
    [
      'the site that is declared has a record of the same name, which our intent names in another site',
      {
        spec: cloud,
        activation: { site: 'south' },
        live: present({ site: 'south' }),
        desired: present({ connected: false }),
        observation: {
          unfinished: {
            intent: {
              run: 'r1',
              step: 'activation',
              tool: 't',
              startedAt: ago(9),
              data: { to: { name: 'berlin-1', placement: { mode: 'cloud', site: 'east' } } },
            },
          },
        },
      },
      {},
      'nothing',
      ['RECORD_NOT_OURS'],
    ],
    [
      'no way to the cloud',
      { spec: renamed, desired: absent, activation: { cloud: { reachable: false, detail: 'DNS' } } },
      {},
      'nothing',
      ['CLOUD_UNREACHABLE'],
    ],
    [
      'no way to the cloud, in local mode',
      {
        spec: { ...local, name: 'berlin-2' },
        live: present({ mode: 'local' }),
        desired: absent,
        activation: { ...localState, cloud: { reachable: false, detail: null } },
      },
      {},
      'rename, deletes berlin-1 at plant',
      [],
    ],
    [
      'a clock six minutes behind',
      { spec: renamed, desired: absent, observation: { clockDriftSeconds: -360 } },
      {},
      'nothing',
      ['CLOCK_DRIFT'],
    ],
    [
      'a clock four minutes ahead',
      { spec: renamed, desired: absent, observation: { clockDriftSeconds: 240 } },
      {},
      'rename, deletes berlin-1 at plant',
      ['CLOCK_DRIFTING'],
    ],
    [
      'renewal deletes only where that is allowed by name',
      { spec: local, activation: { ...localState, expiresAt: ahead(2) }, live: present({ mode: 'local' }) },
      { allowDelete: ['line-1'] },
      'renew, deletes berlin-1 at plant',
      [],
    ],
    [
      'renewal of another sensor',
      { spec: local, activation: { ...localState, expiresAt: ahead(2) }, live: present({ mode: 'local' }) },
      { allowDelete: ['line-2'] },
      'renew, record stands',
      [],
    ],
    [
      'the registrar does not answer',
      { spec: renamed, live: hidden, desired: hidden },
      {},
      'nothing',
      ['REGISTRATION_UNKNOWN'],
    ],
    [
      'the clock is off, and NTP is switched off',
      {
        spec: { ...renamed, time: { ntp: { enabled: false } } },
        desired: absent,
        observation: { clockDriftSeconds: 900 },
      },
      {},
      'nothing',
      ['CLOCK_DRIFT'],
    ],
    [
      'nothing to activate with',
      {
        spec: { registration: { registrar: 'cloud' } },
        activation: { name: null, status: 'NotActivated' },
        desired: absent,
      },
      {},
      'nothing',
      ['NAME_MISSING'],
    ],
  ])('%s', (_, world, overrides, expected, problems) => {
    const plan = planOne(seen(world), { overrides })
    expect([action(plan), codes(plan)]).toEqual([expected, problems])
  })
})

describe('the record of the name that the last apply left, which the sensor does not report any more', () => {
  test.each([
    [true, 'RECORD_CONNECTED', 'The cloud shows up to 15 minutes late who is connected'],
    [
      false,
      'RECORD_NOT_OURS',
      'If it was restored, or activated by hand, the record is its own: --adopt-record line-1',
    ],
  ])('connected: %s; it is not said to be another sensor’s', (connected, code, hint) => {
    const plan = planOne(seen({ activation: { name: 'berlin-0' }, live: absent, desired: present({ connected }) }), {})
    expect(plan.problems).toMatchObject([
      { code, summary: expect.stringContaining('The last apply left this sensor under that name') },
    ])
    expect(plan.problems[0]?.hint).toContain(hint)
    expect(plan.problems[0]?.hint).toContain('--adopt-record line-1')
  })
})

/** A sensor that does not tell its name. */
const silent = (desired: RecordLookup): Sight => sight(sensor(cloud), {}, { records: { desired } })

const left = (site: string): RecordLookup => ({
  state: 'present',
  record: { name: 'berlin-9', mode: 'cloud', site, connected: false },
})

describe('what a run of ours left under a name that nobody wants any more', () => {
  const to = { name: 'berlin-9', placement: { mode: 'cloud', site: 'plant' } }
  const intent = { run: 'r1', step: 'activation', tool: 't', startedAt: ago(9), data: { to } }
  test.each<[string, RecordLookup, Observation['unfinished'], string[]]>([
    ['never connected: named', left('plant'), { intent }, ['STRAY_RECORD']],
    ['gone', absent, { intent }, []],
    ['connected: it is somebody’s', present({ name: 'berlin-9' }), { intent }, []],
    ['in another site: it is somebody’s', left('north'), { intent }, []],
    [
      'the run is still at work',
      left('plant'),
      { intent, lease: { holder: 'r1', fence: 1, remainingSeconds: 9 } },
      ['RUN_IN_PROGRESS'],
    ],
  ])('%s', (_, claimed, unfinished, expected) => {
    const one = seen({ observation: { unfinished } })
    const plan = planOne({ ...one, records: { ...one.records, claimed } })
    expect([codes(plan), action(plan)]).toEqual([expected, 'nothing'])
  })
})

const elsewhere = (registrar: string, lookup: RecordLookup) => ({ registrar, lookup })

describe('what other registrars have of a sensor whose registrar nobody remembers', () => {
  const missing = seen({ live: absent, lastApplied: null })
  const one = elsewhere('old', present())
  const allowed = { overrides: { allowDelete: ['line-1'] } }
  const restores = 'restore'
  test.each<[string, Sight['elsewhere'], ContextExtras, string, string[]]>([
    ['nothing', [], allowed, restores, []],
    ['one record: named', [one], {}, restores, ['FORMER_RECORD']],
    ['one record, and leave to delete: it goes', [one], allowed, 'move, deletes berlin-1 at plant', []],
    ['two records', [one, elsewhere('older', present())], allowed, restores, ['FORMER_RECORD']],
    [
      'one record, and one that cannot be asked',
      [one, elsewhere('older', hidden)],
      allowed,
      restores,
      ['FORMER_RECORD'],
    ],
    ['one that cannot be asked', [elsewhere('old', hidden)], allowed, restores, ['FORMER_RECORD']],
  ])('%s', (_, found, extras, expected, problems) => {
    const plan = planOne({ ...missing, ...(found && { elsewhere: found }) }, extras)
    expect([action(plan), codes(plan)]).toEqual([expected, problems])
  })

  test('each is told, with why it could not be asked', () => {
    const plan = planOne({ ...missing, elsewhere: [one, elsewhere('older', hidden)] }, allowed)
    expect(plan.problems.map(({ summary }) => summary)).toEqual([
      'Nothing remembers where the sensor was registered, and nothing is deleted: berlin-1 with registrar old (plant) may be its registration; older could not be asked: no network',
    ])
  })
})

describe('who does it', () => {
  const rename: World = { spec: renamed, live: hidden, desired: hidden }
  test.each<[string, World, ContextExtras, string, string | undefined]>([
    [
      'a registrar that does all',
      { spec: renamed, desired: absent },
      { registrar: azure },
      'rename, deletes berlin-1 at plant',
      undefined,
    ],
    [
      'the file is handed in',
      { ...rename, fileAtHand: true },
      { registrar: directory },
      'rename',
      'Register berlin-2 in the portal.',
    ],
    [
      'the file is missing',
      { ...rename, fileAtHand: false },
      { registrar: directory },
      'manual',
      'Register berlin-2 in the portal.\nIn the console of the sensor: System settings > Sensor management > Subscription & Activation Mode > Upload > Activate',
    ],
    [
      'the driver cannot upload',
      { spec: renamed, desired: absent },
      { registrar: azure, support: { ...rich, activationUpload: 'manual' } },
      'manual',
      'Register berlin-2 in the portal.\nIn the console of the sensor: System settings > Sensor management > Subscription & Activation Mode > Upload > Activate',
    ],
  ])('%s', (_, world, extras, expected, instructions) => {
    const plan = planOne(seen(world), extras)
    expect([action(plan), plan.steps[0]?.instructions, plan.status]).toEqual([
      expected,
      instructions,
      expected === 'manual' ? 'waiting' : 'pending',
    ])
  })

  test('without a registrar name and mode are read, and a person changes them', () => {
    const plan = planOne(seen({ spec: { name: 'berlin-2' }, lastApplied: { name: 'berlin-1' } }))
    expect([briefly(plan), action(plan), plan.status]).toEqual([
      ['name berlin-1 > berlin-2 (spec)'],
      'manual',
      'waiting',
    ])
    expect(plan.steps[0]).toMatchObject({ id: 'activation', action: { values: { name: 'berlin-2' } } })
  })

  test('zone and updates of a registrar that cannot write are a person’s', () => {
    const plan = planOne(seen({ live: present({ zone: 'yard' }) }), { registrar: { ...azure, register: false } })
    expect(plan.steps.map(({ id, action, instructions }) => [id, action, instructions])).toEqual([
      ['registration', { type: 'manual', values: { 'registration.zone': 'hall' } }, 'Register berlin-1 in the portal.'],
    ])
  })

  test('a sensor that does not tell its name is activated once, by hand; a connected record proves it', () => {
    const open = planOne(silent(hidden), { support: poor })
    expect([stepIds(open), open.unverifiable]).toEqual([
      ['activation'],
      ['name', 'activation.mode', 'registration.record', 'activation.status'],
    ])
    const proved = planOne(silent(present()), { support: poor })
    expect([stepIds(proved), proved.unverifiable]).toEqual([[], ['name', 'activation.mode', 'activation.status']])
  })
})

test('a rename, whole', () => {
  const plan = planOne(seen({ spec: renamed, desired: absent }))
  expect(plan.steps).toEqual([
    {
      id: 'activation',
      title: 'rename berlin-1 to berlin-2: register anew and re-activate',
      action: {
        type: 'reactivate',
        reason: 'rename',
        registrar: 'cloud',
        from: { registrar: 'cloud', name: 'berlin-1', mode: 'cloud' },
        to: { name: 'berlin-2', placement: { mode: 'cloud', site: 'plant', zone: 'hall' } },
        deletes: { registrar: 'cloud', name: 'berlin-1', mode: 'cloud', site: 'plant' },
        recordStands: false,
      },
      changes: ['name'],
      risk: 'high',
      disrupts: 'the connection to the cloud, until the sensor is activated again',
      undo: 'no',
      pointOfNoReturn: 'the record berlin-1 is deleted: from then on the sensor has to be activated as berlin-2',
      needs: [],
      expectedSeconds: 900,
    },
  ])
})
