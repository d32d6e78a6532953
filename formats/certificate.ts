/**
 * Checks a certificate offline, before any call, by the rules that the vendor publishes for the web console's
 * certificate. Every check that lacks something (a key that is not at hand) is named in `unchecked`, never passed over.
 *
 * @module
 */
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'
import { certificateFacts, readCertificate, splitPem, type CertificateFacts } from './certificate-facts.ts'
import { chainProblem, orderFindings } from './chain-order.ts'

export { alternativeNames, certificateFacts, splitPem, type CertificateFacts } from './certificate-facts.ts'

/** What is known. `null`: declared, but not at hand on this machine. Left out: not declared. */
export interface CertificateInput {
  /** PEM text or DER. */
  certificate: string | Uint8Array
  /** PEM text: the issuer of the certificate first, each followed by its own issuer. */
  chain?: string
  privateKey?: string | null
  passphrase?: string | null
  /** Declared host name of the appliance. */
  hostname?: string
  /** Wall clock, ms since the epoch. */
  now: number
}

export interface CertificateFinding {
  /** An entry of the problem catalogue. */
  code: string
  message: string
  hint: string
  /** The file that it is about, where the code does not tell. */
  of?: 'chain'
}

export interface CertificateCheck {
  /** Absent when the certificate cannot be read. */
  facts?: CertificateFacts
  findings: readonly CertificateFinding[]
  /** What could not be checked, and why, in a sentence each. */
  unchecked: readonly string[]
}

/** Checks everything that is at hand. Findings never hold a part of the key or the passphrase. */
export function checkCertificate(input: CertificateInput): CertificateCheck {
  if (holdsPrivateKey(input.certificate)) return { findings: [holdsKey('The certificate file')], unchecked: [] }
  let facts
  try {
    facts = certificateFacts(input.certificate)
  } catch {
    return { findings: [unreadable], unchecked: [] }
  }
  const findings = [
    ...severalFindings(input.certificate),
    ...keyTypeFindings(facts),
    ...signatureFindings(facts),
    ...dateFindings(facts, input.now, 'The certificate'),
    ...nameFindings(facts, input.hostname),
    ...crlFindings(facts),
    ...chainFindings(input),
    ...passphraseFindings(input.passphrase),
    ...privateKeyFindings(input),
  ]
  return { facts, findings, unchecked: uncheckedOf(input) }
}

/** True when a file that should be public holds a private key. */
export function holdsPrivateKey(content: string | Uint8Array): boolean {
  const text = typeof content === 'string' ? content : Buffer.from(content).toString('latin1')
  return /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(text)
}

const holdsKey = (what: string): CertificateFinding => ({
  code: 'CERTIFICATE_HOLDS_KEY',
  message: `${what} holds a private key as well`,
  hint: 'Move the key into a file of its own outside Git, refer to it as privateKey, and consider it disclosed if it was ever committed.',
})

const unreadable: CertificateFinding = {
  code: 'CERTIFICATE_UNREADABLE',
  message: 'The file is not a certificate in PEM or DER',
  hint: 'Give the .crt file as the certificate authority issued it.',
}

/** A file with the whole chain, as web servers take it. */
function severalFindings(certificate: string | Uint8Array): CertificateFinding[] {
  const count = typeof certificate === 'string' ? splitPem(certificate).length : 1
  if (count <= 1) return []
  return [
    {
      code: 'CERTIFICATE_CHAIN',
      message: `The certificate file holds ${count} certificates; only the first one is taken`,
      hint: 'Leave the certificate of the sensor alone in that file, and declare its issuers as chain: { file: … }.',
    },
  ]
}

