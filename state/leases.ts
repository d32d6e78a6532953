/**
 * Leases of appliances whose driver offers none. A lease counts monotonic time while the machine that took it is up;
 * seen from another boot or machine it is taken to last until its wall deadline, but never longer than it could, so
 * that a clock that was set back does not hold it for ever.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { uptime } from 'node:os'
import type { DatabaseSync } from 'node:sqlite'
import { DeviceError } from '../reconcile/device-error.ts'
import type { Intent, LeaseGrant, LeaseRequest } from '../reconcile/lease.ts'

export interface LeaseClock {
  /** Wall clock, ms. */
  now(): number
  /** Monotonic, ms, the same for every process of one boot. */
  monotonic(): number
  /** Identifies the boot. */
  boot: string
}

interface Row {
  holder: string | null
  fence: number
  ttl_ms: number
  boot: string
  monotonic_deadline: number
  wall_deadline: number
  intent: string | null
}

/** Acquires or renews inside a transaction. Throws `LEASE_HELD` or `LEASE_LOST`. */
export function takeLease(
  database: DatabaseSync,
  identity: string,
  request: LeaseRequest,
  clock: LeaseClock,
): LeaseGrant {
  const row = readLease(database, identity)
  const remainingMs = row === undefined ? 0 : remainingOf(row, clock)
  if (request.fence !== undefined) checkFence(row, request.fence, identity)
  else if (row !== undefined && remainingMs > 0 && row.holder !== request.holder) {
    settle(database, identity, row, remainingMs, clock)
    throw held(row, remainingMs)
  }
  const fence = request.fence ?? (row?.fence ?? 0) + 1
  const intent = request.intent === undefined ? (row?.intent ?? null) : jsonOf(request.intent)
  const ttlMs = request.ttlSeconds * 1000
  writeLease(database, identity, { holder: request.holder, fence, ttl_ms: ttlMs, intent, ...deadlines(ttlMs, clock) })
  return { fence, remainingSeconds: request.ttlSeconds }
}

/** Gives a lease back; the fence stays, so that no later one repeats it. */
export function releaseLease(database: DatabaseSync, identity: string, fence: number, clearIntent: boolean): void {
  database
    .prepare(
      `UPDATE leases SET holder = NULL, monotonic_deadline = 0, wall_deadline = 0,
         intent = CASE WHEN ? THEN NULL ELSE intent END
       WHERE identity = ? AND fence = ?`,
    )
    .run(clearIntent ? 1 : 0, identity, fence)
}

export function readIntent(database: DatabaseSync, identity: string): Intent | undefined {
  const text = readLease(database, identity)?.intent
  return text === undefined || text === null ? undefined : (JSON.parse(text) as Intent)
}

const jsonOf = (intent: Intent | null): string | null => (intent === null ? null : JSON.stringify(intent))

const readLease = (database: DatabaseSync, identity: string): Row | undefined =>
  database.prepare('SELECT * FROM leases WHERE identity = ?').get(identity) as Row | undefined

function checkFence(row: Row | undefined, fence: number, identity: string): void {
  if (row?.fence === fence && row.holder !== null) return
  throw new DeviceError('LEASE_LOST', `The lease of ${identity} was taken by another run.`)
}

const held = ({ holder }: Row, remainingMs: number): DeviceError => {
  const remainingSeconds = Math.ceil(remainingMs / 1000)
  return new DeviceError('LEASE_HELD', `Another run (${holder ?? 'unknown'}) holds the lease.`, {
    advice: `It ends in ${remainingSeconds} s unless that run renews it.`,
    facts: { remainingSeconds, holder },
  })
}

const remainingOf = (row: Row, clock: LeaseClock): number =>
  row.boot === clock.boot
    ? row.monotonic_deadline - clock.monotonic()
    : Math.min(row.ttl_ms, row.wall_deadline - clock.now())

/** From now on this boot's own monotonic clock counts what is left. */
function settle(database: DatabaseSync, identity: string, row: Row, remainingMs: number, clock: LeaseClock): void {
  if (row.boot !== clock.boot) writeLease(database, identity, { ...row, ...deadlines(remainingMs, clock) })
}

const deadlines = (ms: number, clock: LeaseClock) => ({
  boot: clock.boot,
  monotonic_deadline: Math.ceil(clock.monotonic() + ms),
  wall_deadline: Math.ceil(clock.now() + ms),
})

function writeLease(database: DatabaseSync, identity: string, row: Row): void {
  database
    .prepare('INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
    .run(identity, row.holder, row.fence, row.ttl_ms, row.boot, row.monotonic_deadline, row.wall_deadline, row.intent)
}

/** Clock of this machine. Monotonic time counts from boot, so that processes agree on it. */
export const systemLeaseClock = (): LeaseClock => ({
  now: () => Date.now(),
  monotonic: () => Number(process.hrtime.bigint() / 1_000_000n),
  boot: bootId(),
})

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return `booted at ${Math.round((Date.now() / 1000 - uptime()) / 60)}`
  }
}
