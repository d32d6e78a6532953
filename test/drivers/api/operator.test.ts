/** Address: 127.20.145.1. */
import { afterEach, expect, test } from 'vitest'
import type { Operator } from '../../../reconcile/driver.ts'
import { refusal, startScriptedSensor, type ScriptedSensor } from './scripted-sensor.ts'
import { driver, failureOf, target } from './support.ts'

const closing: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of closing.splice(0).toReversed()) await one.close()
})

async function open(): Promise<{ sensor: ScriptedSensor; operator: Operator }> {
  const sensor = await startScriptedSensor({ host: '127.20.145.1' })
  const operator = driver().api.operator!(target(sensor.origin))
  closing.push(sensor, operator)
  return { sensor, operator }
}

test('a test message is sent once and tells what became of each action', async () => {
  const { sensor, operator } = await open()
  const actions = [{ action: 'siem', ok: false, message: 'Nothing listens there.' }]
  sensor.script('testRule', { status: 200, json: { actions } })
  expect(await operator.testRule!('to SIEM/1')).toEqual(actions)
  expect(sensor.recorded.at(-1)?.path).toBe('/api/settings/v1/forwarding/rules/to%20SIEM%2F1/test')
  sensor.script('testRule', { status: 0, cut: true })
  expect((await failureOf(operator.testRule!('ops'))).code).toBe('CONNECTION_LOST')
  sensor.script('testRule', { status: 404, json: refusal('NOT_FOUND', 'There is no such rule.') })
  expect(await failureOf(operator.testRule!('ops'))).toMatchObject({
    code: 'REFUSED',
    message: `${sensor.origin} refused to send a test message: There is no such rule.`,
  })
  expect(sensor.calls).toEqual(['signIn', 'testRule', 'testRule', 'testRule'])
  expect(sensor.violations()).toEqual([])
})

test('backups are listed newest first, as the appliance lists them', async () => {
  const { sensor, operator } = await open()
  const backups = [
    { name: 'b.tar', createdAt: '2030-01-02T00:00:00Z', sizeBytes: 2 },
    { name: 'a.tar', createdAt: '2030-01-01T00:00:00Z', sizeBytes: 1 },
  ]
  sensor.script('listBackups', { status: 200, json: { backups, limitBytes: 20 } })
  expect(await operator.listBackups!()).toEqual({ backups, limitBytes: 20 })
  await operator.close()
  expect(sensor.calls).toEqual(['signIn', 'listBackups', 'signOut'])
  expect(sensor.violations()).toEqual([])
})
