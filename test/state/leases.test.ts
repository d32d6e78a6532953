/** Leases in state, on a clock that the test moves: reboots, clocks that were set, holders that died. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openMemory, type StateMemory } from '../../state/memory.ts'
import type { Intent } from '../../reconcile/lease.ts'

let folder: string
let memory: StateMemory
let clock: { wall: number; up: number; boot: string }

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sensorform-lease-'))
  clock = { wall: 1_000_000, up: 5_000, boot: 'boot-1' }
  const lease = {
    now: () => clock.wall,
    monotonic: () => clock.up,
    get boot() {
      return clock.boot
    },
  }
  memory = openMemory({ folder, clock: lease })
})

afterEach(() => {
  memory.close()
  rmSync(folder, { recursive: true })
})

const acquire = (holder: string, fence?: number) =>
  memory
    .lease('SN-1', { holder, ttlSeconds: 60, ...(fence !== undefined && { fence }) })
    .then((grant) => grant.fence)
    .catch((error: { code: string; facts: { remainingSeconds?: number } }) => [
      error.code,
      error.facts.remainingSeconds,
    ])

function pass(seconds: number): void {
  clock.wall += seconds * 1000
  clock.up += seconds * 1000
}

describe('on one boot, monotonic time counts', () => {
  test('a held lease is refused with what is left of it', async () => {
    expect(await acquire('a')).toBe(1)
    pass(20)
    expect(await acquire('b')).toEqual(['LEASE_HELD', 40])
  })

  test('a holder that died is followed when its time is over', async () => {
    await acquire('a')
    pass(60)
    expect(await acquire('b')).toBe(2)
    expect(await acquire('a', 1)).toEqual(['LEASE_LOST', undefined])
  })

  test('renewing keeps the fence and lasts anew', async () => {
    await acquire('a')
    pass(50)
    expect(await acquire('a', 1)).toBe(1)
    pass(50)
    expect(await acquire('b')).toEqual(['LEASE_HELD', 10])
  })

  test('a wall clock that is set does not end or prolong it', async () => {
    await acquire('a')
    clock.wall += 86_400_000
    expect(await acquire('b')).toEqual(['LEASE_HELD', 60])
    clock.wall -= 2 * 86_400_000
    clock.up += 61_000
    expect(await acquire('b')).toBe(2)
  })

  test('a lease that was given back is free, and cannot be renewed', async () => {
    await acquire('a')
    await memory.release('SN-1', 1, { clearIntent: false })
    expect(await acquire('a', 1)).toEqual(['LEASE_LOST', undefined])
    expect(await acquire('b')).toBe(2)
  })
})

function reboot(): void {
  clock.boot = 'boot-2'
  clock.up = 10
}

describe('after a reboot, the wall clock counts, within what is possible', () => {
  test('what is left is waited for', async () => {
    await acquire('a')
    pass(20)
    reboot()
    expect(await acquire('b')).toEqual(['LEASE_HELD', 40])
    pass(40)
    expect(await acquire('b')).toBe(2)
  })

  test('a clock that was set back holds nobody for longer than a lease lasts', async () => {
    await acquire('a')
    reboot()
    clock.wall -= 365 * 86_400_000
    expect(await acquire('b')).toEqual(['LEASE_HELD', 60])
    pass(60)
    expect(await acquire('b')).toBe(2)
  })
})

test('the intent stays through release and loss until it is replaced or cleared', async () => {
  const intent: Intent = { run: 'r1', step: 'activation', tool: '1', startedAt: 'now', data: { name: 'a' } }
  await memory.lease('SN-1', { holder: 'a', ttlSeconds: 60, intent })
  await memory.release('SN-1', 1, { clearIntent: false })
  expect(await memory.intent('SN-1')).toEqual(intent)
  const { fence } = await memory.lease('SN-1', { holder: 'b', ttlSeconds: 60 })
  expect(await memory.intent('SN-1')).toEqual(intent)
  await memory.release('SN-1', fence, { clearIntent: true })
  expect(await memory.intent('SN-1')).toBe(undefined)
})
