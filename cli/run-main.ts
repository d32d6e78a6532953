/** Binds the CLI to this process: streams, signals, exit code. */
import { keepHeapSmall } from './heap.ts'
import type { Io } from './io.ts'
import { runCli } from './run-cli.ts'

export async function runMain(): Promise<void> {
  keepHeapSmall()
  quietExperiments()
  process.stdout.on('error', stopOnClosedPipe)
  process.stderr.on('error', stopOnClosedPipe)
  const io = ioOfProcess()
  process.exitCode = await runCli(process.argv.slice(2), io)
  if (io.asked) process.stdin.destroy()
}

/** `asked` says that stdin was opened: left open, it would keep the process waiting. */
const ioOfProcess = (): Io & { asked: boolean } => ({
  asked: false,
  stdout: process.stdout,
  stderr: process.stderr,
  get stdin() {
    this.asked = true
    return process.stdin
  },
  env: process.env,
  cwd: process.cwd(),
  terminal: {
    get stdin() {
      return process.stdin.isTTY ?? false
    },
    stdout: process.stdout.isTTY ?? false,
    stderr: process.stderr.isTTY ?? false,
  },
  onInterrupt: (handler) => {
    process.on('SIGINT', handler)
    process.on('SIGTERM', handler)
    return () => {
      process.off('SIGINT', handler)
      process.off('SIGTERM', handler)
    }
  },
})

/** `sensorform plan | head` ends quietly. */
function stopOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit(process.exitCode ?? 0)
}

/** Older Nodes announce that their SQLite is new; users need not read it. */
function quietExperiments(): void {
  process.removeAllListeners('warning')
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning') process.stderr.write(`${warning.name}: ${warning.message}\n`)
  })
}
