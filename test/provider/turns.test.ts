import { expect, test } from 'vitest'
import { inTurn } from '../../provider/sensorform/appliance/turns.ts'

/** Notes when each work begins, and ends it when asked to. */
function bench() {
  const begun: string[] = []
  const start = (client: object, name: string, label: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const work = async () => {
      begun.push(label)
      return promise
    }
    return { done: inTurn(client, name, work), end: () => resolve(label), fail: () => reject(new Error(label)) }
  }
  return { begun, start }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

test('work on one appliance begins when what came before it has ended, or failed', async () => {
  const { begun, start } = bench()
  const client = {}
  const [first, second, third] = ['a', 'b', 'c'].map((label) => start(client, 'https://10.20.0.5', label))
  await settled()
  expect(begun).toEqual(['a'])
  first?.fail()
  await expect(first?.done).rejects.toThrow('a')
  await settled()
  expect(begun).toEqual(['a', 'b'])
  second?.end()
  third?.end()
  expect(await Promise.all([second?.done, third?.done])).toEqual(['b', 'c'])
})

test('work on other appliances, and of other clients, waits for nobody', async () => {
  const { begun, start } = bench()
  const client = {}
  const works = [start(client, 'one', 'a'), start(client, 'two', 'b'), start({}, 'one', 'c')]
  await settled()
  expect(begun).toEqual(['a', 'b', 'c'])
  works.forEach(({ end }) => end())
  await Promise.all(works.map(({ done }) => done))
})
