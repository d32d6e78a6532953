/** Writes under a lease: each says what should be, so that it may be made again when its outcome is not known. */
import type { Guard, Write, Writer } from '../../reconcile/driver.ts'
import type { LeaseGrant, LeaseRequest } from '../../reconcile/lease.ts'
import { writeOperationOf, writtenAspects } from '../../schemas/api/settings.ts'
import type { Job } from '../../schemas/generated/wire.ts'
import { receive, type Call } from './call.ts'
import { secretsOf, toCertificateImport, toPatch } from './convert.ts'
import type { ApiDriverDeps } from './driver.ts'
import { awaitJob } from './job.ts'
import { clearsIntent, leaseTimeoutMs, type ApiSession } from './session.ts'

type Deps = Pick<ApiDriverDeps, 'clock' | 'jobTimeoutMs'>

export function createWriter(
  session: ApiSession,
  deps: Deps,
): Pick<Writer, 'write'> & Required<Pick<Writer, 'lease' | 'release'>> {
  return {
    write: async (write, guard) => perform(session, write, guard, deps),
    lease: (request) => takeLease(session, request),
    async release(fence, { clearIntent }) {
      if (await session.endWithLease(fence, { clearIntent })) return
      const call: Call<'releaseLease'> = {
        operation: 'releaseLease',
        doing: 'take its lease back',
        fence,
        repeatable: true,
        timeoutMs: leaseTimeoutMs,
        ...(clearIntent && clearsIntent),
      }
      await session.call(call).catch(() => undefined)
    },
  }
}

/**
 * May be repeated whatever became of it: a lease is held by another holder only, and each grant has a higher fence. One that
 * took effect unseen, with an intent, is then told as a conflict: whoever looks again finds his own intent.
 */
async function takeLease(
  session: ApiSession,
  { signal, revision: known, ...request }: LeaseRequest,
): Promise<LeaseGrant> {
  const { fence, remainingSeconds, revision, revisionBefore } = await session.call({
    operation: 'lease',
    doing: request.fence === undefined ? 'grant its lease' : 'renew its lease',
    json: request,
    repeatable: true,
    timeoutMs: leaseTimeoutMs,
    ...(known !== undefined && { revision: known }),
    ...(signal && { signal }),
  })
  return { fence, remainingSeconds, revision, revisionBefore }
}

type Result = Promise<{ revision?: string }>

function perform(session: ApiSession, write: Write, guard: Guard, deps: Deps): Result {
  switch (write.type) {
    case 'set':
      return patch(session, write.aspect, toPatch(write.values), guard, secretsOf(write.values))
    case 'removeRule':
      return patch(session, 'forwarding', { rules: { [write.rule]: null } }, guard)
    case 'importCertificate':
      return importCertificate(session, write, guard)
    case 'activate':
      return activate(session, write.file, guard, deps)
    case 'createBackup':
      return createBackup(session, guard, deps)
    case 'restoreBackup':
      return restoreBackup(session, write.name, guard)
    case 'uploadPackage':
      return uploadPackage(session, write, guard)
    case 'updateSoftware':
      return updateSoftware(session, write, guard)
    case 'changeAddress':
      return changeAddress(session, write, guard)
    case 'confirmAddress':
      return confirmAddress(session, write.id, guard)
    case 'assignZone':
      return assignZone(session, write, guard)
    case 'removeSensor':
      return removeSensor(session, write.identity, guard)
    default:
      return write satisfies never
  }
}

const fenced = ({ fence, signal }: Guard): Pick<Call, 'fence' | 'signal'> => ({
  ...(fence !== undefined && { fence }),
  ...(signal && { signal }),
})

const guarded = (guard: Guard): Pick<Call, 'fence' | 'revision' | 'signal'> => ({
  ...fenced(guard),
  ...(guard.revision !== undefined && { revision: guard.revision }),
})

function patch(
  session: ApiSession,
  aspect: string,
  json: unknown,
  guard: Guard,
  secrets: readonly string[] = [],
): Result {
  const written = writtenAspects.find((one) => one === aspect)
  if (!written) throw new TypeError(`the Sensor Settings API writes no aspect ${aspect}`)
  const operation = writeOperationOf(written)
  const doing = `write its ${aspect} settings`
  return session.call({ operation, doing, json, secrets, ...guarded(guard) })
}

