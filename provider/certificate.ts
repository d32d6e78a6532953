/**
 * The certificate that the provider shows Terraform: self-signed, for this process only, its key never on disk. Node
 * writes no X.509, so this is the DER of it; the rules are those of the plugin protocol, not of an appliance.
 *
 * @module
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

export interface OwnCertificate {
  der: Buffer
  certificate: string
  privateKey: string
}

const hourMs = 3_600_000
const yearMs = 365 * 24 * hourMs

/** Makes an ECDSA P-256 certificate for `localhost`, the name that Terraform asks for. */
export function makeCertificate(now = Date.now()): OwnCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, serialNumber()),
    signatureAlgorithm,
    localhost,
    sequence(time(now - hourMs), time(now + 10 * yearMs)),
    localhost,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions)),
  )
  const signature = tagged(0x03, Buffer.from([0]), sign('sha256', body, privateKey))
  const der = sequence(body, signatureAlgorithm, signature)
  return { der, certificate: toPem(der), privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) }
}

function tagged(tag: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag]), lengthOf(body.length), body])
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length])
  return length < 0x100 ? Buffer.from([0x81, length]) : Buffer.from([0x82, length >> 8, length & 0xff])
}

const sequence = (...parts: Uint8Array[]): Buffer => tagged(0x30, ...parts)
const objectId = (hex: string): Buffer => tagged(0x06, Buffer.from(hex, 'hex'))

/** ecdsa-with-SHA256. */
const signatureAlgorithm = sequence(objectId('2a8648ce3d040302'))
/** CN=localhost. */
const localhost = sequence(tagged(0x31, sequence(objectId('550403'), tagged(0x0c, Buffer.from('localhost')))))

const critical = Buffer.from([0x01, 0x01, 0xff])
const extensions = [
  /* basicConstraints: a certificate authority, since Terraform trusts it as one. */
  sequence(objectId('551d13'), critical, tagged(0x04, sequence(critical))),
  /* keyUsage: digitalSignature, keyEncipherment, keyAgreement, keyCertSign. */
  sequence(objectId('551d0f'), critical, tagged(0x04, tagged(0x03, Buffer.from([2, 0b1010_1100])))),
  /* extendedKeyUsage: serverAuth, clientAuth. */
  sequence(objectId('551d25'), tagged(0x04, sequence(objectId('2b06010505070301'), objectId('2b06010505070302')))),
  /* subjectAltName: DNS:localhost. */
  sequence(objectId('551d11'), tagged(0x04, sequence(tagged(0x82, Buffer.from('localhost'))))),
]

/** Positive, and without a leading zero byte. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return bytes
}

/** UTCTime up to 2049, GeneralizedTime from then on. */
function time(at: number): Buffer {
  const digits = `${new Date(at).toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}Z`
  return digits < '2050' ? tagged(0x17, Buffer.from(digits.slice(2))) : tagged(0x18, Buffer.from(digits))
}

const toPem = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der
    .toString('base64')
    .replaceAll(/(.{64})/g, '$1\n')
    .trim()}\n-----END CERTIFICATE-----\n`
