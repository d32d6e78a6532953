/** System properties that are written, and get back what they had. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { changeInConsole } from '../../drivers/memory/appliance.ts'
import type { MemoryAppliance } from '../../drivers/memory/world.ts'
import { formatPath } from '../../schemas/fields.ts'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import { converge, createBench, desiredSensor, digestPlan, fleetOf, installActivated } from '../support/memory-fleet.ts'

type Files = NonNullable<NonNullable<DesiredSettings['systemProperties']>['files']>

const path = (file: string, key: string): string => formatPath(['systemProperties', 'files', file, key])
const retries = path('authentication.properties', 'crl_retries')

async function start() {
  const bench = createBench()
  const appliance = await installActivated(bench, { name: 'line-1' })
  const set = (at: string, value: string) => changeInConsole(bench.memoryWorld, appliance, at, value)
  const apply = async (files: Files, withdrawnKeys?: 'keep' | 'restore') => {
    const systemProperties = { acknowledgeUnsupported: true as const, files, ...(withdrawnKeys && { withdrawnKeys }) }
    const { plan, outcome } = await converge(fleetOf([desiredSensor({ systemProperties })]), bench.world)
    return { plan, status: outcome.sensors[0]?.status, changes: plan.sensors[0]?.changes ?? [] }
  }
  const preImages = () => bench.store.entries.get('line-1')?.preImages?.values
  return { bench, appliance, set, apply, preImages }
}

const propertiesOf = ({ settings }: MemoryAppliance): Record<string, unknown> =>
  Object.fromEntries([...settings].filter(([at]) => at.startsWith('systemProperties.')))

const withRetries = (value: string): Files => ({ 'authentication.properties': { crl_retries: value } })

test('the value before the first write comes back, and is forgotten then', async () => {
  const { appliance, set, apply, preImages } = await start()
  set(retries, '3')
  await apply(withRetries('5'))
  await apply(withRetries('7'))
  expect(preImages()).toEqual({ [retries]: { before: '3', written: '7' } })
  const { changes, status } = await apply({}, 'restore')
  expect(changes).toMatchObject([{ path: retries, before: '7', after: '3', cause: 'spec' }])
  expect([status, propertiesOf(appliance), preImages()]).toEqual(['done', { [retries]: '3' }, undefined])
  set(retries, '4')
  expect((await apply({}, 'restore')).changes).toEqual([])
})

test('a key that was not there goes away again, and others of its file stay', async () => {
  const { appliance, set, apply } = await start()
  const other = path('authentication.properties', 'session_expiration_default_seconds')
  set(other, '900')
  await apply(withRetries('5'))
  expect((await apply({}, 'restore')).changes).toMatchObject([{ path: retries, before: '5', after: undefined }])
  expect(propertiesOf(appliance)).toEqual({ [other]: '900' })
})

test('without restore a withdrawn key stays, and what it was is remembered until it is asked for', async () => {
  const { appliance, set, apply } = await start()
  set(retries, '3')
  await apply(withRetries('5'))
  expect((await apply({})).changes).toEqual([])
  expect((await apply({}, 'keep')).changes).toEqual([])
  await apply({}, 'restore')
  expect(propertiesOf(appliance)).toEqual({ [retries]: '3' })
})

test('what somebody changed since the last write is left alone, and what it was is told', async () => {
  const { appliance, set, apply } = await start()
  set(retries, '3')
  await apply(withRetries('5'))
  set(retries, '9')
  const { plan } = await apply({}, 'restore')
  expect(digestPlan(plan)).toMatchObject([{ changes: [], steps: [], problems: ['SYSTEM_PROPERTY_MOVED'] }])
  expect(plan.sensors[0]?.problems[0]?.summary).toContain('before the first write it was 3')
  expect(propertiesOf(appliance)).toEqual({ [retries]: '9' })
})

test('what is remembered of one appliance is not written to another under its key', async () => {
  const { bench, set, apply } = await start()
  set(retries, '3')
  await apply(withRetries('5'))
  const remembered = bench.store.entries.get('line-1')
  const { identity, ...rest } = remembered?.preImages ?? { identity: '', values: {} }
  expect(identity).toBe('SN-1')
  await bench.store.remember('line-1', { preImages: { ...rest, identity: 'SN-2' } })
  expect((await apply({}, 'restore')).changes).toEqual([])
})

test('the value is remembered before it is overwritten', async () => {
  const { bench, set, apply, preImages } = await start()
  set(retries, '3')
  const remember = bench.store.remember.bind(bench.store)
  const writesBefore: number[] = []
  const writes = () => bench.memoryWorld.calls.filter((call) => call.includes(' set ')).length
  bench.store.remember = async (key, patch) => {
    if (patch.preImages) writesBefore.push(writes())
    return remember(key, patch)
  }
  await apply(withRetries('5'))
  // Once before the write, and once when what was applied is remembered.
  expect([writesBefore, writes()]).toEqual([[0, 1], 1])
  expect(preImages()).toEqual({ [retries]: { before: '3', written: '5' } })
})

const key = fc.constantFrom('crl_retries', 'horizon.processor.filter', 'a')
const file = fc.constantFrom('authentication.properties', 'horizon_parser/horizon.properties', 'Azure Remote Config')
const lines = fc.dictionary(file, fc.dictionary(key, fc.constantFrom('', '1', 'tcp port 502')))

test('whatever was declared in whatever order, withdrawing all of it brings back what there was', async () => {
  await fc.assert(
    fc.asyncProperty(lines, fc.array(lines, { maxLength: 4 }), async (had, specs) => {
      const { appliance, set, apply } = await start()
      for (const [name, keys] of Object.entries(had)) {
        for (const [one, value] of Object.entries(keys)) set(path(name, one), value)
      }
      const before = propertiesOf(appliance)
      for (const files of specs) await apply(files)
      await apply({}, 'restore')
      expect(propertiesOf(appliance)).toEqual(before)
      expect((await apply({}, 'restore')).changes).toEqual([])
    }),
    { numRuns: 60 },
  )
})