function keyTypeFindings({ keyType, keyBits }: CertificateFacts): CertificateFinding[] {
  if (keyType !== 'rsa') {
    return [
      {
        code: 'CERTIFICATE_KEY_TYPE',
        message: `The key of the certificate is of type ${keyType}; the sensor takes RSA only`,
        hint: 'Request a certificate for an RSA key of 2048 or 4096 bits.',
      },
    ]
  }
  if (keyBits >= 2048) return []
  return [
    {
      code: 'CERTIFICATE_KEY_SHORT',
      message: `The RSA key of the certificate has ${keyBits} bits; the sensor needs 2048 or more`,
      hint: 'Request a certificate for an RSA key of 2048 or 4096 bits.',
    },
  ]
}

const sha256WithRsa = '1.2.840.113549.1.1.11'

const signatureNames: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.4': 'md5WithRSAEncryption',
  '1.2.840.113549.1.1.5': 'sha1WithRSAEncryption',
  '1.2.840.113549.1.1.10': 'RSASSA-PSS',
  [sha256WithRsa]: 'sha256WithRSAEncryption',
  '1.2.840.113549.1.1.12': 'sha384WithRSAEncryption',
  '1.2.840.113549.1.1.13': 'sha512WithRSAEncryption',
  '1.2.840.10045.4.3.2': 'ecdsa-with-SHA256',
  '1.2.840.10045.4.3.3': 'ecdsa-with-SHA384',
  '1.3.101.112': 'Ed25519',
}

/** A signature algorithm by its common name; one without is told by its object identifier. */
export const signatureName = (oid: string): string => signatureNames[oid] ?? oid

function signatureFindings({ signatureOid }: CertificateFacts): CertificateFinding[] {
  if (signatureOid === sha256WithRsa) return []
  return [
    {
      code: 'CERTIFICATE_SIGNATURE',
      message: `The certificate is signed with ${signatureNames[signatureOid] ?? `algorithm ${signatureOid}`}; the sensor takes SHA-256 with RSA only`,
      hint: 'Have the certificate issued with sha256WithRSAEncryption.',
    },
  ]
}

/** To the second, as certificates say it. */
const shownDate = (date: string): string => date.replace('.000Z', 'Z')

function dateFindings(facts: CertificateFacts, now: number, what: string): CertificateFinding[] {
  if (Date.parse(facts.notAfter) <= now) {
    return [
      {
        code: 'CERTIFICATE_EXPIRED',
        message: `${what} expired at ${shownDate(facts.notAfter)}`,
        hint: 'Declare a renewed certificate.',
      },
    ]
  }
  if (Date.parse(facts.notBefore) <= now) return []
  return [
    {
      code: 'CERTIFICATE_NOT_YET_VALID',
      message: `${what} is not valid before ${shownDate(facts.notBefore)}`,
      hint: 'Wait until then, or have it issued with an earlier start; check the clock of this machine.',
    },
  ]
}

function nameFindings({ commonName, subject }: CertificateFacts, hostname: string | undefined): CertificateFinding[] {
  const hint = 'The CN must be the host name of this one sensor; have the certificate issued for it.'
  if (!commonName) {
    return [{ code: 'CERTIFICATE_CN', message: `The subject of the certificate (${subject}) has no CN`, hint }]
  }
  if (commonName.includes('*')) {
    return [
      {
        code: 'CERTIFICATE_CN',
        message: `The CN ${commonName} is a wildcard, which the sensor does not support`,
        hint,
      },
    ]
  }
  if (hostname === undefined || hostname.toLowerCase() === commonName.toLowerCase()) return []
  return [
    {
      code: 'CERTIFICATE_CN',
      message: `The CN ${commonName} is not the declared host name ${hostname}`,
      hint,
    },
  ]
}

