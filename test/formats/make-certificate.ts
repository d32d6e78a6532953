/**
 * Real keys and certificates, made on the spot. Making RSA keys is slow, so tests share a few.
 *
 * @module
 */
import { generateKeyPairSync } from 'node:crypto'
import forge from 'node-forge'

export interface TestKey {
  /** PKCS #8, PEM. */
  privateKey: string
  publicKey: string
}

export function makeKey(bits = 2048): TestKey {
  return generateKeyPairSync('rsa', {
    modulusLength: bits,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
}

export interface CertificateWish {
  key: TestKey
  /** Left out: no CN at all. */
  commonName?: string
  issuer?: { key: TestKey; commonName: string }
  notBefore?: string
  notAfter?: string
  crlUrl?: string
  /** DNS names beside the CN. */
  alternativeNames?: readonly string[]
  hash?: 'sha1' | 'sha256'
}

/** A certificate in PEM, signed by its issuer or itself. */
export function makeCertificate(wish: CertificateWish): string {
  const { key, commonName, issuer, crlUrl, notBefore = '2026-01-01', notAfter = '2027-01-01' } = wish
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.publicKeyFromPem(key.publicKey)
  certificate.serialNumber = '0a01'
  certificate.validity.notBefore = new Date(notBefore)
  certificate.validity.notAfter = new Date(notAfter)
  const organisation = { name: 'organizationName', value: 'Example' }
  const nameOf = (name: string | undefined) => [
    organisation,
    ...(name === undefined ? [] : [{ name: 'commonName', value: name }]),
  ]
  certificate.setSubject(nameOf(commonName))
  certificate.setIssuer(nameOf(issuer?.commonName ?? commonName))
  const names = wish.alternativeNames?.map((value) => ({ type: 2, value }))
  certificate.setExtensions([
    ...(crlUrl === undefined ? [] : [crlDistributionPoints(crlUrl)]),
    ...(names ? [{ name: 'subjectAltName', altNames: names }] : []),
  ])
  const signer = forge.pki.privateKeyFromPem((issuer?.key ?? key).privateKey)
  certificate.sign(signer, wish.hash === 'sha1' ? forge.md.sha1.create() : forge.md.sha256.create())
  return forge.pki.certificateToPem(certificate)
}

/** CRLDistributionPoints with one full name (RFC 5280, 4.2.1.13). */
function crlDistributionPoints(url: string): { id: string; value: string } {
  const { Class, Type, create, toDer } = forge.asn1
  const context = (tag: forge.asn1.Type, constructed: boolean, value: forge.asn1.Asn1[] | string) =>
    create(Class.CONTEXT_SPECIFIC, tag, constructed, value)
  // Forge names context tags like the universal types of the same number: [0] is NONE, [6] is OID.
  const fullName = context(Type.NONE, true, [context(Type.OID, false, url)])
  const point = create(Class.UNIVERSAL, Type.SEQUENCE, true, [context(Type.NONE, true, [fullName])])
  return { id: '2.5.29.31', value: toDer(create(Class.UNIVERSAL, Type.SEQUENCE, true, [point])).getBytes() }
}

/** The DER form of a certificate in PEM. */
export const toDer = (pem: string): Buffer => Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64')
