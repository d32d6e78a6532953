// A document that is renamed takes over everything that is remembered, whenever a run dies meanwhile.
import { expect, test } from 'vitest'
import type { Remembered } from '../../reconcile/memory.ts'
import { recallAppliance } from '../../reconcile/observe/recall.ts'
import { createBench, type Bench } from '../support/memory-fleet.ts'
import { Killed, mortalWorld } from '../support/mortal-world.ts'

const everything: Remembered = {
  identity: 'SN-1',
  endpoint: 'https://10.1.0.5',
  pins: ['sha256/A'],
  certificates: ['a'],
  serverName: 'press.example',
  lastApplied: { name: 'press', 'registration.registrar': 'cloud' },
  appliedAt: '2026-01-01T00:00:00Z',
  preImages: { identity: 'SN-1', values: {} },
  confirmed: { activation: 'digest' },
  replacement: { at: '2026-01-01T00:00:00Z', pin: 'sha256/A', former: { identity: 'SN-0' } },
}

async function benchWith(entries: Record<string, Remembered>): Promise<Bench> {
  const bench = createBench()
  for (const [key, remembered] of Object.entries(entries)) await bench.store.remember(key, remembered)
  return bench
}

const all = ({ store }: Bench) => Object.fromEntries(store.entries)
const renamed = { key: 'new', formerKey: 'old' }

test.each<[string, Record<string, Remembered>, Record<string, Remembered>]>([
  ['moves, and nothing is left', { old: everything }, { new: everything }],
  ['is not there: nothing happens', { other: everything }, { other: everything }],
  [
    'joins what was read under the new key before the old one was named: the newer stands',
    { old: everything, new: { identity: 'SN-1', endpoint: 'https://10.1.0.6' } },
    { new: { ...everything, endpoint: 'https://10.1.0.6' } },
  ],
  [
    'stays where the new key is another sensor’s',
    { old: everything, new: { identity: 'SN-2' } },
    { old: everything, new: { identity: 'SN-2' } },
  ],
])('what is remembered under a former key %s', async (_, before, after) => {
  const bench = await benchWith(before)
  await recallAppliance(bench.store, renamed)
  expect(all(bench)).toEqual(after)
})

test('a chain of renames carries it on, one run each', async () => {
  const bench = await benchWith({ a: everything })
  await recallAppliance(bench.store, { key: 'b', formerKey: 'a' })
  await recallAppliance(bench.store, { key: 'c', formerKey: 'b' })
  expect(all(bench)).toEqual({ c: everything })
})

test('two documents that swap their keys over a third one swap what is remembered', async () => {
  const [one, two] = [everything, { ...everything, identity: 'SN-2' }]
  const bench = await benchWith({ a: one, b: two })
  await recallAppliance(bench.store, { key: 'between', formerKey: 'a' })
  await recallAppliance(bench.store, { key: 'a', formerKey: 'b' })
  await recallAppliance(bench.store, { key: 'b', formerKey: 'between' })
  expect(all(bench)).toEqual({ a: two, b: one })
})

test('a run that is killed while it moves loses nothing', async () => {
  for (let killAt = 1; ; killAt += 1) {
    const bench = await benchWith({ old: everything })
    const { world, life } = mortalWorld(bench.world, killAt)
    await recallAppliance(world.memory, renamed).catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error
    })
    expect(await recallAppliance(bench.store, renamed)).toEqual(everything)
    expect([killAt, all(bench)]).toEqual([killAt, { new: everything }])
    if (!life.isOver) break
  }
})
