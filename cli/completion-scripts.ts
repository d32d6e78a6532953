/** Completion scripts, made from the table of verbs. */
import type { Flag } from './flags.ts'
import { verbTable, type Verb } from './verbs.ts'

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

export const isShell = (name: string): name is Shell => (shells as readonly string[]).includes(name)

export function completionScript(shell: Shell): string {
  if (shell === 'bash') return bashScript()
  return shell === 'zsh' ? zshScript() : fishScript()
}

const entries = (): [string, Verb][] => Object.entries(verbTable)
const flagsOf = ({ flags }: Verb): [string, Flag][] => Object.entries(flags)

/** In single quotes, for any of the three shells. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

function bashScript(): string {
  const cases = entries().map(([verb, about]) => {
    const flags = flagsOf(about).map(([name]) => `--${name}`)
    const words = Array.isArray(about.completes) ? about.completes : []
    return `    ${verb}) flags=${quoted(flags.join(' '))}; words=${quoted(words.join(' '))} ;;`
  })
  const values = new Map(
    entries().flatMap(([, about]) => flagsOf(about).filter(([, { value }]) => value !== undefined)),
  )
  const valueCases = [...values].map(([name, { choices }]) =>
    choices
      ? `    --${name}) COMPREPLY=($(compgen -W ${quoted(choices.join(' '))} -- "$word")); return ;;`
      : `    --${name}) COMPREPLY=($(compgen -f -- "$word")); return ;;`,
  )
  return `# bash completion for sensorform
_sensorform() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" verb="\${COMP_WORDS[1]}" flags words
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W ${quoted(
      `${entries()
        .map(([verb]) => verb)
        .join(' ')} --help --version`,
    )} -- "$word"))
    return
  fi
  case "$before" in
${valueCases.join('\n')}
  esac
  case "$verb" in
${cases.join('\n')}
    *) return ;;
  esac
  if [[ "$word" == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$word"))
  elif [ -n "$words" ] && [ "$COMP_CWORD" -eq 2 ]; then
    COMPREPLY=($(compgen -W "$words" -- "$word"))
  else
    COMPREPLY=($(compgen -f -- "$word"))
  fi
}
complete -o filenames -F _sensorform sensorform
`
}

function zshScript(): string {
  const verbs = entries().map(([verb, { summary }]) => `    ${quoted(`${verb}:${summary.replaceAll(':', '\\:')}`)}`)
  const cases = entries().map(
    ([verb, about]) =>
      `    ${verb})\n      _arguments ${[...flagsOf(about).map(zshFlag), zshPositional(about)].join(' \\\n        ')}\n      ;;`,
  )
  return `#compdef sensorform
_sensorform() {
  local -a verbs
  verbs=(
${verbs.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe 'verb' verbs
    return
  fi
  local verb="\${words[2]}"
  shift words
  (( CURRENT-- ))
  case "$verb" in
${cases.join('\n')}
  esac
}
_sensorform "$@"
`
}

function zshFlag([name, { value, description, choices, repeatable, kind }]: [string, Flag]): string {
  const told = description.replaceAll(/[[\]:\\]/g, '\\$&')
  const files = kind === 'folder' ? '_files -/' : '_files'
  const values = value === undefined ? '' : `:${value}:${choices ? `(${choices.join(' ')})` : files}`
  return quoted(`${repeatable ? '*' : ''}--${name}[${told}]${values}`)
}

const zshPositional = ({ completes }: Verb): string =>
  Array.isArray(completes) ? quoted(`1:word:(${completes.join(' ')})`) : quoted('*:path:_files')

function fishScript(): string {
  const isFirst = `not __fish_seen_subcommand_from ${entries()
    .map(([verb]) => verb)
    .join(' ')}`
  const verbs = entries().map(
    ([verb, { summary }]) => `complete -c sensorform -f -n ${quoted(isFirst)} -a ${verb} -d ${quoted(summary)}`,
  )
  const rest = entries().flatMap(([verb, about]) => [
    ...(Array.isArray(about.completes)
      ? [`complete -c sensorform -f -n '__fish_seen_subcommand_from ${verb}' -a ${quoted(about.completes.join(' '))}`]
      : []),
    ...flagsOf(about).map(([name, flag]) => fishFlag(verb, name, flag)),
  ])
  return `# fish completion for sensorform\n${[...verbs, ...rest].join('\n')}\n`
}

function fishFlag(verb: string, name: string, { short, value, description, choices }: Flag): string {
  const needs = value === undefined ? '' : choices ? ` -x -a ${quoted(choices.join(' '))}` : ' -r'
  const brief = short === undefined ? '' : ` -s ${short}`
  return `complete -c sensorform -n '__fish_seen_subcommand_from ${verb}'${brief} -l ${name}${needs} -d ${quoted(description)}`
}
