/**
 * Whether the certificates of a chain stand in order: the issuer of the certificate first, each followed by its own.
 *
 * @module
 */
import type { X509Certificate } from 'node:crypto'
import type { CertificateFinding } from './certificate.ts'

/** Something about the chain that is not as the sensor takes it. */
export const chainProblem = (message: string): CertificateFinding => ({
  code: 'CERTIFICATE_CHAIN',
  message,
  hint: 'List the issuing certificates in PEM: the issuer of the certificate first, each followed by its own issuer.',
})

/** What is wrong with the order. Where sorting would mend it, the right order is told. */
export function orderFindings(certificate: X509Certificate, issuers: readonly X509Certificate[]): CertificateFinding[] {
  const own = issuers.findIndex(({ fingerprint256 }) => fingerprint256 === certificate.fingerprint256)
  if (own >= 0 && !isIssuedBy(certificate, certificate)) {
    return [chainProblem(`Certificate ${own + 1} of the chain is the certificate itself, not one of its issuers`)]
  }
  const links = [certificate, ...issuers]
  const broken = issuers.flatMap((issuer, index) => {
    const subject = links[index]
    return subject && !isIssuedBy(subject, issuer) ? [brokenLink(index)] : []
  })
  const inOrder = broken.length > 0 ? sortChain(certificate, issuers) : undefined
  if (!inOrder) return broken
  const names = inOrder.map(({ subject }) => subject.split('\n').join(', ')).join('; then ')
  return [chainProblem(`The certificates of the chain are in the wrong order; it is ${names}`)]
}

const brokenLink = (index: number): CertificateFinding =>
  chainProblem(
    `Certificate ${index + 1} of the chain did not issue ${index === 0 ? 'the certificate' : `certificate ${index}`}`,
  )

/** The issuers from the certificate upwards; undefined when they make no chain. */
function sortChain(
  certificate: X509Certificate,
  issuers: readonly X509Certificate[],
): readonly X509Certificate[] | undefined {
  const [issuer] = issuers.filter((one) => isIssuedBy(certificate, one))
  if (!issuer) return issuers.length === 0 ? [] : undefined
  const above = sortChain(
    issuer,
    issuers.filter((one) => one !== issuer),
  )
  return above && [issuer, ...above]
}

const isIssuedBy = (subject: X509Certificate, issuer: X509Certificate): boolean =>
  subject.checkIssued(issuer) && subject.verify(issuer.publicKey)
