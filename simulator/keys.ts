/** Keys and self-signed certificates of appliances. */
import {
  constants,
  createHash,
  createPublicKey,
  generateKeyPair,
  generateKeyPairSync,
  privateEncrypt,
  type KeyObject,
} from 'node:crypto'
import { promisify } from 'node:util'
import forge from 'node-forge'

/** A certificate with its key, and the chain that is served with it. All PEM. */
export interface ServedKey {
  certificate: string
  chain: string | null
  privateKey: string
}

/** Gives keys. A pool repeats itself when it is used up: a thousand RSA keys would take a minute. */
export interface KeyPool {
  next(): Promise<KeyObject>
}

const generate = promisify(generateKeyPair)

/** Keys that this process has made, by seed and place: starting a simulator again costs none. */
const made = new Map<string, Promise<KeyObject>>()

/** Makes a pool of so many distinct RSA keys of 2048 bits, each made when it is first needed. Another seed has others. */
export function createKeyPool(distinctKeys = 24, seed = 1): KeyPool {
  let asked = 0
  return {
    next: () => {
      const place = `${seed}/${asked++ % distinctKeys}`
      const key = made.get(place) ?? generate('rsa', { modulusLength: 2048 }).then(({ privateKey }) => privateKey)
      made.set(place, key)
      return key
    },
  }
}

const strangers: KeyObject[] = []

/** The nth key of those that no appliance was installed with; the same whenever this process asks for it. */
export function strangerKey(nth: number): KeyObject {
  const key = strangers[nth] ?? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  strangers[nth] = key
  return key
}

const dayMs = 86_400_000

/** Makes the self-signed certificate that a sensor has after installation, valid around any clock in use. */
export function selfSigned(privateKey: KeyObject, commonName: string, serialNumber: string, nowMs: number): ServedKey {
  const certificate = forge.pki.createCertificate()
  const { n, e } = createPublicKey(privateKey).export({ format: 'jwk' })
  certificate.publicKey = forge.pki.rsa.setPublicKey(integerOf(n), integerOf(e))
  certificate.serialNumber = `01${createHash('sha256').update(serialNumber).digest('hex').slice(0, 14)}`
  certificate.validity.notBefore = new Date(Math.min(nowMs, Date.now()) - dayMs)
  certificate.validity.notAfter = new Date(Math.max(nowMs, Date.now()) + 3650 * dayMs)
  const name = [{ name: 'commonName', value: commonName }]
  certificate.setSubject(name)
  certificate.setIssuer(name)
  certificate.sign(openSslSigner(privateKey), forge.md.sha256.create())
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
  return { certificate: forge.pki.certificateToPem(certificate).replaceAll('\r', ''), chain: null, privateKey: pem }
}

const integerOf = (base64url: string | undefined): forge.jsbn.BigInteger =>
  new forge.jsbn.BigInteger(Buffer.from(base64url ?? '', 'base64url').toString('hex'), 16)

/** What stands before a SHA-256 digest in a PKCS #1 signature (RFC 8017, 9.2). */
const sha256Info = Buffer.from('3031300d060960864801650304020105000420', 'hex')

/** Signs with OpenSSL: some hundred times faster than in JavaScript, which counts for a thousand sensors. */
function openSslSigner(key: KeyObject): forge.pki.rsa.PrivateKey {
  const signer = {
    sign: (md: forge.md.MessageDigest) => {
      const info = Buffer.concat([sha256Info, Buffer.from(md.digest().getBytes(), 'latin1')])
      return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, info).toString('latin1')
    },
  }
  return signer as unknown as forge.pki.rsa.PrivateKey
}

/** `sha256/…` of the public key of a certificate or key in PEM. */
export function pinOf(pem: string | KeyObject): string {
  const spki = createPublicKey(pem).export({ type: 'spki', format: 'der' })
  return `sha256/${createHash('sha256').update(spki).digest('base64')}`
}
