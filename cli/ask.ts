/** Questions to a person. */
import type { Command } from './command.ts'
import type { Io } from './io.ts'
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
  return (await nextLine(stdin)).trim().toLowerCase() === 'yes'
}

interface Lines {
  chunks: AsyncIterator<string | Uint8Array>
  decoder: TextDecoder
  /** Read, but not yet taken. */
  rest: string
}

/** One reader for each input, so that a second question finds what was typed after the first answer. */
const readers = new WeakMap<Io['stdin'], Lines>()

async function nextLine(input: Io['stdin']): Promise<string> {
  const lines = readers.get(input) ?? { chunks: input[Symbol.asyncIterator](), decoder: new TextDecoder(), rest: '' }
  readers.set(input, lines)
  while (!lines.rest.includes('\n') && lines.rest.length < 1000) {
    const { done, value } = await lines.chunks.next()
    if (done) break
    lines.rest += typeof value === 'string' ? value : lines.decoder.decode(value, { stream: true })
  }
  const [line = '', ...more] = lines.rest.split('\n')
  lines.rest = more.join('\n')
  return line
}
