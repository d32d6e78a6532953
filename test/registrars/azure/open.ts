/** An azure registrar on a simulated cloud, or on any TLS server. Addresses: 127.20.122.x to 127.20.124.x. */
import { createAzureRegistrar, type AzureConfig } from '../../../registrars/azure/registrar.ts'
import type { Registrar } from '../../../reconcile/registrar.ts'
import type { Exchange } from '../../../transport/http.ts'
import { startTestCloud, subscriptionId, token, type TestCloud } from '../../simulator/cloud/start.ts'
import type { CloudOptions } from '../../../simulator/cloud/cloud.ts'

export interface Opened {
  registrar: Registrar
  /** Every attempt, as "GET 200". */
  attempts: string[]
  /** Pauses that were asked for, ms. */
  pauses: number[]
  secretsRead: () => number
}

export interface OpenOptions {
  /** Answers to reading the secret, the last one for ever. */
  tokens?: readonly string[]
  writeTimeoutMs?: number
  config?: Partial<AzureConfig>
  signal?: AbortSignal
}

/** Time does not pass in pauses, and their spread is zero. */
export function openRegistrar(endpoint: string, pin: string, options: OpenOptions = {}): Opened {
  const attempts: string[] = []
  const pauses: number[] = []
  const { tokens = [`${token}\n`], writeTimeoutMs, signal } = options
  let secretsRead = 0
  const config: AzureConfig = {
    endpoint,
    subscriptionId,
    location: 'eastus',
    token: { fromEnv: 'AZURE_TOKEN' },
    trust: [{ pin }],
    ...options.config,
  }
  const registrar = createAzureRegistrar('cloud', config, {
    readSecret: () => {
      secretsRead += 1
      return Promise.resolve(tokens[Math.min(secretsRead, tokens.length) - 1] ?? '')
    },
    clock: {
      now: Date.now,
      monotonic: () => performance.now(),
      sleep: (ms) => {
        pauses.push(ms)
        return Promise.resolve()
      },
    },
    random: () => 0,
    onExchange: ({ method, status }: Exchange) => attempts.push(`${method} ${status ?? 'cut'}`),
    ...(signal && { signal }),
    ...(writeTimeoutMs !== undefined && { writeTimeoutMs }),
  })
  return { registrar, attempts, pauses, secretsRead: () => secretsRead }
}

export interface OpenedCloud extends TestCloud, Opened {}

export async function openCloud(
  address: string,
  { cloud: cloudOptions, ...options }: OpenOptions & { cloud?: Partial<CloudOptions> } = {},
): Promise<OpenedCloud> {
  const running = await startTestCloud(address, { sites: ['berlin-plant', 'hamburg-plant'], ...cloudOptions })
  const opened = openRegistrar(running.cloud.endpoint, running.cloud.pin, options)
  const stop = async () => {
    await opened.registrar.close?.()
    await running.stop()
  }
  return { ...running, ...opened, stop }
}
