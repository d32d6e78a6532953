/**
 * What a certificate says, read offline. node:crypto reads all but the signature algorithm and the CRL distribution
 * points, for which it has no member in every supported Node; these are read from the ASN.1 with node-forge.
 *
 * @module
 */
import { createHash, X509Certificate } from 'node:crypto'
import type forge from 'node-forge'
import asn1 from 'node-forge/lib/asn1.js'

/** Everything that rules and messages need. Public content only. */
export interface CertificateFacts {
  /** SHA-256 of the DER form, hex in lower case. */
  sha256: string
  /** `sha256/` and the base64 SHA-256 of the public key (SubjectPublicKeyInfo). */
  pin: string
  subject: string
  /** The last CN of the subject. */
  commonName?: string
  issuer: string
  /** ISO 8601, UTC. */
  notBefore: string
  notAfter: string
  /** Hex in upper case. */
  serialNumber: string
  /** URLs of the CRL distribution points. */
  crlUrls: readonly string[]
  /** As in `rsa`, `ec`, `ed25519`. */
  keyType: string
  /** Bits of an RSA modulus; 0 for other keys. */
  keyBits: number
  /** Object identifier of the signature algorithm. */
  signatureOid: string
  /** This one certificate in PEM. */
  pem: string
}

const pemBlock = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g

/** The certificates of a PEM text, in its order. Text around them is left out. */
export const splitPem = (text: string): string[] => text.match(pemBlock) ?? []

/** Reads a certificate in PEM (its first one) or DER. Throws a SyntaxError when there is none. */
export function readCertificate(content: string | Uint8Array): X509Certificate {
  const pem = splitPem(typeof content === 'string' ? content : Buffer.from(content).toString('latin1'))[0]
  try {
    return new X509Certificate(pem ?? content)
  } catch {
    throw new SyntaxError('not a certificate in PEM or DER')
  }
}

/** Reads the facts of a certificate in PEM (its first one) or DER. Throws a SyntaxError when there is none. */
export function certificateFacts(content: string | Uint8Array): CertificateFacts {
  const certificate = readCertificate(content)
  const { publicKey, raw } = certificate
  const commonName = [certificate.toLegacyObject().subject.CN ?? []].flat().at(-1)
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const { signatureOid, crlUrls } = readAsn1(raw)
  return {
    sha256: createHash('sha256').update(raw).digest('hex'),
    pin: `sha256/${createHash('sha256').update(spki).digest('base64')}`,
    subject: oneLine(certificate.subject),
    ...(commonName && { commonName }),
    issuer: oneLine(certificate.issuer),
    notBefore: new Date(certificate.validFrom).toISOString(),
    notAfter: new Date(certificate.validTo).toISOString(),
    serialNumber: certificate.serialNumber,
    crlUrls,
    keyType: publicKey.asymmetricKeyType ?? 'unknown',
    keyBits: publicKey.asymmetricKeyDetails?.modulusLength ?? 0,
    signatureOid,
    pem: certificate.toString(),
  }
}

/**
 * Subject alternative names of a certificate in PEM or DER, such as `DNS:line-1.example` and `IP Address:10.20.0.5`. A
 * name that holds a comma or a quote is in quotes, as JSON has them. Throws a SyntaxError when there is no certificate.
 */
export const alternativeNames = (content: string | Uint8Array): string[] =>
  (readCertificate(content).subjectAltName ?? '').match(/(?:"(?:\\.|[^"\\])*"|[^,"])+/g)?.map((name) => name.trim()) ??
  []

const oneLine = (name: string | undefined): string => (name ?? '').split('\n').join(', ')

type Asn1 = forge.asn1.Asn1

const childrenOf = ({ value }: Asn1): Asn1[] => (Array.isArray(value) ? value : [])
const oidOf = (node: Asn1 | undefined): string => (typeof node?.value === 'string' ? asn1.derToOid(node.value) : '')

function readAsn1(der: Buffer): Pick<CertificateFacts, 'signatureOid' | 'crlUrls'> {
  const [body, algorithm] = childrenOf(asn1.fromDer(der.toString('latin1')))
  if (!body || !algorithm) throw new SyntaxError('not a certificate in PEM or DER')
  const extensions = childrenOf(body).find(
    ({ tagClass, type }) => tagClass === asn1.Class.CONTEXT_SPECIFIC && type === extensionsTag,
  )
  const list = extensions ? childrenOf(extensions).flatMap(childrenOf) : []
  const crl = list.find((extension) => oidOf(childrenOf(extension)[0]) === crlDistributionPoints)
  return { signatureOid: oidOf(childrenOf(algorithm)[0]), crlUrls: crl ? urlsOf(childrenOf(crl).at(-1)) : [] }
}

/** [3] of TBSCertificate: extensions. Forge gives context tags the name of the universal type with that number. */
const extensionsTag = asn1.Type.BITSTRING
const crlDistributionPoints = '2.5.29.31'
/** [6] of GeneralName: uniformResourceIdentifier. */
const uriTag = asn1.Type.OID

/** An extension's value is an octet string that forge may already have opened. */
function urlsOf(octets: Asn1 | undefined): string[] {
  if (!octets) return []
  const inner = typeof octets.value === 'string' ? asn1.fromDer(octets.value) : octets
  return collectUris(inner)
}

function collectUris(node: Asn1): string[] {
  const isUri = node.tagClass === asn1.Class.CONTEXT_SPECIFIC && node.type === uriTag
  if (isUri && typeof node.value === 'string') return [node.value]
  return childrenOf(node).flatMap(collectUris)
}
