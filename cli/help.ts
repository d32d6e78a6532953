/** Help texts, made from the table of verbs. */
import { exitCodes, exitMeanings, type ExitReason } from './exit-codes.ts'
import type { Flag } from './flags.ts'
import { verbTable, type Verb, type VerbName } from './verbs.ts'

const width = 88

/** The page of `sensorform --help`. */
export function mainHelp(version: string): string {
  const rows = Object.entries(verbTable).map(([name, { summary }]): [string, string] => [name, summary])
  return [
    `sensorform ${version}: keeps fleets of OT network sensors in the state that a Git repository declares.`,
    '',
    'Usage: sensorform VERB [ARGUMENTS] [FLAGS]',
    '',
    table(rows),
    '',
    'A first day:',
    table([
      ['sensorform validate fleet/', 'are the documents right?'],
      ['sensorform trust https://10.20.0.5 --key line-1', 'compare and record its fingerprint'],
      ['sensorform plan fleet/', 'what would happen?'],
      ['sensorform apply fleet/', 'make it so'],
      ['sensorform drift fleet/', 'did anybody change anything?'],
    ]),
    '',
    exitSection(Object.keys(exitCodes) as ExitReason[]),
    '',
    '"sensorform VERB --help" tells more, with examples. "sensorform --version" prints the version.',
    '',
  ].join('\n')
}

/** The page of `sensorform VERB --help`. */
export function verbHelp(name: VerbName): string {
  const verb = verbTable[name]
  return [
    `sensorform ${name}: ${verb.summary}`,
    '',
    `Usage: sensorform ${name} ${verb.usage} [FLAGS]`,
    ...verb.about.flatMap((paragraph) => ['', ...wrap(paragraph, width)]),
    '',
    'Examples:',
    ...verb.examples.flatMap(([command, says]) => [`  # ${says}`, `  ${command}`]),
    '',
    'Flags:',
    table(Object.entries(verb.flags).map(([flag, about]) => [flagUsage(flag, about), flagText(about)])),
    '',
    exitSection(endsOf(verb), verb.success),
    '',
  ].join('\n')
}

/** Every way in which a verb can end. */
export const endsOf = (verb: Verb): readonly ExitReason[] =>
  (Object.keys(exitCodes) as ExitReason[]).filter(
    (reason) => reason === 'ok' || reason === 'error' || verb.exits?.includes(reason),
  )

function exitSection(reasons: readonly ExitReason[], success = exitMeanings.ok): string {
  const meanings = { ...exitMeanings, ok: success }
  return ['Exit codes:', table(reasons.map((reason) => [String(exitCodes[reason]), meanings[reason]]))].join('\n')
}

/** How a flag is written: `-q, --quiet` or `--state DIR`. */
export const flagUsage = (name: string, { short, value }: Flag): string =>
  `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`

/** What a flag does, with its values and whether it may be repeated. */
export function flagText({ description, choices, repeatable }: Flag): string {
  const values = choices ? ` One of ${choices.join(', ')}.` : ''
  return `${description}${values}${repeatable ? ' May be given several times.' : ''}`
}

function table(rows: readonly (readonly [string, string])[]): string {
  const column = Math.min(34, Math.max(...rows.map(([left]) => left.length)))
  return rows
    .flatMap(([left, right]) => {
      const [first = '', ...more] = wrap(right, width + 12 - column)
      const indent = ' '.repeat(column + 4)
      const head = left.length > column ? [`  ${left}`, `${indent}${first}`] : [`  ${left.padEnd(column)}  ${first}`]
      return [...head, ...more.map((line) => `${indent}${line}`)]
    })
    .join('\n')
}

function wrap(text: string, columns: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
