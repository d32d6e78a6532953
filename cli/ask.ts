/** Questions to a person. */
import type { Command } from './command.ts'
import { UsageError } from './usage-error.ts'

/** True when somebody can be asked. */
export const canAsk = ({ io: { terminal } }: Command): boolean => terminal.stdin && terminal.stderr

/** Refuses to go on where nobody can be asked, and tells what to give instead. */
export function mustBeAskable(command: Command, instead: string): void {
  if (canAsk(command)) return
  throw new UsageError('NOT_A_TERMINAL', 'There is no terminal to ask on, so nothing was done', instead)
}

/** Asks on the terminal; only `yes` is yes. */
export async function askYes({ io: { stdin, stderr } }: Command, question: string): Promise<boolean> {
  stderr.write(`${question} Only "yes" is taken as yes: `)
  return (await firstLine(stdin)).trim().toLowerCase() === 'yes'
}

async function firstLine(input: AsyncIterable<string | Uint8Array>): Promise<string> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of input) {
    text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
    if (text.includes('\n') || text.length > 1000) break
  }
  return text.split('\n')[0] ?? ''
}