function crlFindings({ crlUrls }: CertificateFacts): CertificateFinding[] {
  return crlUrls
    .filter((url) => !/^http:\/\//i.test(url))
    .map((url) => ({
      code: 'CERTIFICATE_CRL',
      message: `The CRL distribution point ${url} is not an http:// address; the sensor fetches over plain http only`,
      hint: 'Have the certificate issued with an http:// distribution point, or with none.',
    }))
}

function chainFindings(input: CertificateInput): CertificateFinding[] {
  const { chain } = input
  if (chain === undefined) return []
  return chainFileFindings(chain, input).map((finding) => ({ ...finding, of: 'chain' }))
}

function chainFileFindings(chain: string, { certificate, now }: CertificateInput): CertificateFinding[] {
  if (holdsPrivateKey(chain)) return [holdsKey('The chain file')]
  const pems = splitPem(chain)
  if (pems.length === 0) return [chainProblem('The chain file holds no certificate in PEM')]
  let issuers
  try {
    issuers = pems.map((pem) => new X509Certificate(pem))
  } catch {
    return [chainProblem('The chain file holds something that is not a certificate')]
  }
  return [
    ...orderFindings(readCertificate(certificate), issuers),
    ...pems.flatMap((pem, index) => dateFindings(certificateFacts(pem), now, `Certificate ${index + 1} of the chain`)),
  ]
}

/** The documented alphabet. */
const passphraseAlphabet = /^[A-Za-z0-9!#%()+,\-./:=?@[\\\]^_{}~]*$/

function passphraseFindings(passphrase: string | null | undefined): CertificateFinding[] {
  if (typeof passphrase !== 'string' || passphraseAlphabet.test(passphrase)) return []
  return [
    {
      code: 'CERTIFICATE_PASSPHRASE',
      message: 'The passphrase of the private key holds a character that the sensor does not take',
      hint: 'Use letters, digits and ! # % ( ) + , - . / : = ? @ [ \\ ] ^ _ { } ~ only.',
    },
  ]
}

function privateKeyFindings(input: CertificateInput): CertificateFinding[] {
  const { privateKey, passphrase } = input
  if (typeof privateKey !== 'string' || passphrase === null) return []
  const key = openKey(privateKey, passphrase)
  if ('code' in key) return [key]
  if (readCertificate(input.certificate).checkPrivateKey(key.key)) return []
  return [
    {
      code: 'CERTIFICATE_KEY_MISMATCH',
      message: 'The private key does not belong to the certificate',
      hint: 'Give the key that the certificate was requested with.',
    },
  ]
}

const isEncrypted = (pem: string): boolean => /ENCRYPTED/.test(pem)

/** The library's own message is left out: it says less than these, and could quote the input. */
function openKey(pem: string, passphrase: string | undefined): { key: KeyObject } | CertificateFinding {
  if (isEncrypted(pem) && passphrase === undefined) {
    return {
      code: 'CERTIFICATE_PASSPHRASE',
      message: 'The private key is encrypted and no passphrase is declared',
      hint: 'Declare passphrase: { fromEnv: NAME } beside privateKey.',
    }
  }
  try {
    return { key: createPrivateKey({ key: pem, ...(passphrase !== undefined && { passphrase }) }) }
  } catch {
    return isEncrypted(pem)
      ? {
          code: 'CERTIFICATE_PASSPHRASE',
          message: 'The passphrase does not open the private key',
          hint: 'Check that passphrase and privateKey belong together.',
        }
      : {
          code: 'CERTIFICATE_KEY_UNREADABLE',
          message: 'The private key is not a key in PEM',
          hint: 'Give the .key file in PEM.',
        }
  }
}

function uncheckedOf({ privateKey, passphrase, hostname }: CertificateInput): string[] {
  const keyMissing = privateKey === null || (typeof privateKey === 'string' && passphrase === null)
  const passphraseMissing = passphrase === null
  return [
    ...(hostname === undefined ? ['CN equals the host name: no host name is declared'] : []),
    ...(keyMissing
      ? [`key matches certificate: the ${privateKey === null ? 'private key' : 'passphrase'} is not at hand`]
      : []),
    ...(passphraseMissing ? ['passphrase alphabet: the passphrase is not at hand'] : []),
  ]
}
