/**
 * New hardware under an old key: what it takes over from the hardware before, and what it must never be taken for.
 *
 * @module
 */
import { liesAt, reportedOf } from '../compare/records.ts'
import type { Observation } from '../driver.ts'
import type { Memory, Remembered } from '../memory.ts'
import type { RegistrationRecord } from '../registrar.ts'
import { boundRecord, type BoundRecord } from '../retire/bound-record.ts'

/** The hardware that was replaced. */
export interface Former {
  /** Serial number: an appliance that has it is refused from now on. */
  identity?: string
  /** Public key pins that it was known by. */
  pins?: readonly string[]
  /** Its registration: deleted, unless it is connected, before the new hardware is registered. */
  record?: BoundRecord
  softwareVersion?: string
  /** Its newest backup. */
  backup?: { name: string; createdAt: string }
}

export interface Replacement {
  /** ISO 8601. */
  at: string
  /** The one fingerprint that a person accepted for the new hardware. */
  pin: string
  former: Former
}

/** What a person accepted when looking at the new hardware. */
export interface Accepted {
  at: string
  pin: string
  /** SHA-256 (hex) of its certificate. */
  certificate: string
}

/**
 * What is remembered from now on: nothing of the old hardware but what `Former` holds. When it is done a second time
 * before the new hardware was registered, the first hardware is still the one that is replaced.
 */
export function replaced(remembered: Remembered | undefined, { at, pin, certificate }: Accepted): Remembered {
  const former = remembered?.identity === undefined ? remembered?.replacement?.former : undefined
  return {
    pins: [pin],
    certificates: [certificate],
    replacement: { at, pin, former: former ?? formerOf(remembered) },
  }
}

function formerOf(remembered: Remembered | undefined): Former {
  const { identity, pins, lastRead, replacement } = remembered ?? {}
  const record = (remembered && boundRecord(remembered)) ?? replacement?.former.record
  const { softwareVersion, backups } = lastRead ?? {}
  return {
    ...(identity !== undefined && { identity }),
    ...(pins && { pins }),
    ...(record && { record }),
    ...(softwareVersion !== undefined && { softwareVersion }),
    ...(backups?.latest && { backup: backups.latest }),
  }
}

/** Writes it in one piece: what is not named is forgotten. */
export async function rememberReplacement(memory: Memory, key: string, next: Remembered): Promise<void> {
  const known = (await memory.recall(key)) ?? {}
  const forgotten = Object.fromEntries(Object.keys(known).map((member) => [member, undefined]))
  await memory.remember(key, { ...forgotten, ...next })
}

/**
 * The registration of the old hardware, as long as the new one has none. One that never connected is no trace of the
 * old hardware: it is the new one, left by a run that died after registering.
 */
export function inheritedRecord(
  remembered: Remembered | undefined,
  observation: Pick<Observation, 'activation' | 'live'>,
): BoundRecord | undefined {
  return reportedOf({ observation }).name === null ? remembered?.replacement?.former.record : undefined
}

export const isInherited = (inherited: BoundRecord | undefined, record: RegistrationRecord): boolean =>
  inherited?.name === record.name && liesAt(record, inherited)

/** Once the new hardware is registered, only whom to refuse is still of use. */
export function settled({ replacement }: Remembered, observation: Pick<Observation, 'activation' | 'live'>) {
  if (!replacement || reportedOf({ observation }).name === null) return {}
  const { identity, pins } = replacement.former
  return {
    replacement: { ...replacement, former: { ...(identity !== undefined && { identity }), ...(pins && { pins }) } },
  }
}
