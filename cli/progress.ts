/** What happens during a run, on stderr: one live line on a terminal, one line an event elsewhere. */
import type { RunEvent } from '../reconcile/outcome.ts'
import { plainText } from '../report/neutral.ts'
import { outcomeTexts, stepTexts } from '../report/words.ts'
import type { Command } from './command.ts'

export interface Progress {
  onEvent(event: RunEvent): void
  /** Takes the live line away. */
  end(): void
}

export function startProgress(command: Command): Progress {
  if (command.given.on('quiet')) return { onEvent: () => {}, end: () => {} }
  return command.io.terminal.stderr && command.io.env['TERM'] !== 'dumb' ? liveLine(command) : eventLines(command)
}

function eventLines(command: Command): Progress {
  const verbose = command.given.on('verbose')
  return {
    onEvent: (event) => {
      const text = eventText(event, verbose)
      if (text !== undefined) command.note(text)
    },
    end: () => {},
  }
}

/** Reads are told only where they fail, unless `--verbose`: a pipeline's log should be short. */
function eventText(event: RunEvent, verbose: boolean): string | undefined {
  const key = plainText(event.key)
  switch (event.type) {
    case 'observing':
      return verbose ? `${key}: reading` : undefined
    case 'observed':
      if (event.problem) return `${key}: could not be read (${event.problem.code})`
      return verbose ? `${key}: read` : undefined
    case 'stepStarted':
      return `${key}: ${plainText(event.title)} …`
    case 'stepProgress':
      return `${key}: ${plainText(event.note)}`
    case 'stepFinished':
      return `${key}: ${plainText(event.title)}: ${stepTexts[event.status]}`
    case 'applianceFinished':
      return verbose ? `${key}: ${outcomeTexts[event.status]}` : undefined
    default:
      return event satisfies never
  }
}

/** Steps stay as lines; below them one line says how far the run is. */
function liveLine(command: Command): Progress {
  const { stderr } = command.io
  const open = new Set<string>()
  let finished = 0
  let drawn = false
  const clear = (): void => {
    if (drawn) stderr.write('\r\u001b[2K')
    drawn = false
  }
  const draw = (): void => {
    if (open.size === 0) return
    const text = `${finished} read or done, ${open.size} in flight: ${[...open].map(plainText).join(', ')}`
    stderr.write(text.slice(0, Math.max(40, stderr.columns ?? 80) - 1))
    drawn = true
  }
  return {
    onEvent: (event) => {
      if (event.type === 'observing' || event.type === 'stepStarted') open.add(event.key)
      if (event.type === 'observed' || event.type === 'applianceFinished') {
        open.delete(event.key)
        finished += 1
      }
      const text = eventText(event, command.given.on('verbose'))
      clear()
      if (text !== undefined) command.note(text)
      draw()
    },
    end: clear,
  }
}
