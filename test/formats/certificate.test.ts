/** Offline checks of certificates, on real ones. */
import { createHash, createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { certificateFacts, checkCertificate, type CertificateInput } from '../../formats/certificate.ts'
import { makeCertificate, makeKey, toDer } from './make-certificate.ts'

const [key, other, rootKey] = [makeKey(), makeKey(), makeKey()]
const short = makeKey(1024)
const now = Date.parse('2026-06-01T00:00:00Z')
const commonName = 'line-1.example'
const root = { key: rootKey, commonName: 'Example Root' }
const rootPem = makeCertificate(root)
const middle = { key: other, commonName: 'Example Issuing' }
const middlePem = makeCertificate({ ...middle, issuer: root })
const issued = makeCertificate({ key, commonName, issuer: middle })
const plain = makeCertificate({ key, commonName })

const encrypted = (passphrase: string): string =>
  createPrivateKey(key.privateKey).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase })

// An elliptic curve certificate: forge cannot make one, so this is a fixed one (CN=e), of no use to anybody.
const elliptic = `-----BEGIN CERTIFICATE-----
MIIBbDCCAROgAwIBAgIUEFyMZMzjZ+feV7yHR/B2dwDKXTwwCgYIKoZIzj0EAwIw
DDEKMAgGA1UEAwwBZTAeFw0yNjExMjMwMzQzNDNaFw0yNjExMjYwMzQzNDNaMAwx
CjAIBgNVBAMMAWUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATCFMN6XMszXNAt
xkvUb2Mvbfb3OOJgvLdzI9mrxlwlLLFN+4BK69kLeOl1VnxhGqYI/8gqjiKQURKI
Uo3pl7+3o1MwUTAdBgNVHQ4EFgQUJS2WOple4dHpV/u6xRO7il/FUBcwHwYDVR0j
BBgwFoAUJS2WOple4dHpV/u6xRO7il/FUBcwDwYDVR0TAQH/BAUwAwEB/zAKBggq
hkjOPQQDAgNHADBEAiAIoYM81OKqCg8MwrvzyHa8bXW9SRFPtC3LhZcqDlO91wIg
TwUs0yvj/k8Yr2C9N3ZYPsIgTX0WC3OWzcEnIUIMzHs=
-----END CERTIFICATE-----
`

test('facts are the same for PEM and DER', () => {
  const crlUrl = 'http://crl.example/root.crl'
  const pem = makeCertificate({ key, commonName, crlUrl })
  const certificate = new X509Certificate(pem)
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' })
  const facts = {
    sha256: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    pin: `sha256/${createHash('sha256').update(spki).digest('base64')}`,
    subject: `O=Example, CN=${commonName}`,
    commonName,
    issuer: `O=Example, CN=${commonName}`,
    notBefore: '2026-01-01T00:00:00.000Z',
    notAfter: '2027-01-01T00:00:00.000Z',
    serialNumber: '0A01',
    crlUrls: [crlUrl],
    keyType: 'rsa',
    keyBits: 2048,
    signatureOid: '1.2.840.113549.1.1.11',
    pem: certificate.toString(),
  }
  expect(certificateFacts(pem)).toEqual(facts)
  expect(certificateFacts(toDer(pem))).toEqual(facts)
  expect(certificateFacts(`a line before\n${pem}${rootPem}`)).toEqual(facts)
})

