/** Questions to a person. */
import type { Command } from './command.ts'
import { UsageError } from './usage-error.ts'

/** Asks on the terminal; only `yes` is yes. Elsewhere refuses, with what to give instead. */
export async function askYes(command: Command, question: string, instead: string): Promise<boolean> {
  const { terminal, stdin, stderr } = command.io
  if (!terminal.stdin || !terminal.stderr) {
    throw new UsageError('NOT_A_TERMINAL', 'There is no terminal to ask on, so nothing was done', instead)
  }
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
