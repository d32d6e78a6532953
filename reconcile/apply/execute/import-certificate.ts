import type { LoadedFile } from '../../../schemas/fleet.ts'
import { certificateRemedy } from '../../certificate-remedies.ts'
import { readFile } from '../../compare/certificate-reading.ts'
import { lastingCertificates } from '../../observe/lasting-certificates.ts'
import { DeviceError } from '../../device-error.ts'
import type { Action } from '../../plan-types.ts'
import { differingPaths } from '../verify.ts'
import { toWriteValues } from '../write-values.ts'
import type { StepContext } from './step-context.ts'
import { writeAndVerify } from './write-and-verify.ts'

/**
 * Imports a certificate. It is trusted before it is imported, on the appliance and in memory, so that a run that dies in
 * between does not lock out the next; afterwards the one that is served on the wire must be the new one.
 */
export async function executeImportCertificate(
  context: StepContext,
  action: Action & { type: 'importCertificate' },
): Promise<void> {
  const { session, support, world, plan } = context
  const { values, tags } = await toWriteValues(action.values, session.observation.identity, world)
  const file = action.values['certificate.certificate'] as LoadedFile | undefined
  const sha256 = file && readFile(file).leaf?.sha256
  if (sha256 !== undefined) {
    const served = lastingCertificates(context.desired, session.observation)
    await world.memory.remember(plan.key, { certificates: [...served, sha256] })
    session.trustCertificate(sha256)
  }
  await context.announce({ type: 'importCertificate', ...(sha256 !== undefined && { certificate: sha256 }) })
  await writeAndVerify(
    context,
    { type: 'importCertificate', values },
    {
      missing: (observation) => [
        ...differingPaths(observation, action.values, tags, support),
        ...(sha256 !== undefined && observation.served && observation.served.sha256 !== sha256
          ? ['the certificate served on the wire']
          : []),
      ],
      touches: Object.keys(action.values),
      settleMs: 60_000,
      reconnect: true,
    },
  ).catch((error: unknown) => {
    throw explained(error)
  })
}

/** Each documented message has its remedy. */
function explained(error: unknown): unknown {
  if (!(error instanceof DeviceError) || error.code !== 'CERTIFICATE_REFUSED') return error
  const advice = certificateRemedy(error.facts['reason'])
  return advice === undefined ? error : new DeviceError(error.code, error.message, { cause: error, advice })
}
