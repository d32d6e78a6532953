/** The same scheme and port at another address. */
export function endpointAt(endpoint: string, address: string): string {
  const url = new URL(endpoint)
  url.hostname = address
  return url.origin
}

/** Name or address that an endpoint names. */
export const hostOf = (endpoint: string): string => new URL(endpoint).hostname

/** True for an IPv4 or IPv6 address: never a name that a certificate is checked against. */
export const isAddress = (host: string): boolean => /^[0-9.]+$/.test(host) || host.startsWith('[')
