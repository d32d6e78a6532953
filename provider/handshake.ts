/**
 * How Terraform and a plugin find each other: what Terraform says in the environment, and the one line that the plugin
 * answers on stdout.
 *
 * @module
 */
import { chownSync, chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Env = Readonly<Record<string, string | undefined>>

/** Tells a start by Terraform from one by a curious person. Not a secret. */
const cookie = {
  name: 'TF_PLUGIN_MAGIC_COOKIE',
  value: 'd602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2',
}

export const isStartedByTerraform = (env: Env): boolean => env[cookie.name] === cookie.value

/** Where the plugin listens. */
export type Address =
  | { network: 'unix'; path: string; group?: number }
  | { network: 'tcp'; host: '127.0.0.1'; ports: readonly [first: number, last: number] }

/** A unix socket in a folder that only this user can enter; TCP on loopback where there are none. */
export function chooseAddress(env: Env, platform: NodeJS.Platform = process.platform): Address {
  if (platform === 'win32') {
    const [first, last] = [env['PLUGIN_MIN_PORT'], env['PLUGIN_MAX_PORT']].map(Number)
    return { network: 'tcp', host: '127.0.0.1', ports: [first || 10_000, last || 25_000] }
  }
  const folder = mkdtempSync(join(env['PLUGIN_UNIX_SOCKET_DIR'] || tmpdir(), 'sf-'))
  const group = Number(env['PLUGIN_UNIX_SOCKET_GROUP'])
  return { network: 'unix', path: join(folder, 's'), ...(group > 0 && { group }) }
}

/** Lets the group that Terraform names use the socket. */
export function shareSocket(address: Address): void {
  if (address.network !== 'unix' || address.group === undefined) return
  for (const [path, mode] of [
    [join(address.path, '..'), 0o750],
    [address.path, 0o660],
  ] as const) {
    chownSync(path, -1, address.group)
    chmodSync(path, mode)
  }
}

/** Takes the socket's folder away. */
export function removeSocket(address: Address): void {
  if (address.network === 'unix') rmSync(join(address.path, '..'), { recursive: true, force: true })
}

/** The certificate of the client that alone may connect. Absent: the user has switched TLS off. */
export const clientCertificate = (env: Env): string | undefined => env['PLUGIN_CLIENT_CERT'] || undefined

/** The line that Terraform waits for: core protocol 1, plugin protocol 6, and the certificate without padding. */
export function handshakeLine(network: 'unix' | 'tcp', address: string, der: Buffer | undefined): string {
  const certificate = der?.toString('base64').replaceAll('=', '') ?? ''
  return `1|6|${network}|${address}|grpc|${certificate}\n`
}
