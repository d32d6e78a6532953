/** Serves a provider for a debugger or a test: in plain text, for any number of configurations, until it is closed. */
import { chooseAddress, removeSocket, type Env } from './handshake.ts'
import type { Log } from './model/call.ts'
import type { Provider } from './model/provider.ts'
import { serve } from './server.ts'

export interface Attachable {
  /** Value of TF_REATTACH_PROVIDERS for Terraform and OpenTofu. */
  reattach: string
  close(): Promise<void>
}

export interface DebugOptions {
  /** As in `required_providers`, with the host: `registry.terraform.io/sensorform/sensorform`, for OpenTofu too. */
  source: string
  env: Env
  log: Log
}

/** Waits for Terraform to attach to this process instead of starting one. */
export async function serveForDebugging(
  provider: Provider<unknown>,
  { source, env, log }: DebugOptions,
): Promise<Attachable> {
  const address = chooseAddress(env)
  const serving = await serve({ provider, address, log, onShutdown: () => {} })
  const config = {
    Protocol: 'grpc',
    ProtocolVersion: 6,
    Pid: process.pid,
    Test: true,
    Addr: { Network: address.network, String: serving.address },
  }
  return {
    reattach: JSON.stringify(Object.fromEntries(sourcesOf(source).map((one) => [one, config]))),
    close: async () => {
      await serving.close()
      removeSocket(address)
    },
  }
}

/** A provider that is declared without a host is one of another registry for OpenTofu. */
const sourcesOf = (source: string): string[] => [
  ...new Set([source, source.replace(/^registry\.terraform\.io\//, 'registry.opentofu.org/')]),
]
