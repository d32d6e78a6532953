/**
 * Whom to trust. A certificate is judged here and nowhere else, before anything is sent; nothing turns this off.
 *
 * @module
 */
import { createHash, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import * as tls from 'node:tls'
import type { LoadedTrust } from '../schemas/fleet.ts'
import { sanitise } from './sanitise.ts'

export interface TrustPolicy {
  /** Any one may match. */
  anchors: readonly LoadedTrust[]
  /** SHA-256 (hex) of certificates that are trusted exactly. Default: none. */
  trustedCertificates?: readonly string[]
  /** Keys (`sha256/…`) last verified: a certificate of an authority that only expired is accepted with one of these. */
  knownPins?: readonly string[]
  /** Name that a certificate of an authority must carry. Default: the DNS name of the endpoint; an address is no name. */
  serverName?: string
}

/** A certificate as it was served on the wire. */
export interface ServedCertificate {
  /** SHA-256 of the DER form, hex. */
  sha256: string
  /** `sha256/<base64>` of the public key. */
  pin: string
  subject: string
  /** ISO 8601. */
  notBefore: string
  notAfter: string
  /** It has expired, and was accepted only because its key is known. */
  expired: boolean
}

/** What the handshake showed. */
export interface Handshake {
  leaf: X509Certificate
  /** Certificates that the server sent, and issuers that OpenSSL found. Read when asked for, which is seldom. */
  readonly presented: readonly X509Certificate[]
  /** OpenSSL verified the chain, dates and purpose against the authorities of the policy. */
  authorized: boolean
  /** Why not, in OpenSSL's words. */
  authorizationError?: string
}

export type Verdict = { trusted: true; expired: boolean } | { trusted: false; reasons: readonly string[] }

const pins = new WeakMap<X509Certificate, string>()

/** `sha256/<base64>` of the public key of a certificate. Remembered, as each connection asks twice. */
export function pinOf(certificate: X509Certificate): string {
  const known = pins.get(certificate)
  if (known !== undefined) return known
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' })
  const pin = `sha256/${createHash('sha256').update(spki).digest('base64')}`
  pins.set(certificate, pin)
  return pin
}

/** SHA-256 of the DER form, hex. */
export const fingerprintOf = (certificate: X509Certificate): string =>
  createHash('sha256').update(certificate.raw).digest('hex')

/** Describes a certificate. Its texts are made fit to be shown. */
export function describeCertificate(certificate: X509Certificate, expired: boolean): ServedCertificate {
  return {
    sha256: fingerprintOf(certificate),
    pin: pinOf(certificate),
    subject: sanitise(certificate.subject?.split('\n').toReversed().join(', ') ?? ''),
    notBefore: certificate.validFromDate.toISOString(),
    notAfter: certificate.validToDate.toISOString(),
    expired,
  }
}

/** Authorities of a policy as PEM, for the handshake. What is no certificate is left out. */
export function authoritiesOf({ anchors }: TrustPolicy): string[] {
  return anchors.flatMap((anchor) => {
    if ('caFile' in anchor) return certificatesIn(anchor.certificates)
    return 'system' in anchor ? systemAuthorities() : []
  })
}

const certificatesIn = (text: string): string[] =>
  (text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []).filter(
    (pem) => parseCertificate(pem) !== undefined,
  )

/** Those of the operating system; a system without a store (a bare container) gets those that Node brings. */
function systemAuthorities(): string[] {
  const system = tls.getCACertificates('system')
  return system.length > 0 ? system : tls.getCACertificates('bundled')
}

/** Names that a certificate of an authority may carry: one or none. */
export function expectedName({ serverName }: TrustPolicy, host: string): string | undefined {
  return serverName ?? (isIP(host) === 0 ? host : undefined)
}

/** Judges a certificate. Pure but for the list of the operating system's authorities. */
export function judgeCertificate(handshake: Handshake, policy: TrustPolicy, host: string, nowMs: number): Verdict {
  const { leaf } = handshake
  const pin = pinOf(leaf)
  const exact = (policy.trustedCertificates ?? []).some((sha256) => sha256.toLowerCase() === fingerprintOf(leaf))
  const pinned = exact || pinsOf(policy).includes(pin)
  if (leaf.validFromDate.getTime() > nowMs) {
    return { trusted: false, reasons: [`it is not valid before ${leaf.validFromDate.toISOString()}`] }
  }
  const expired = leaf.validToDate.getTime() < nowMs
  if (pinned) return { trusted: true, expired }
  const fault = faultOfAuthority(handshake, policy, host, nowMs, expired)
  if (fault !== undefined) return { trusted: false, reasons: [...mismatches(policy), ...fault] }
  if (!expired) return { trusted: true, expired }
  if ((policy.knownPins ?? []).includes(pin)) return { trusted: true, expired }
  return { trusted: false, reasons: [`it expired on ${leaf.validToDate.toISOString()} and its key is not known`] }
}

const pinsOf = ({ anchors }: TrustPolicy): string[] =>
  anchors.flatMap((anchor) => ('pin' in anchor ? [anchor.pin] : 'pinFile' in anchor ? [...anchor.pins] : []))

function mismatches(policy: TrustPolicy): string[] {
  const pins = pinsOf(policy)
  const files = policy.anchors.flatMap((anchor) => ('pinFile' in anchor && anchor.pins.length === 0 ? [anchor] : []))
  const empty = policy.anchors.flatMap((anchor) =>
    'caFile' in anchor && certificatesIn(anchor.certificates).length === 0 ? [anchor] : [],
  )
  return [
    ...(pins.length > 0 ? [`expected public key ${pins.slice(0, 3).join(' or ')}`] : []),
    ...files.map(({ pinFile }) => `${sanitise(pinFile)} holds no public key for it`),
    ...empty.map(({ caFile }) => `${sanitise(caFile)} holds no certificate`),
  ]
}

/** Why a certificate is not one of an authority, its own expiry left aside; nothing when it is one. */
function faultOfAuthority(
  { leaf, presented, authorized, authorizationError }: Handshake,
  policy: TrustPolicy,
  host: string,
  nowMs: number,
  expired: boolean,
): string[] | undefined {
  const authorities = authoritiesOf(policy)
  if (authorities.length === 0) return []
  const chained = authorized || (expired && leadsToAuthority(leaf, presented, authorities, nowMs))
  if (!chained) return [`no trusted authority signed it (${sanitise(authorizationError ?? 'unverified')})`]
  const name = expectedName(policy, host)
  if (name === undefined) return ['an authority signed it, but there is no host name to check: give access.serverName']
  const mismatch = tls.checkServerIdentity(name, leaf.toLegacyObject())
  return mismatch ? [`an authority signed it, but not for the name ${name}`] : undefined
}

/**
 * OpenSSL reports one fault of several, so an expired certificate may hide that nobody known signed it. This walk looks
 * at signatures, issuers and their dates again; it only ever serves keys that were fully verified before.
 */
function leadsToAuthority(
  leaf: X509Certificate,
  presented: readonly X509Certificate[],
  authorities: readonly string[],
  nowMs: number,
): boolean {
  const anchors = authorities.flatMap((pem) => parseCertificate(pem) ?? [])
  const isAnchor = (one: X509Certificate) => anchors.some(({ raw }) => raw.equals(one.raw))
  let current = leaf
  for (let depth = 0; depth < 8; depth++) {
    if (isAnchor(current)) return true
    const issuer = [...anchors, ...presented].find((one) => issued(one, current, nowMs))
    if (!issuer || issuer.raw.equals(current.raw)) return false
    current = issuer
  }
  return false
}

function issued(issuer: X509Certificate, certificate: X509Certificate, nowMs: number): boolean {
  const inTime = issuer.validFromDate.getTime() <= nowMs && nowMs <= issuer.validToDate.getTime()
  return issuer.ca && inTime && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
}

function parseCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}
