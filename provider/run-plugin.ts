/**
 * A provider as the process that Terraform starts: handshake, signals, end.
 *
 * @module
 */
import { makeCertificate } from './certificate.ts'
import { serveForDebugging } from './debug.ts'
import { chooseAddress, clientCertificate, handshakeLine, isStartedByTerraform, removeSocket } from './handshake.ts'
import { createLog } from './log.ts'
import type { Provider } from './model/provider.ts'
import { serve, type Serving } from './server.ts'

/** Serves the provider until Terraform has done with it. */
export async function runPlugin(provider: Provider<unknown>): Promise<void> {
  if (!isStartedByTerraform(process.env)) return explain(provider)
  reportCrashes()
  const address = chooseAddress(process.env)
  process.on('exit', () => removeSocket(address))
  /* Ctrl-C reaches the whole group; Terraform then asks for the end itself, in order. */
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => process.exit(0))
  exitWithParent()
  const client = clientCertificate(process.env)
  const own = client === undefined ? undefined : makeCertificate()
  const serving = await serve({
    provider,
    address,
    log: createLog(process.env, (line) => process.stderr.write(line)),
    ...(client !== undefined && own && { tls: { client, own } }),
    onShutdown: () => void end(serving),
  })
  process.stdout.write(handshakeLine(address.network, serving.address, own?.der))
}

/** Terraform kills a plugin that has not ended after 2 s. */
const mostEndMs = 1500

/** Sessions with appliances are ended in order, as far as there is time. */
async function end(serving: Serving): Promise<void> {
  setTimeout(() => process.exit(0), mostEndMs)
  await serving.close()
  process.exit(0)
}

/** Says on stdout how Terraform attaches to this process, and serves until Ctrl-C. */
export async function runForDebugging(provider: Provider<unknown>): Promise<void> {
  const log = createLog(process.env, (line) => process.stderr.write(line))
  const attachable = await serveForDebugging(provider, { source: publicSource, env: process.env, log })
  process.stdout.write(`TF_REATTACH_PROVIDERS='${attachable.reattach}'\n`)
  process.once('SIGINT', () => void attachable.close().then(() => process.exit(0)))
}

/** As in `required_providers`, with the host that Terraform puts before it. */
const publicSource = 'registry.terraform.io/sensorform/sensorform'

function explain({ version }: Provider<unknown>): void {
  process.stderr.write(
    `This is the Terraform provider Sensorform ${version}. Terraform and OpenTofu start it; it does nothing by itself.\n`,
  )
  process.exitCode = 1
}

/** Terraform shows what follows the word "panic:" as the plugin's stack trace. The message may hold a value, so it stays out. */
function reportCrashes(): void {
  process.on('uncaughtException', (error) => {
    const frames = error.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? []
    process.stderr.write(`panic: ${error.name}\n${frames.join('\n')}\n`, () => process.exit(2))
  })
}

const parentCheckMs = 1000

/** Nothing tells a plugin that Terraform was killed. */
function exitWithParent(): void {
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) process.exit(0)
  }, parentCheckMs).unref()
}
