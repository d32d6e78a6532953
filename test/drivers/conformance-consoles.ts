/** Connections of sensors to management consoles, as every driver that speaks to consoles must carry them. */
import { expect, test } from 'vitest'
import { planRetirement } from '../../reconcile/retire/plan-retirement.ts'
import { retire } from '../../reconcile/retire/retire.ts'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import { stateOf, type Session } from './conformance-session.ts'

type Console = 'hq' | 'spare' | 'old'

const connectedTo = (console: Console, zone = 'Packaging'): DesiredSettings => ({
  managementConsole: { console, zone },
})
const off: DesiredSettings = { managementConsole: { enabled: false } }

/** By reference, and so with a zone; a driver that speaks to no consoles says that it cannot look at them. */
async function isNotObserved(session: Session): Promise<boolean> {
  if (session.under.support.managementConsoles) return false
  const plan = await session.plan(connectedTo('hq'))
  expect(plan.problems.map(({ code }) => code)).toEqual(['CONSOLE_NOT_OBSERVED'])
  expect(plan.steps).toEqual([])
  expect(plan.unverifiable).toEqual(
    expect.arrayContaining(['managementConsole.console', 'managementConsole.zone']) as string[],
  )
  return true
}

export function describeConsoles(start: () => Promise<Session>): void {
  test('a sensor is connected to a declared console and assigned to its zone; both ends say so', async () => {
    const session = await start()
    if (await isNotObserved(session)) return
    expect(stateOf(await session.settle(connectedTo('hq')))).toEqual({
      changes: expect.arrayContaining(['managementConsole.console', 'managementConsole.zone']) as string[],
      steps: ['managementConsole', 'managementConsole.zone'],
    })
    expect(await session.entryAt('hq')).toMatchObject({ connection: 'SYNCED', zoneId: 2 })
    expect(stateOf(await session.settle(connectedTo('hq', 'Plant/Assembly')))).toEqual({
      changes: ['managementConsole.zone'],
      steps: ['managementConsole.zone'],
    })
    expect(await session.entryAt('hq')).toMatchObject({ connection: 'SYNCED', zoneId: 1 })
  })

  test('a sensor moves to another console, and is disconnected', async () => {
    const session = await start()
    if (await isNotObserved(session)) return
    await session.settle(connectedTo('hq'))
    await session.settle(connectedTo('spare', 'Assembly'))
    expect(await session.entryAt('hq')).toMatchObject({ connection: 'DISCONNECTED' })
    expect(await session.entryAt('spare')).toMatchObject({ connection: 'SYNCED', zoneId: 1 })
    await session.settle(off)
    expect(await session.entryAt('spare')).toMatchObject({ connection: 'DISCONNECTED' })
    await session.settle(connectedTo('hq'))
    expect(await session.entryAt('hq')).toMatchObject({ connection: 'SYNCED', zoneId: 2 })
  })

  test('a sensor is connected by a connection string, by another, and by reference after it', async () => {
    const session = await start()
    const { under } = session
    under.setSecret('STRING', under.consoles.hq.connectionString)
    const byString: DesiredSettings = { managementConsole: { connectionString: { fromEnv: 'STRING' } } }
    if (!under.support.managementConsoles) {
      const { plan, outcome } = await session.apply(byString)
      expect(plan.steps.map(({ action }) => action.type)).toEqual(['manual'])
      expect(outcome?.status).toBe('waiting')
      return
    }
    await session.settle(byString)
    expect(await session.entryAt('hq')).toMatchObject({ connection: 'SYNCED' })
    under.setSecret('STRING', under.consoles.spare.connectionString)
    await session.settle(byString)
    expect(await session.entryAt('hq')).toMatchObject({ connection: 'DISCONNECTED' })
    expect(await session.entryAt('spare')).toMatchObject({ connection: 'SYNCED' })
    expect(stateOf(await session.settle(connectedTo('spare'))).steps).toEqual(['managementConsole.zone'])
    expect(await session.entryAt('spare')).toMatchObject({ connection: 'SYNCED', zoneId: 2 })
  })

  test('a person who disconnects a sensor is drift, and it is connected again', async () => {
    const session = await start()
    if (await isNotObserved(session)) return
    await session.settle(connectedTo('hq'))
    await session.appliance.changeInConsole('managementConsole.enabled', false)
    const drifted = await session.plan(connectedTo('hq'))
    expect(drifted.status).toBe('drifted')
    expect(stateOf(drifted)).toEqual({
      changes: ['managementConsole.enabled', 'managementConsole.console'],
      steps: ['managementConsole'],
    })
    await session.settle(connectedTo('hq'))
    expect(await session.entryAt('hq')).toMatchObject({ connection: 'SYNCED', zoneId: 2 })
  })

  test('a console that is older than the sensor is refused with both versions, and nothing is sent', async () => {
    const session = await start()
    if (await isNotObserved(session)) return
    const settings: DesiredSettings = { time: { timezone: 'Europe/Berlin' }, ...connectedTo('old') }
    const { whole, plan, outcome } = await session.apply(settings)
    expect(whole).toMatchObject({ refused: true, problems: [{ code: 'CONSOLE_OLDER_THAN_SENSOR' }] })
    expect(whole.problems[0]?.summary).toMatch(/console old has version 22\.\S+, which is older than 22\.\S+ of/)
    expect(plan.steps.map(({ id }) => id)).toEqual(['time'])
    expect(outcome?.status).toBe('notAttempted')
    expect(await session.entryAt('old')).toBeUndefined()
  })

  test('the entry of a sensor leaves its console once it is disconnected there, and not before', async () => {
    const session = await start()
    if (await isNotObserved(session)) return
    const { world, sensor } = session.under
    await session.settle(connectedTo('hq'))
    const { key } = sensor.document
    const fleet = session.fleet(connectedTo('hq'))
    const remembered = (await world.memory.recall(key)) ?? {}
    const end = async () => {
      const retiring = { key, remembered, unregister: false, leaveConsole: true }
      return retire(await planRetirement(fleet, world, retiring), fleet, world, 'conformance-end')
    }
    expect(await end()).toMatchObject({ consoleEntry: 'connected', problems: [{ code: 'CONSOLE_CONNECTED' }] })
    expect(await session.entryAt('hq')).toMatchObject({ connection: 'SYNCED' })
    await sensor.changeInConsole('managementConsole.enabled', false)
    expect(await end()).toMatchObject({ state: 'retired', consoleEntry: 'removed', problems: [] })
    expect(await session.entryAt('hq')).toBeUndefined()
    expect(await end()).toMatchObject({ state: 'retired', consoleEntry: 'absent', problems: [] })
  })
}
