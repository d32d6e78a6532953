/** Importing a certificate: the documented checks with their documented messages, then a real swap. */
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'
import { certificateFacts, splitPem, type CertificateFacts } from '../../formats/certificate.ts'
import type { CertificateImport } from '../../schemas/generated/wire.ts'
import type { Answer } from '../edge.ts'
import { selfSigned, type ServedKey } from '../keys.ts'
import { actorOf, audited } from './audit.ts'
import { fetchCrl, normalSerial } from './crl.ts'
import { Refusal } from './refusal.ts'
import type { Appliance, Call, Handlers } from './sensor.ts'
import type { ApplianceState } from './state.ts'

/** The six messages of the vendor. */
export const importErrors = {
  passphrase: 'Passphrase does not match to the key',
  chain: "Cannot validate chain of trust. The provided Certificate and Root CA don't match.",
  expired: "This SSL certificate has expired and isn't considered valid.",
  revoked: "This certificate has been revoked by the CRL and can't be trusted for a secure connection",
  crlUnreachable:
    'The CRL (Certificate Revocation List) location is not reachable. Verify the URL can be accessed from this appliance',
  failed: 'Certificate validation failed',
} as const

const refuse = (which: keyof typeof importErrors): Refusal =>
  new Refusal(422, 'CERTIFICATE_REFUSED', importErrors[which], { details: { reason: which } })

const sha256WithRsa = '1.2.840.113549.1.1.11'

async function importCertificate(appliance: Appliance, call: Call): Promise<Answer> {
  const given = call.body as CertificateImport
  const key = readKey(given)
  const facts = readFacts(given.certificate)
  checkCertificate(appliance, facts, key)
  checkChain(given)
  await checkRevocation(facts)
  appliance.commit(importedState(appliance, given, key, call))
  const body = { revision: appliance.revision() }
  return { status: 200, headers: { connection: 'close' }, body, sent: () => appliance.swapCertificate() }
}

function readKey({ privateKey, passphrase }: CertificateImport): KeyObject {
  try {
    return createPrivateKey({ key: privateKey, ...(passphrase !== null && { passphrase }) })
  } catch {
    throw refuse(privateKey.includes('ENCRYPTED') ? 'passphrase' : 'failed')
  }
}

function readFacts(certificate: string): CertificateFacts {
  try {
    return certificateFacts(certificate)
  } catch {
    throw refuse('failed')
  }
}

function checkCertificate(appliance: Appliance, facts: CertificateFacts, key: KeyObject): void {
  const now = appliance.nowMs()
  if (Date.parse(facts.notAfter) <= now) throw refuse('expired')
  const hostname = appliance.hostname()
  const { commonName = '' } = facts
  const sound =
    Date.parse(facts.notBefore) <= now &&
    facts.keyType === 'rsa' &&
    facts.keyBits >= 2048 &&
    facts.signatureOid === sha256WithRsa &&
    commonName !== '' &&
    !commonName.includes('*') &&
    (hostname === null || commonName.toLowerCase() === hostname.toLowerCase()) &&
    new X509Certificate(facts.pem).checkPrivateKey(key)
  if (!sound) throw refuse('failed')
}

/** Each certificate of the chain has issued the one before it. */
function checkChain({ certificate, chain }: CertificateImport): void {
  if (chain === null) return
  const links = [certificate, ...splitPem(chain)].map((pem) => certificateOf(pem))
  const broken = links.some((link, index) => {
    const issuer = links[index + 1]
    return issuer !== undefined && !(link.checkIssued(issuer) && link.verify(issuer.publicKey))
  })
  if (links.length < 2 || broken) throw refuse('chain')
}

function certificateOf(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch {
    throw refuse('chain')
  }
}

/** Checked once, at import, where the certificate names a list. */
async function checkRevocation({ crlUrls, serialNumber }: CertificateFacts): Promise<void> {
  for (const url of crlUrls) {
    const revoked = await fetchCrl(url)
    if (!revoked) throw refuse('crlUnreachable')
    if (revoked.has(normalSerial(serialNumber))) throw refuse('revoked')
  }
}

const secret = (tag: CertificateImport['privateKeyTag']) => ({ set: true, tag })

function importedState(
  appliance: Appliance,
  given: CertificateImport,
  key: KeyObject,
  call: Call,
): Partial<ApplianceState> {
  const { settings, secrets } = appliance.state
  const { name, certificate, chain, passphrase } = given
  const entry = { action: 'import certificate', path: 'certificate.certificate', after: name }
  const before = settings.certificate
  return {
    served: { certificate, chain, privateKey: key.export({ type: 'pkcs8', format: 'pem' }) },
    secrets,
    settings: {
      ...settings,
      certificate: {
        ...before,
        name: name ?? before.name,
        certificate,
        chain,
        privateKey: secret(given.privateKeyTag),
        passphrase: passphrase === null ? null : secret(given.passphraseTag),
      },
    },
    audit: audited(appliance, actorOf(call), [entry]),
  }
}

/** What an appliance serves after somebody put another self-signed certificate there. */
export function otherSelfSigned(appliance: Appliance, privateKey: KeyObject): ServedKey {
  return selfSigned(
    privateKey,
    `sensor-${appliance.state.serialNumber}`,
    `${appliance.state.serialNumber}/other`,
    appliance.nowMs(),
  )
}

export const certificateHandlers: Handlers = { importCertificate }
