/** The data source `sensorform_certificate`: a certificate by the sensor's rules, offline. */
import { alternativeNames, checkCertificate, signatureName } from '../../../formats/certificate.ts'
import { toSnakeCase } from '../../../schemas/terraform/names.ts'
import type { Call } from '../../model/call.ts'
import type { Diagnostic, Diagnostics } from '../../model/diagnostic.ts'
import { textOf, type ObjectValue, type Value } from '../../model/value.ts'
import type { Client } from '../client.ts'

/** What cannot be read is an error; what a sensor would refuse is a value, for a `check` to judge. */
export function readCertificateData(
  config: ObjectValue,
  { client }: Call<Client>,
): { state: ObjectValue; diagnostics?: Diagnostics } {
  const certificate = textOf(config['certificate']) ?? ''
  const [chain, hostname] = [textOf(config['chain']), textOf(config['hostname'])]
  const { facts, findings, unchecked } = checkCertificate({
    certificate,
    ...(chain !== undefined && { chain }),
    ...(hostname !== undefined && { hostname }),
    now: client.clock.now(),
  })
  if (!facts) return { state: config, diagnostics: findings.map(toDiagnostic) }
  const { pem, signatureOid, ...said } = facts
  return {
    state: {
      ...config,
      ...Object.fromEntries(Object.entries(said).map(([key, value]: [string, Value]) => [toSnakeCase(key), value])),
      alternative_names: alternativeNames(pem),
      signature_algorithm: signatureName(signatureOid),
      problems: findings.map(({ code, message, hint }) => ({ code, summary: message, hint })),
      unchecked: [...unchecked],
    },
  }
}

const toDiagnostic = ({ code, message, hint }: { code: string; message: string; hint: string }): Diagnostic => ({
  severity: 'error',
  summary: message,
  detail: `${hint} (${code})`,
  path: ['certificate'],
})
