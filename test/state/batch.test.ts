/** How many commits it takes to write what many sensors are remembered by. */
import { setImmediate, setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startBatch } from '../../state/batch.ts'

/** A commit takes as long as the disk says, on a clock that stands still otherwise. */
function countingBatch(disk: { takesMs: number } = { takesMs: 0 }) {
  const commits: string[][] = []
  let nowMs = 0
  const batch = startBatch(
    (writes) => {
      commits.push([])
      nowMs += disk.takesMs
      for (const write of writes) write()
    },
    () => nowMs,
  )
  const add = (name: string, withinMs?: number) => batch.add(() => commits.at(-1)?.push(name), withinMs)
  return { commits, add, flush: () => batch.flush(), advance: (ms: number) => void (nowMs += ms) }
}

test('writes that may wait share one commit, however many turns of the loop they come in', async () => {
  const { commits, add } = countingBatch()
  const writes: Promise<void>[] = []
  for (let index = 0; index < 50; index += 1) {
    writes.push(add(`sensor-${index}`, 50))
    await setImmediate()
  }
  await Promise.all(writes)
  expect(commits.map((names) => names.length)).toEqual([50])
})

test('a write that must be on disk takes those with it that wait, in their order', async () => {
  const { commits, add } = countingBatch()
  const waits = add('read', 60_000)
  await add('journal')
  await waits
  expect(commits).toEqual([['read', 'journal']])
  await add('next')
  expect(commits).toEqual([['read', 'journal'], ['next']])
})

test.each([
  { takesMs: 0, restMs: 5 },
  { takesMs: 3, restMs: 12 },
  { takesMs: 500, restMs: 50 },
])('after a commit of $takesMs ms others may join the next for $restMs ms', async ({ takesMs, restMs }) => {
  const { commits, add, advance } = countingBatch({ takesMs })
  await add('alone')
  const early = add('early')
  await setImmediate()
  expect(commits).toEqual([['alone']])
  advance(restMs)
  await Promise.all([early, add('late')])
  expect(commits).toEqual([['alone'], ['early', 'late']])
})

test('who comes after the rest is written at once', async () => {
  const { commits, add, advance } = countingBatch({ takesMs: 3 })
  await add('first')
  advance(12)
  const second = add('second')
  await setImmediate()
  expect(commits).toEqual([['first'], ['second']])
  await second
})

test('what waits is written when somebody asks for it, and then no more', async () => {
  const { commits, add, flush } = countingBatch()
  const waits = add('read', 10)
  flush()
  await waits
  await setTimeout(30)
  expect(commits).toEqual([['read']])
})

test('a commit that fails fails every write in it, and none after it', async () => {
  let isFull = true
  const batch = startBatch((writes) => {
    if (isFull) throw new Error('the disk is full')
    for (const write of writes) write()
  })
  const results = await Promise.allSettled([batch.add(() => {}, 5), batch.add(() => {}, 5)])
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  isFull = false
  await expect(batch.add(() => {})).resolves.toBeUndefined()
})
