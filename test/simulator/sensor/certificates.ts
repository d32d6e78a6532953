/** Certificates, chains and revocation lists for tests, made with node-forge. */
import { generateKeyPairSync, privateEncrypt } from 'node:crypto'
import forge from 'node-forge'

const makeKey = (bits = 2048) => {
  const pem = generateKeyPairSync('rsa', { modulusLength: bits }).privateKey.export({ type: 'pkcs8', format: 'pem' })
  // node-forge signs a hundred times slower.
  const sign = (md: forge.md.MessageDigest): string => {
    const digest = Buffer.from(md.digest().getBytes(), 'latin1')
    return privateEncrypt(pem, Buffer.concat([digestHeads[digest.length] ?? digest, digest])).toString('latin1')
  }
  return { pem, forge: Object.assign(forge.pki.privateKeyFromPem(pem), { sign }) }
}

/** DigestInfo of SHA-1 and SHA-256 (RFC 8017, 9.2), by length of the digest. */
const digestHeads: Readonly<Record<number, Buffer>> = {
  20: Buffer.from('3021300906052b0e03021a05000414', 'hex'),
  32: Buffer.from('3031300d060960864801650304020105000420', 'hex'),
}

export type Key = ReturnType<typeof makeKey>

/** Keys are costly to make, and no test needs more than these. */
export const leafKey = makeKey()
export const authorityKey = makeKey()
export const otherKey = makeKey()
export const shortKey = makeKey(1024)

export interface CertificateOptions {
  commonName?: string
  key?: Key
  issuer?: { commonName: string; key: Key }
  notBefore?: Date
  notAfter?: Date
  serialNumber?: string
  crlUrl?: string
  sha1?: boolean
  addresses?: readonly string[]
}

const dayMs = 86_400_000
const fromNow = (days: number): Date => new Date(Date.now() + days * dayMs)

/** One certificate, PEM. Self-signed without an issuer. */
export function makeCertificate(options: CertificateOptions = {}): string {
  const { commonName = 'line-1.plant.example', key = leafKey } = options
  const issuer = options.issuer ?? { commonName, key }
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.rsa.setPublicKey(key.forge.n, key.forge.e)
  certificate.serialNumber = options.serialNumber ?? '0a'
  certificate.validity.notBefore = options.notBefore ?? fromNow(-1)
  certificate.validity.notAfter = options.notAfter ?? fromNow(365)
  certificate.setSubject([{ name: 'commonName', value: commonName }])
  certificate.setIssuer([{ name: 'commonName', value: issuer.commonName }])
  const altNames = (options.addresses ?? []).map((ip) => ({ type: 7, ip }))
  const extensions: object[] = altNames.length > 0 ? [{ name: 'subjectAltName', altNames }] : []
  if (options.crlUrl !== undefined) extensions.push({ id: '2.5.29.31', value: distributionPoint(options.crlUrl) })
  certificate.setExtensions(extensions)
  certificate.sign(issuer.key.forge, options.sha1 ? forge.md.sha1.create() : forge.md.sha256.create())
  return forge.pki.certificateToPem(certificate)
}

export const authority = { commonName: 'Plant CA', key: authorityKey }

/** The certificate of the authority, PEM. */
export const makeAuthority = (): string => {
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.rsa.setPublicKey(authorityKey.forge.n, authorityKey.forge.e)
  certificate.serialNumber = '01'
  certificate.validity.notBefore = fromNow(-1)
  certificate.validity.notAfter = fromNow(365)
  const name = [{ name: 'commonName', value: authority.commonName }]
  certificate.setSubject(name)
  certificate.setIssuer(name)
  certificate.setExtensions([{ name: 'basicConstraints', cA: true }])
  certificate.sign(authorityKey.forge, forge.md.sha256.create())
  return forge.pki.certificateToPem(certificate)
}

const { asn1 } = forge
const { Class, Type } = asn1
const sequence = (...children: forge.asn1.Asn1[]) => asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, children)
/** Context tags 0 and 6; forge names them as the universal types with these numbers. */
const context = (type: forge.asn1.Type, constructed: boolean, value: string | forge.asn1.Asn1[]) =>
  asn1.create(Class.CONTEXT_SPECIFIC, type, constructed, value)

const distributionPoint = (url: string): string =>
  asn1
    .toDer(
      sequence(
        sequence(context(asn1.Type.NONE, true, [context(asn1.Type.NONE, true, [context(asn1.Type.OID, false, url)])])),
      ),
    )
    .getBytes()

/** A revocation list in DER that names these serial numbers. */
export function makeCrl(serials: readonly string[]): Uint8Array {
  const algorithm = sequence(
    asn1.create(Class.UNIVERSAL, Type.OID, false, asn1.oidToDer('1.2.840.113549.1.1.11').getBytes()),
  )
  const time = () => asn1.create(Class.UNIVERSAL, Type.UTCTIME, false, asn1.dateToUtcTime(new Date()))
  const entries = serials.map((hex) =>
    sequence(asn1.create(Class.UNIVERSAL, Type.INTEGER, false, Buffer.from(hex, 'hex').toString('latin1')), time()),
  )
  const version = asn1.create(Class.UNIVERSAL, Type.INTEGER, false, '\u0001')
  const body = sequence(
    version,
    algorithm,
    sequence(),
    time(),
    time(),
    ...(entries.length > 0 ? [sequence(...entries)] : []),
  )
  const signature = asn1.create(Class.UNIVERSAL, Type.BITSTRING, false, '\u0000not checked')
  return Buffer.from(asn1.toDer(sequence(body, algorithm, signature)).getBytes(), 'latin1')
}

/** A key under a passphrase, PEM. */
export const encrypted = (key: Key, passphrase: string): string =>
  forge.pki.encryptRsaPrivateKey(key.forge, passphrase, { algorithm: 'aes256' })
