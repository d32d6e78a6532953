/** Real certificates for tests, made with node-forge. Key pairs are made once a process. */
import { generateKeyPairSync } from 'node:crypto'
import { X509Certificate } from 'node:crypto'
import forge from 'node-forge'
import { pinOf } from '../../transport/trust.ts'

export interface Identity {
  cert: string
  key: string
  pin: string
  sha256: string
}

interface CertificateOptions {
  /** Common name. */
  cn: string
  key?: keyof typeof keys
  /** DNS names of the subject alternative name; none: no extension. */
  san?: readonly string[]
  ip?: string
  /** Days from now; negative lies in the past. */
  from?: number
  to?: number
  issuer?: { identity: Identity; cn: string }
  ca?: boolean
}

const makeKey = (): string =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  }).privateKey

const keys = { one: makeKey(), two: makeKey(), authority: makeKey() }

/** Makes a certificate; self-signed without an issuer. */
export function makeCertificate(options: CertificateOptions): Identity {
  const key = keys[options.key ?? 'one']
  const privateKey = forge.pki.privateKeyFromPem(key)
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.setRsaPublicKey(privateKey.n, privateKey.e)
  certificate.serialNumber = `01${Math.floor(Math.random() * 2 ** 47)
    .toString(16)
    .padStart(12, '0')}`
  certificate.validity.notBefore = inDays(options.from ?? -10)
  certificate.validity.notAfter = inDays(options.to ?? 100)
  certificate.setSubject([{ name: 'commonName', value: options.cn }])
  certificate.setIssuer([{ name: 'commonName', value: options.issuer?.cn ?? options.cn }])
  certificate.setExtensions(extensions(options))
  const signer = options.issuer ? forge.pki.privateKeyFromPem(options.issuer.identity.key) : privateKey
  certificate.sign(signer, forge.md.sha256.create())
  return toIdentity(forge.pki.certificateToPem(certificate), key)
}

function toIdentity(cert: string, key: string): Identity {
  const parsed = new X509Certificate(cert)
  return { cert, key, pin: pinOf(parsed), sha256: parsed.fingerprint256.replaceAll(':', '').toLowerCase() }
}

const inDays = (days: number): Date => new Date(Date.now() + days * 86_400_000)

function extensions({ ca, san, ip }: CertificateOptions): object[] {
  if (ca)
    return [
      { name: 'basicConstraints', cA: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true },
    ]
  const altNames = [...(san ?? []).map((value) => ({ type: 2, value })), ...(ip ? [{ type: 7, ip }] : [])]
  return [
    { name: 'basicConstraints', cA: false },
    { name: 'extKeyUsage', serverAuth: true },
    ...(altNames.length > 0 ? [{ name: 'subjectAltName', altNames }] : []),
  ]
}
