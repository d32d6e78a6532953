/** From words to an exit code: finds the verb, reads its flags, runs it, and words whatever goes wrong. */
import packageJson from '../package.json' with { type: 'json' }
import type { Command } from './command.ts'
import { loaders } from './commands.ts'
import { exitCodes } from './exit-codes.ts'
import { parseLine, type Given } from './flags.ts'
import type { Io } from './io.ts'
import { nearest } from './nearest.ts'
import { otherWays, verbTable, type VerbName } from './verbs.ts'
import { UsageError } from './usage-error.ts'

const tool = { name: 'sensorform', version: packageJson.version } as const

/** Runs one command line. Never throws. */
export async function runCli(words: readonly string[], io: Io): Promise<number> {
  const verbose = words.includes('--verbose') || words.includes('-v')
  try {
    return await runVerb(words, io)
  } catch (error) {
    const { sayError } = await import('./say-error.ts')
    return sayError(error, io, { verbose, colour: wantsColour(io, words.includes('--no-color')).stderr })
  }
}

async function runVerb([word, ...rest]: readonly string[], io: Io): Promise<number> {
  if (word === '--version' || word === '-V') return print(io, `sensorform ${tool.version}\n`)
  if (word === undefined || word === '--help' || word === '-h' || word === 'help') return help(rest[0], word, io)
  const verb = verbOf(word)
  if (asksForHelp(rest)) return help(verb, 'help', io)
  const table = verbTable[verb]
  const { positionals, given } = parseLine(rest, table.flags, verb)
  checkPositionals(verb, positionals)
  const command = commandOf(verb, positionals, given, io)
  if (given.on('timings')) return runTimed(command)
  const { run } = await loaders[verb]()
  return run(command)
}

/** However it ends, it says where the time went. */
async function runTimed(command: Command): Promise<number> {
  const { startTimings, timingsJson, timingsTable } = await import('./timings.ts')
  const { systemClock } = await import('../transport/system-clock.ts')
  const timings = startTimings(command.io.clock ?? systemClock)
  try {
    const { run } = await loaders[command.verb]()
    return await run({ ...command, timings })
  } finally {
    const spent = timings.spent()
    command.say(command.given.text('format') === 'json' ? timingsJson(spent) : `\n${timingsTable(spent)}`)
  }
}

function print(io: Io, text: string): number {
  io.stdout.write(text)
  return exitCodes.ok
}

async function help(topic: string | undefined, word: string | undefined, io: Io): Promise<number> {
  const { mainHelp, verbHelp } = await import('./help.ts')
  if (topic !== undefined && !topic.startsWith('-')) return print(io, verbHelp(verbOf(topic)))
  if (word !== undefined) return print(io, mainHelp(tool.version))
  io.stderr.write(mainHelp(tool.version))
  return exitCodes.error
}

/** Help is given whatever else stands on the line, up to `--`. */
function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--')
  return words.slice(0, end < 0 ? words.length : end).some((word) => word === '--help' || word === '-h')
}

function verbOf(word: string): VerbName {
  if (Object.hasOwn(verbTable, word)) return word as VerbName
  const other = Object.hasOwn(otherWays, word) ? otherWays[word] : undefined
  const near = nearest(word, Object.keys(verbTable))
  throw new UsageError(
    'VERB_UNKNOWN',
    `${JSON.stringify(word)} is not a verb of sensorform`,
    other ?? (near === undefined ? '"sensorform --help" lists the verbs.' : `Did you mean "sensorform ${near}"?`),
  )
}

function checkPositionals(verb: VerbName, positionals: readonly string[]): void {
  const { usage, positionals: allowed } = verbTable[verb]
  const [fewest, most] = allowed
  if (positionals.length >= fewest && positionals.length <= most) return
  throw new UsageError(
    'ARGUMENTS',
    positionals.length < fewest
      ? `"sensorform ${verb}" needs ${usage}`
      : `"sensorform ${verb}" takes ${usage}, and ${JSON.stringify(positionals[most])} is too much`,
    `"sensorform ${verb} --help" shows examples.`,
  )
}

function commandOf(verb: VerbName, positionals: readonly string[], given: Given, io: Io): Command {
  const say = (text: string): void => void io.stderr.write(`${text}\n`)
  return {
    verb,
    io,
    positionals,
    given,
    tool,
    startedAt: new Date().toISOString(),
    colour: wantsColour(io, given.on('no-color')),
    say,
    note: (text) => {
      if (!given.on('quiet')) say(text)
    },
  }
}

function wantsColour({ terminal, env }: Io, refused: boolean): Command['colour'] {
  const wanted = !refused && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
  return { stdout: wanted && terminal.stdout, stderr: wanted && terminal.stderr }
}
