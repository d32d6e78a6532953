/** Reads certificate revocation lists. Fetched over plain http, from loopback only: a simulator reaches no network. */
import forge from 'node-forge'

type Asn1 = forge.asn1.Asn1

const childrenOf = (node: Asn1 | undefined): Asn1[] => (Array.isArray(node?.value) ? node.value : [])

/** Serial numbers (hex, upper case, no leading zeros) that a list in DER or PEM revokes. Throws for anything else. */
export function revokedSerials(list: Uint8Array): Set<string> {
  const text = Buffer.from(list).toString('latin1')
  const der = text.includes('-----BEGIN') ? forge.pem.decode(text)[0]?.body : text
  if (der === undefined) throw new SyntaxError('not a certificate revocation list')
  const [body] = childrenOf(forge.asn1.fromDer(der))
  if (!body) throw new SyntaxError('not a certificate revocation list')
  const entries = childrenOf(body).find(isEntries)
  return new Set(childrenOf(entries).map((entry) => serialOf(childrenOf(entry)[0])))
}

/** The list of entries: a sequence of sequences that begin with an integer; no other part of the list is one. */
const isEntries = (node: Asn1): boolean =>
  node.type === forge.asn1.Type.SEQUENCE && childrenOf(childrenOf(node)[0])[0]?.type === forge.asn1.Type.INTEGER

const serialOf = (node: Asn1 | undefined): string =>
  normalSerial(typeof node?.value === 'string' ? Buffer.from(node.value, 'latin1').toString('hex') : '')

/** One spelling for serial numbers. */
export const normalSerial = (hex: string): string => hex.toUpperCase().replace(/^0+/, '')

/** Fetches a list. Undefined when it is not reachable. */
export async function fetchCrl(url: string): Promise<Set<string> | undefined> {
  try {
    const { protocol, hostname } = new URL(url)
    if (protocol !== 'http:' || !/^(127\.[0-9.]+|localhost)$/.test(hostname)) return undefined
    const answer = await fetch(url, { signal: AbortSignal.timeout(3000), redirect: 'error' })
    return answer.ok ? revokedSerials(new Uint8Array(await answer.arrayBuffer())) : undefined
  } catch {
    return undefined
  }
}
