import type { Command } from '../command.ts'
import { completionScript, isShell, shells } from '../completion-scripts.ts'
import { exitCodes } from '../exit-codes.ts'
import { nearest } from '../nearest.ts'
import { UsageError } from '../usage-error.ts'

export async function run({ positionals: [shell = ''], io }: Command): Promise<number> {
  if (!isShell(shell)) {
    const near = nearest(shell, shells)
    throw new UsageError(
      'ARGUMENTS',
      `${JSON.stringify(shell)} is none of ${shells.join(', ')}`,
      near === undefined ? undefined : `Did you mean ${near}?`,
    )
  }
  io.stdout.write(completionScript(shell))
  return exitCodes.ok
}
