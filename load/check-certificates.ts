/**
 * Checks the declared certificate of every sensor, offline.
 *
 * @module
 */
import { checkCertificate, type CertificateCheck, type CertificateFinding } from '../formats/certificate.ts'
import type { DesiredAppliance, LoadedFile } from '../schemas/fleet.ts'
import type { Problem } from '../schemas/problem.ts'
import { durationMs } from '../schemas/rules.ts'
import { documentProblem, type DocumentCode } from './problem.ts'
import { shownPath } from './read-files.ts'
import { readSecretIfAny, secretName } from './secrets.ts'

/** A check that could not be made, and why. */
export interface Unchecked {
  key: string
  field: string
  what: string
}

/** Findings of all certificates, and what had to be left unchecked. */
export function checkCertificates(
  sensors: readonly DesiredAppliance[],
  { env, now, cwd }: { env: NodeJS.ProcessEnv; now: number; cwd: string },
): { problems: Problem[]; unchecked: Unchecked[] } {
  const checks = sensors.flatMap((sensor) => {
    const check = checkOne(sensor, env, now)
    return check ? [{ sensor, check }] : []
  })
  return {
    problems: [
      ...checks.flatMap(({ sensor, check }) =>
        [...check.findings, ...shortLived(sensor, check, now)].map((finding) => toProblem(sensor, finding, cwd)),
      ),
      ...sharedCertificates(checks, cwd),
    ],
    unchecked: checks.flatMap(({ sensor: { key }, check }) =>
      check.unchecked.map((what) => ({ key, field: 'certificate.certificate', what })),
    ),
  }
}

const bytesOf = ({ content, encoding }: LoadedFile): string | Uint8Array =>
  encoding === 'base64' ? Buffer.from(content, 'base64') : content

function checkOne({ settings }: DesiredAppliance, env: NodeJS.ProcessEnv, now: number): CertificateCheck | undefined {
  const { certificate, chain, privateKey, passphrase } = settings.certificate ?? {}
  if (!certificate) return undefined
  const hostname = settings.network?.hostname
  return checkCertificate({
    certificate: bytesOf(certificate),
    ...(chain && { chain: chain.content }),
    ...(privateKey && { privateKey: readSecretIfAny(privateKey, env) }),
    ...(passphrase && { passphrase: readSecretIfAny(passphrase, env) }),
    ...(hostname !== undefined && { hostname }),
    now,
  })
}

/** What is declared would be told as expiring as soon as it is served. One that has expired is told as that. */
function shortLived({ settings }: DesiredAppliance, { facts }: CertificateCheck, now: number): CertificateFinding[] {
  const { minRemaining } = settings.certificate ?? {}
  if (!facts || minRemaining === undefined || minRemaining === null) return []
  const remainingMs = Date.parse(facts.notAfter) - now
  if (remainingMs <= 0 || remainingMs >= durationMs(minRemaining)) return []
  return [
    {
      code: 'CERTIFICATE_SHORT_LIVED',
      message: `The certificate is valid until ${facts.notAfter}, which is less than certificate.minRemaining (${minRemaining}) from now`,
      hint: 'Declare a certificate that is valid for longer, or a shorter minRemaining.',
    },
  ]
}

const fields: Readonly<Record<string, string>> = {
  CERTIFICATE_PASSPHRASE: 'certificate.passphrase',
  CERTIFICATE_KEY_UNREADABLE: 'certificate.privateKey',
  CERTIFICATE_KEY_MISMATCH: 'certificate.privateKey',
}

/** Always errors, even where the certificate is only watched. */
const alwaysErrors = new Set(['CERTIFICATE_UNREADABLE', 'CERTIFICATE_HOLDS_KEY'])

/**
 * Without a private key the certificate is only watched, so the rules for an import are no more than advice. The file is
 * named, as the place may be a path with placeholders that many sensors share.
 */
function toProblem({ key, settings, origins }: DesiredAppliance, finding: CertificateFinding, cwd: string): Problem {
  const { code, message, hint, of } = finding
  const field = of ? 'certificate.chain' : (fields[code] ?? 'certificate.certificate')
  const place = (origins.get(field) ?? origins.get('certificate.privateKey') ?? origins.get('certificate.certificate'))
    ?.place
  const watched = settings.certificate?.privateKey === undefined && !alwaysErrors.has(code)
  const name = nameOfFile(settings.certificate, field, cwd)
  return documentProblem(code as DocumentCode, {
    ...(place && { at: place }),
    key,
    field,
    summary: name === undefined ? message : `${name}: ${message}`,
    hint,
    ...(watched && { severity: 'warning' as const }),
  })
}

/** The file, or the reference to a secret, that a finding is about. */
function nameOfFile(
  { certificate, chain, privateKey, passphrase }: NonNullable<DesiredAppliance['settings']['certificate']> = {},
  field: string,
  cwd: string,
): string | undefined {
  const secret = { 'certificate.privateKey': privateKey, 'certificate.passphrase': passphrase ?? privateKey }[field]
  if (secret) return secret.fromFile === undefined ? secretName(secret) : shownPath(secret.fromFile, cwd)
  const file = field === 'certificate.chain' ? chain : certificate
  return file && shownPath(file.file, cwd)
}

interface Check {
  sensor: DesiredAppliance
  check: CertificateCheck
}

/** The vendor does not support one certificate on several appliances. */
function sharedCertificates(checks: readonly Check[], cwd: string): Problem[] {
  const first = new Map<string, DesiredAppliance>()
  return checks.flatMap(({ sensor, check: { facts } }) => {
    if (!facts) return []
    const earlier = first.get(facts.sha256)
    if (!earlier) first.set(facts.sha256, sensor)
    const finding = {
      code: 'CERTIFICATE_SHARED',
      message: `Sensor ${sensor.key} declares the same certificate as sensor ${earlier?.key ?? ''}`,
      hint: 'Each sensor has a certificate of its own; a path such as certs/${key}.crt names it.',
    }
    return earlier ? [toProblem(sensor, finding, cwd)] : []
  })
}
