/** The keys of a simulated cloud: one for TLS, one that signs activation files. */
import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto'
import forge from 'node-forge'
import type { CloudIdentity } from './state.ts'

/** Whatever the clocks say: neither a moved clock of the cloud nor that of a client makes this certificate invalid. */
const validity = { notBefore: new Date('2000-01-01T00:00:00Z'), notAfter: new Date('2049-12-31T00:00:00Z') }

const pem = { type: 'pkcs8', format: 'pem' } as const

/** What this process shows: an RSA key costs more than all else of a start, so its clouds share one. */
let shown: Pick<CloudIdentity, 'tlsKey' | 'certificate'> | undefined

/** Keys of a new cloud. Only it signs with its signing key; its certificate is that of every new cloud in this process. */
export function createIdentity(): CloudIdentity {
  shown ??= createShown()
  return { ...shown, signingKey: generateKeyPairSync('ed25519').privateKey.export(pem) }
}

function createShown(): Pick<CloudIdentity, 'tlsKey' | 'certificate'> {
  const tlsKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(pem)
  return { tlsKey, certificate: selfSigned(tlsKey) }
}

/** `sha256/<base64>` of the public key that the server shows. */
export function pinOf(certificate: string): string {
  const spki = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' })
  return `sha256/${createHash('sha256').update(spki).digest('base64')}`
}

function selfSigned(key: string): string {
  const certificate = forge.pki.createCertificate()
  const privateKey = forge.pki.privateKeyFromPem(key)
  const name = [{ name: 'commonName', value: 'management.simulated.example' }]
  certificate.publicKey = forge.pki.rsa.setPublicKey(privateKey.n, privateKey.e)
  certificate.serialNumber = '01'
  Object.assign(certificate.validity, validity)
  certificate.setSubject(name)
  certificate.setIssuer(name)
  certificate.sign(privateKey, forge.md.sha256.create())
  return forge.pki.certificateToPem(certificate)
}
