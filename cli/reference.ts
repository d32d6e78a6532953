/** The reference page of the command line, made from the table of verbs. */
import { exitCodes, exitMeanings, type ExitReason } from './exit-codes.ts'
import { endsOf, flagText, flagUsage } from './help.ts'
import { verbTable, type Verb, type VerbName } from './verbs.ts'

/** `docs/reference/cli.md`. */
export function cliReference(): string {
  const verbs = Object.entries(verbTable) as [VerbName, Verb][]
  return [
    '# The command line',
    '',
    '<!-- Generated from cli/verbs.ts by `npm run generate`. Do not edit. -->',
    '',
    '`sensorform VERB [ARGUMENTS] [FLAGS]`. Results go to stdout, everything else to stderr. Unknown flags are errors.',
    'Colours are shown on a terminal only, and not when `NO_COLOR` is set. `sensorform VERB --help` shows what this page says.',
    '',
    '## Exit codes',
    '',
    '| code | meaning |',
    '| --- | --- |',
    ...(Object.keys(exitCodes) as ExitReason[]).map((reason) => `| ${exitCodes[reason]} | ${exitMeanings[reason]} |`),
    '',
    'When several hold, the first of 130, 3, 5, 6, 7, 4, 1, 2 is taken; for `drift` 2 comes before 4.',
    '',
    '## Environment',
    '',
    '| variable | meaning |',
    '| --- | --- |',
    '| `SENSORFORM_FINGERPRINT_KEY` | Key under which secrets are tagged: 32 bytes or more, as base64, hexadecimal or text. |',
    '| `CI` | When set, no key file is ever made. |',
    '| `NO_COLOR` | When set, no colours. |',
    '',
    ...verbs.flatMap(([name, verb]) => verbSection(name, verb)),
  ].join('\n')
}

const verbSection = (name: VerbName, verb: Verb): string[] => [
  `## ${name}`,
  '',
  verb.summary,
  '',
  '```text',
  `sensorform ${name} ${verb.usage} [FLAGS]`,
  '```',
  '',
  ...verb.about.flatMap((paragraph) => [cellText(paragraph), '']),
  '```sh',
  ...verb.examples.flatMap(([command, says]) => [`# ${says}`, command]),
  '```',
  '',
  '| flag | meaning |',
  '| --- | --- |',
  ...Object.entries(verb.flags).map(
    ([flag, about]) => `| \`${flagUsage(flag, about)}\` | ${cellText(flagText(about))} |`,
  ),
  '',
  `Exit codes: ${endsOf(verb)
    .map((reason) => exitCodes[reason])
    .join(', ')}.`,
  '',
]

/** Angle brackets, pipes and stars as they are written. */
const cellText = (text: string): string => text.replaceAll(/[<>|*]/g, '\\$&')