async function importCertificate(
  session: ApiSession,
  { values }: Write & { type: 'importCertificate' },
  guard: Guard,
): Result {
  const written = await session.call({
    operation: 'importCertificate',
    doing: 'import the certificate',
    json: toCertificateImport(values),
    secrets: secretsOf(values),
    ...guarded(guard),
  })
  session.reconnect()
  return written
}

async function activate(session: ApiSession, file: Uint8Array, guard: Guard, deps: Deps): Result {
  const doing = 'activate'
  const job = await session.call({ operation: 'activate', doing, bytes: file, ...guarded(guard) })
  return finish(await awaitJob(session, job, deps, { doing, ...(guard.signal && { signal: guard.signal }) }))
}

async function createBackup(session: ApiSession, guard: Guard, deps: Deps): Result {
  const doing = 'make a backup'
  const job = await session.call({ operation: 'createBackup', doing, ...fenced(guard) })
  return finish(await awaitJob(session, job, deps, { doing, ...(guard.signal && { signal: guard.signal }) }))
}

/** Sent once: after it the appliance may be elsewhere, and only looking tells. */
async function restoreBackup(session: ApiSession, name: string, guard: Guard): Result {
  await session.call({
    operation: 'restoreBackup',
    doing: 'restore a backup',
    params: { name },
    repeatable: false,
    repeatRefused: false,
    ...guarded(guard),
  })
  session.reconnect({ forget: true })
  return {}
}

/** The same package under the same name is the same write, so that it may be sent again. */
async function uploadPackage(
  session: ApiSession,
  { source: { name, sha256, sizeBytes, open }, onSent }: Write & { type: 'uploadPackage' },
  guard: Guard,
): Result {
  await session.call({
    operation: 'uploadPackage',
    doing: 'take in an update package',
    params: { name },
    query: { sha256 },
    stream: { sizeBytes, open: () => counted(open(), onSent) },
    repeatable: true,
    ...fenced(guard),
  })
  return {}
}

async function* counted(pieces: AsyncIterable<Uint8Array>, onSent: (bytes: number) => void) {
  let bytes = 0
  for await (const piece of pieces) {
    yield piece
    onSent((bytes += piece.length))
  }
}

/** Sent once: after it the appliance may be away, and only looking tells. */
async function updateSoftware(
  session: ApiSession,
  { name, sha256 }: Write & { type: 'updateSoftware' },
  guard: Guard,
): Result {
  await session.call({
    operation: 'updateSoftware',
    doing: 'update its software',
    json: { name, sha256 },
    repeatable: false,
    ...guarded(guard),
  })
  return {}
}

function finish({ result }: Job): { revision?: string } {
  const revision = result?.['revision']
  return typeof revision === 'string' ? { revision } : {}
}

/** Sent once: after it the appliance may be elsewhere, and only looking tells. */
async function changeAddress(
  session: ApiSession,
  { to, confirmWithinSeconds }: Write & { type: 'changeAddress' },
  guard: Guard,
): Result {
  await session.call({
    operation: 'changeAddress',
    doing: 'change its address',
    json: { address: to.address, subnetMask: to.subnetMask, gateway: to.gateway, confirmWithinSeconds },
    repeatable: false,
    repeatRefused: false,
    ...guarded(guard),
  })
  session.reconnect({ forget: true })
  return {}
}

const confirmAddress = (session: ApiSession, id: string, guard: Guard): Result =>
  session.call({
    operation: 'confirmAddress',
    doing: 'confirm its address',
    params: { id },
    ...fenced(guard),
  })

const assignZone = (
  session: ApiSession,
  { identity, zone, site }: Write & { type: 'assignZone' },
  guard: Guard,
): Result =>
  session.call({
    operation: 'assignZone',
    doing: 'assign a sensor to a zone',
    params: { uid: identity },
    json: { zone, ...(site !== undefined && { site }) },
    ...fenced(guard),
  })

async function removeSensor(session: ApiSession, identity: string, guard: Guard): Result {
  const call = {
    operation: 'removeSensor',
    doing: 'remove a sensor',
    params: { uid: identity },
    ...fenced(guard),
  } as const
  const response = await session.exchange(call)
  if (response.status !== 404) receive(call, response, (await session.open()).endpoint)
  return {}
}
