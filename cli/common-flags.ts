/** Flags that several verbs share. */
import type { FlagTable } from './flags.ts'

export const helpFlag = {
  help: { short: 'h', description: 'Show this help.' },
} as const satisfies FlagTable

/** How a verb talks. */
export const voiceFlags = {
  'no-color': { description: 'No colours. So does the environment variable NO_COLOR.' },
  quiet: {
    short: 'q',
    description: 'No progress and no notes on stderr; errors stay.',
  },
  verbose: {
    short: 'v',
    description: 'More: what is in sync, what is not managed, traces of internal errors.',
  },
  ...helpFlag,
} as const satisfies FlagTable

/** Where the time of a run went. */
export const timingFlags = {
  timings: {
    description:
      'At the end, on stderr: where the time of the run went, and which sensors took longest. As one line of JSON with --format json.',
  },
} as const satisfies FlagTable

/** Formats of results that a later version will have. */
export const laterFormats: readonly string[] = ['junit', 'sarif', 'html']

/** What a verb prints. */
export const resultFlags = {
  format: {
    value: 'FORMAT',
    choices: ['human', 'json', 'markdown'],
    later: laterFormats,
    description: 'Format of the result on stdout. Not given: human.',
  },
  out: {
    value: 'FORMAT=FILE',
    repeatable: true,
    kind: 'file',
    description: 'Also write the result to a file, as in --out markdown=plan.md.',
  },
} as const satisfies FlagTable

/** Which sensors and which settings. */
export const selectionFlags = {
  select: {
    value: 'LABELS',
    description:
      "Only sensors with these labels: 'site=berlin,tier!=test'. site and key select by site and by document.",
  },
  only: {
    value: 'PATH',
    repeatable: true,
    description: 'Only one aspect or field, as in --only time or --only network.dns.',
  },
} as const satisfies FlagTable

/** Where documents' files and secrets are found. */
export const secretFlags = {
  'secrets-dir': {
    value: 'DIR',
    kind: 'folder',
    description: 'Folder in which files of secrets (fromFile) lie. Not given: that of the document.',
  },
  'secret-scope': {
    value: 'FILE',
    kind: 'file',
    description:
      'File that says which secrets documents may refer to, and to which hosts each may be sent. Not given: documents decide.',
  },
  'packages-dir': {
    value: 'DIR',
    kind: 'folder',
    description: 'Folder in which update packages (software.packages) lie. Not given: that of the document.',
  },
} as const satisfies FlagTable

/** Where documents are found, for verbs whose arguments are keys. */
export const documentFlags = {
  in: {
    value: 'PATH',
    repeatable: true,
    kind: 'file',
    description: 'File or folder of documents. Not given: the working directory.',
  },
} as const satisfies FlagTable

export const stateFlags = {
  state: {
    value: 'DIR',
    kind: 'folder',
    description: 'Folder of what is remembered between runs. Not given: .sensorform.',
  },
  'no-state': {
    description: 'Remember nothing and recall nothing: causes are then undetermined and count as drift.',
  },
} as const satisfies FlagTable

/** Talking to appliances. */
export const onlineFlags = {
  ...secretFlags,
  ...stateFlags,
  concurrency: {
    value: 'N',
    kind: 'count',
    description: 'Appliances in flight at once. Not given: policy.concurrency of the Fleet document, else 10.',
  },
  timeout: {
    value: 'TIME',
    kind: 'duration',
    description: 'Stop after this time as Ctrl-C would, such as 90s, 30m or 2h.',
  },
} as const satisfies FlagTable

/** Narrow, named, recorded exceptions to policy. */
export const overrideFlags = {
  'allow-changed': { value: 'N', kind: 'count', description: 'Let this run change up to N sensors.' },
  'allow-delete': {
    value: 'KEY',
    repeatable: true,
    description: 'Let the registration of this sensor be deleted where policy asks for a name.',
  },
  'allow-window': {
    value: 'SITE',
    repeatable: true,
    description: 'Let disruptive steps of this site run outside its window.',
  },
  'adopt-record': {
    value: 'KEY',
    repeatable: true,
    description: 'Take over a registration of the desired name that is not known to be this sensor’s.',
  },
  'allow-cut-off': {
    value: 'KEY',
    repeatable: true,
    description: 'Let certificate validation of this sensor be turned on although it cuts peers off.',
  },
  'allow-unguarded-network-change': {
    description: 'Let an address change run that the sensor cannot revert by itself.',
  },
  'rewrite-secrets': { description: 'Write every declared secret again, whatever is known about it.' },
} as const satisfies FlagTable
