/**
 * Who adopted an appliance: a mark on the appliance itself, so that whoever gives it up can see whether somebody else has
 * taken it over meanwhile.
 *
 * @module
 */
import type { DesiredAppliance, Fleet } from '../schemas/fleet.ts'
import type { Problem } from '../schemas/problem.ts'
import { ApplianceSession } from './apply/session.ts'
import type { World } from './engine.ts'
import { observeRecords } from './observe/observe-records.ts'
import { targetOf } from './observe/target.ts'
import type { RegistrationRecord } from './registrar.ts'

interface Owning {
  run: string
  owner: string
}

async function openSession(fleet: Fleet, desired: DesiredAppliance, world: World, run: string) {
  const remembered = await world.memory.recall(desired.key)
  const target = targetOf(fleet, desired, remembered, { signal: world.signal })
  const session = new ApplianceSession(world, desired, target, run, remembered?.lastRead)
  return session
}

/** Marks an appliance as adopted, under a lease. Nothing where the driver keeps no owner. Throws a DeviceError. */
export async function adopt(
  fleet: Fleet,
  desired: DesiredAppliance,
  world: World,
  { run, owner }: Owning,
): Promise<void> {
  if (!world.driver(desired.access.driver).support.owner) return
  const session = await openSession(fleet, desired, world, run)
  try {
    if ((await session.observe()).owner !== owner) await session.lease.acquire(undefined, { owner })
  } finally {
    await session.close({ clearIntent: false })
  }
}

/** What became of the registration of an appliance that is given up. */
export type Unregistered =
  | { state: 'deleted' | 'absent'; name?: string }
  /** Somebody else has adopted it, or nobody. */
  | { state: 'notOwned' }
  | { state: 'refused'; problem: Problem }

/**
 * Deletes the registration that a sensor itself reports, connected or not, while `owner` is still the one who adopted it.
 * The lease is held meanwhile, so that nobody adopts it in between. Throws a DeviceError.
 */
export async function unregisterOwned(
  fleet: Fleet,
  desired: DesiredAppliance,
  world: World,
  { run, owner }: Owning,
): Promise<Unregistered> {
  const session = await openSession(fleet, desired, world, run)
  try {
    if ((await session.observe()).owner !== owner) return { state: 'notOwned' }
    await session.lease.acquire()
    const { owner: now, unfinished } = await session.observe({ whole: true })
    if (now !== owner) return { state: 'notOwned' }
    if (unfinished.intent) return { state: 'refused', problem: openIntent(desired, unfinished.intent.step) }
    const result = await deleteReported(desired, world, session)
    if (result.state !== 'refused') await session.lease.disown()
    return result
  } finally {
    await session.close({ clearIntent: false })
  }
}

async function deleteReported(
  desired: DesiredAppliance,
  world: World,
  session: ApplianceSession,
): Promise<Unregistered> {
  const found = await lookUp(desired, world, session)
  if (!('record' in found)) return found
  const { record } = found
  const registrar = world.registrar(desired.settings.registration?.registrar ?? '')
  await session.lease.renew()
  await registrar.deregister(record, session.signal)
  const after = await lookUp(desired, world, session)
  return 'record' in after
    ? { state: 'refused', problem: stillThere(desired, record) }
    : after.state === 'absent'
      ? { state: 'deleted', name: record.name }
      : after
}

/** The record of the name that the sensor reports. */
async function lookUp(
  desired: DesiredAppliance,
  world: World,
  session: ApplianceSession,
): Promise<{ record: RegistrationRecord } | Unregistered> {
  const { records, problems } = await observeRecords(desired, session.observation, world, { fresh: true })
  const { live } = records
  if (live?.state === 'present') return { record: live.record }
  if (!live && !problems) return { state: 'absent' }
  if (live?.state === 'absent') return { state: 'absent' }
  const [problem] = problems ?? []
  return { state: 'refused', problem: { ...(problem ?? unseen(desired)), severity: 'error' } }
}

const problemOf = ({ key }: DesiredAppliance, code: string, summary: string, hint: string): Problem => ({
  severity: 'error',
  code,
  key,
  field: 'registration',
  summary,
  hint,
})

const openIntent = (desired: DesiredAppliance, step: string): Problem =>
  problemOf(
    desired,
    'RUN_IN_PROGRESS',
    `A run left ${step} unfinished, so it is not known which registration is that of ${desired.key}`,
    'Apply first, which ends it; then destroy.',
  )

const unseen = (desired: DesiredAppliance): Problem =>
  problemOf(
    desired,
    'RECORD_UNSEEN',
    `The registrar cannot tell whether ${desired.key} is registered`,
    'Delete the registration in the portal (Sites and sensors > Delete sensor).',
  )

const stillThere = (desired: DesiredAppliance, { name }: RegistrationRecord): Problem =>
  problemOf(
    desired,
    'READ_BACK_DIFFERS',
    `The registrar accepted to delete the record ${name}, but looking it up shows it unchanged.`,
    'Look at the sensor in the portal, then destroy again.',
  )
