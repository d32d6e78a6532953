/**
 * Measures within a process of its own, so that memory is that of the work alone. A module that measures calls
 * `tellMeasure` when it is started with arguments, and `measureIn` runs it so.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'

export interface Measured {
  /** CPU time of all threads: machines that are busy with other things stretch wall time. */
  cpuMs: number
  ms: number
  /** Largest resident size of the process, its preparations included. */
  peakMb: number
}

/** Runs `work` once and prints what it took. */
export async function tellMeasure(work: () => unknown): Promise<void> {
  const [cpuBefore, started] = [process.cpuUsage(), performance.now()]
  await work()
  const ms = performance.now() - started
  const { user, system } = process.cpuUsage(cpuBefore)
  const measured: Measured = { cpuMs: (user + system) / 1000, ms, peakMb: process.resourceUsage().maxRSS / 1024 }
  console.log(JSON.stringify(measured))
}

/** The measure of a module that is run with these arguments. */
export function measureIn(file: string, ...args: readonly (string | number)[]): Measured {
  const env: NodeJS.ProcessEnv = { ...process.env }
  delete env['NODE_EXTRA_CA_CERTS']
  return JSON.parse(execFileSync(process.execPath, [file, ...args.map(String)], { encoding: 'utf8', env })) as Measured
}