test.each(['', 'hello', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', Buffer.from([0x30, 0x82, 1])])(
  'what is no certificate is refused: %j',
  (content) => expect(() => certificateFacts(content)).toThrow(new SyntaxError('not a certificate in PEM or DER')),
)

const good: CertificateInput = {
  certificate: issued,
  chain: middlePem + rootPem,
  privateKey: key.privateKey,
  hostname: commonName,
  now,
}

/** `undefined` takes away what the good one has. */
type Wish = { [K in keyof CertificateInput]?: CertificateInput[K] | undefined }

test.each<{ name: string; input: Wish; codes?: string[]; unchecked?: string[] }>([
  { name: 'everything as it should be', input: {} },
  { name: 'self-signed, no chain', input: { certificate: plain, chain: undefined } },
  { name: 'DER', input: { certificate: toDer(issued) } },
  { name: 'a chain without its root', input: { chain: middlePem } },
  { name: 'a host name in other letters', input: { hostname: 'LINE-1.example' } },
  {
    name: 'a CRL over http',
    input: { certificate: makeCertificate({ key, commonName, crlUrl: 'http://crl.example' }), chain: undefined },
  },
  {
    name: 'an encrypted key and its passphrase',
    input: { privateKey: encrypted('correct-horse'), passphrase: 'correct-horse' },
  },
  { name: 'no certificate', input: { certificate: 'hello' }, codes: ['CERTIFICATE_UNREADABLE'] },
  {
    name: 'key and certificate in one file',
    input: { certificate: issued + key.privateKey },
    codes: ['CERTIFICATE_HOLDS_KEY'],
  },
  { name: 'a key in the chain', input: { chain: middlePem + key.privateKey }, codes: ['CERTIFICATE_HOLDS_KEY'] },
  {
    name: 'an elliptic curve',
    input: {
      certificate: elliptic,
      chain: undefined,
      privateKey: undefined,
      hostname: 'e',
      now: Date.parse('2026-11-24T00:00:00Z'),
    },
    codes: ['CERTIFICATE_KEY_TYPE', 'CERTIFICATE_SIGNATURE'],
  },
  {
    name: 'a short key',
    input: { certificate: makeCertificate({ key: short, commonName }), chain: undefined, privateKey: short.privateKey },
    codes: ['CERTIFICATE_KEY_SHORT'],
  },
  {
    name: 'SHA-1',
    input: { certificate: makeCertificate({ key, commonName, hash: 'sha1' }), chain: undefined },
    codes: ['CERTIFICATE_SIGNATURE'],
  },
  {
    name: 'expired',
    input: { now: Date.parse('2027-01-01T00:00:00Z') },
    codes: Array.from({ length: 3 }, () => 'CERTIFICATE_EXPIRED'),
  },
  {
    name: 'not valid yet',
    input: { certificate: makeCertificate({ key, commonName, notBefore: '2026-06-02' }), chain: undefined },
    codes: ['CERTIFICATE_NOT_YET_VALID'],
  },
  { name: 'no CN', input: { certificate: makeCertificate({ key }), chain: undefined }, codes: ['CERTIFICATE_CN'] },
  {
    name: 'a wildcard',
    input: { certificate: makeCertificate({ key, commonName: '*.example' }), chain: undefined, hostname: undefined },
    codes: ['CERTIFICATE_CN'],
    unchecked: ['CN equals the host name: no host name is declared'],
  },
  { name: 'another host', input: { hostname: 'line-2.example' }, codes: ['CERTIFICATE_CN'] },
  {
    name: 'a CRL over https',
    input: { certificate: makeCertificate({ key, commonName, crlUrl: 'https://crl.example' }), chain: undefined },
    codes: ['CERTIFICATE_CRL'],
  },
  {
    name: 'a chain in the wrong order',
    input: { chain: rootPem + middlePem },
    codes: ['CERTIFICATE_CHAIN'],
  },
  {
    name: 'the whole chain in place of the certificate',
    input: { certificate: issued + middlePem + rootPem },
    codes: ['CERTIFICATE_CHAIN'],
  },
  { name: 'a chain of others', input: { chain: rootPem }, codes: ['CERTIFICATE_CHAIN'] },
  {
    name: 'an issuer of the same name and another key',
    input: { chain: makeCertificate({ ...middle, key: rootKey, issuer: root }) },
    codes: ['CERTIFICATE_CHAIN'],
  },
  { name: 'an empty chain', input: { chain: '' }, codes: ['CERTIFICATE_CHAIN'] },
  {
    name: 'rubbish in the chain',
    input: { chain: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' },
    codes: ['CERTIFICATE_CHAIN'],
  },
  { name: 'the key of another', input: { privateKey: other.privateKey }, codes: ['CERTIFICATE_KEY_MISMATCH'] },
  { name: 'no key', input: { privateKey: 'hello' }, codes: ['CERTIFICATE_KEY_UNREADABLE'] },
  {
    name: 'an encrypted key without passphrase',
    input: { privateKey: encrypted('a') },
    codes: ['CERTIFICATE_PASSPHRASE'],
  },
  {
    name: 'the wrong passphrase',
    input: { privateKey: encrypted('correct-horse'), passphrase: 'battery-staple' },
    codes: ['CERTIFICATE_PASSPHRASE'],
  },
  {
    name: 'a passphrase outside the alphabet',
    input: { privateKey: encrypted('grün'), passphrase: 'grün' },
    codes: ['CERTIFICATE_PASSPHRASE'],
  },
  {
    name: 'what is not at hand is unchecked',
    input: { privateKey: null, passphrase: null, hostname: undefined },
    unchecked: [
      'CN equals the host name: no host name is declared',
      'key matches certificate: the private key is not at hand',
      'passphrase alphabet: the passphrase is not at hand',
    ],
  },
  {
    name: 'a key whose passphrase is not at hand is unchecked',
    input: { privateKey: encrypted('a'), passphrase: null },
    unchecked: [
      'key matches certificate: the passphrase is not at hand',
      'passphrase alphabet: the passphrase is not at hand',
    ],
  },
])('$name', ({ input, codes = [], unchecked = [] }) => {
  const given = Object.fromEntries(Object.entries({ ...good, ...input }).filter(([, value]) => value !== undefined))
  const check = checkCertificate(given as unknown as CertificateInput)
  expect(check.findings.map(({ code }) => code)).toEqual(codes)
  expect(check.unchecked).toEqual(unchecked)
})

test('no finding quotes a key or a passphrase', () => {
  const privateKey = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })
  const broken = privateKey.replace('PRIVATE KEY-----\n', 'PRIVATE KEY-----\nCANARY')
  for (const input of [
    { privateKey: broken },
    { privateKey, passphrase: 'CANARY§' },
    { certificate: `CANARY${broken}` },
  ]) {
    const check = checkCertificate({ ...good, ...input })
    expect(check.findings).not.toEqual([])
    expect(JSON.stringify(check)).not.toContain('CANARY')
  }
})

test.each<{ name: string; input: Wish; said: string }>([
  {
    name: 'names the right order',
    input: { chain: rootPem + middlePem },
    said: `The certificates of the chain are in the wrong order; it is ${oneLineSubject(middlePem)}; then ${oneLineSubject(rootPem)}`,
  },
  {
    name: 'knows the certificate in its own chain',
    input: { chain: issued + middlePem },
    said: 'Certificate 1 of the chain is the certificate itself, not one of its issuers',
  },
  {
    name: 'counts what a file holds',
    input: { certificate: issued + middlePem },
    said: 'The certificate file holds 2 certificates; only the first one is taken',
  },
  {
    name: 'names the algorithm',
    input: { certificate: makeCertificate({ key, commonName, hash: 'sha1' }), chain: undefined },
    said: 'The certificate is signed with sha1WithRSAEncryption; the sensor takes SHA-256 with RSA only',
  },
])('the message $name', ({ input, said }) => {
  const check = checkCertificate({ ...good, ...input } as unknown as CertificateInput)
  expect(check.findings.map(({ message }) => message)).toEqual([said])
})

function oneLineSubject(pem: string): string {
  return certificateFacts(pem).subject
}
