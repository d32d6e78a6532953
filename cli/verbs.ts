/**
 * Every verb as data: what help, completions and the reference page are made from, and what its words are checked
 * against. The work of a verb is in `commands/<verb>.ts`, which is loaded when the verb runs.
 *
 * @module
 */
import {
  documentFlags,
  helpFlag,
  onlineFlags,
  overrideFlags,
  resultFlags,
  secretFlags,
  selectionFlags,
  stateFlags,
  timingFlags,
  voiceFlags,
} from './common-flags.ts'
import type { ExitReason } from './exit-codes.ts'
import type { FlagTable } from './flags.ts'

export interface Verb {
  summary: string
  /** Positional arguments as the usage line shows them. */
  usage: string
  /** Fewest and most of them. */
  positionals: readonly [number, number]
  /** What completes them. */
  completes?: 'paths' | readonly string[]
  /** Paragraphs. */
  about: readonly string[]
  flags: FlagTable
  examples: readonly (readonly [command: string, says: string])[]
  /** What code 0 says. */
  success: string
  /** How it can end, beside 0 and 1. */
  exits?: readonly ExitReason[]
}

const many = Number.POSITIVE_INFINITY
const keyRule =
  'KEY is the name of a document (metadata.name). Documents are read from --in, else from the working directory.'

export const verbs = {
  validate: {
    summary: 'Check documents. Offline, and no secret is needed.',
    usage: 'PATH…',
    positionals: [1, many],
    success: 'the documents have no error',
    completes: 'paths',
    about: [
      'Reads files and folders of YAML documents and reports every problem with its place, not only the first. Nothing is contacted. What needs a secret to be checked is checked when the secret is there, and is said to be unchecked otherwise.',
    ],
    flags: { ...secretFlags, ...resultFlags, ...timingFlags, ...voiceFlags },
    examples: [
      ['sensorform validate fleet/', 'all documents below fleet/'],
      ['sensorform validate fleet/ --format json', 'problems for a program'],
    ],
  },
  plan: {
    summary: 'Show what apply would do. Reads only.',
    usage: 'PATH…',
    positionals: [1, many],
    success: 'planned, whether or not there are changes',
    completes: 'paths',
    about: [
      'Reads every selected sensor once and shows each difference with its cause, and the steps that would remove it, in order, with their risk. Nothing is written to any appliance or registrar.',
      'A plan saved with --out plan=FILE is carried out unchanged by "sensorform apply FILE", or refused. It holds no secret: secrets are references and tags.',
    ],
    flags: {
      'detailed-exitcode': { description: 'Exit with 2 when there are changes.' },
      ...selectionFlags,
      ...overrideFlags,
      ...onlineFlags,
      ...resultFlags,
      ...timingFlags,
      ...voiceFlags,
    },
    examples: [
      ['sensorform plan fleet/', 'what would happen'],
      ['sensorform plan fleet/ --select site=berlin --only time', 'one site, one aspect'],
      [
        'sensorform plan fleet/ --out plan=fleet.plan --out markdown=plan.md',
        'save it, and write a comment for a pull request',
      ],
    ],
    exits: ['changes', 'unknown', 'refused', 'interrupted'],
  },
  apply: {
    summary: 'Bring sensors to their declared state.',
    usage: 'PATH…|PLANFILE',
    positionals: [1, many],
    success: 'nothing to do, or applied',
    completes: 'paths',
    about: [
      'Plans, shows the plan and asks; where there is no terminal it needs --auto-approve or a saved plan. Each step is read back; only what is read back equal is done. Sensors are independent of each other.',
      'Ctrl-C once stops after the steps in flight and says what is done and what is not; twice stops at once. The next run takes up what was left.',
    ],
    flags: {
      'auto-approve': { description: 'Do not ask.' },
      replace: {
        value: 'KEY',
        description: 'New hardware stands under this key: shows its fingerprint, asks, and takes it for the sensor.',
      },
      accept: {
        value: 'PIN',
        description: 'With --replace: take the new hardware if its fingerprint is this one, without asking.',
      },
      root: {
        value: 'DIR',
        kind: 'folder',
        description: 'For a saved plan: folder that its paths are relative to. Not given: where it was made.',
      },
      ...selectionFlags,
      ...overrideFlags,
      ...onlineFlags,
      ...resultFlags,
      ...timingFlags,
      ...voiceFlags,
      quiet: { ...voiceFlags.quiet, description: 'The outcome and errors only: no plan, no progress, no notes.' },
      verbose: {
        ...voiceFlags.verbose,
        description: 'More: each step that was done, what is in sync, what is not managed, traces of internal errors.',
      },
    },
    examples: [
      ['sensorform apply fleet/', 'plan, ask, apply'],
      ['sensorform apply fleet/ --auto-approve', 'in a pipeline'],
      ['sensorform apply fleet.plan', 'carry out a saved plan unchanged'],
      ['sensorform apply fleet/ --allow-delete line-1', 'name the sensor whose registration may be deleted'],
      ['sensorform apply fleet/ --replace line-1', 'line-1 has new hardware: compare its fingerprint, then apply'],
    ],
    exits: ['partial', 'unknown', 'stale', 'refused', 'waiting', 'interrupted'],
  },
  drift: {
    summary: 'Compare live sensors with what is declared.',
    usage: 'PATH…',
    positionals: [1, many],
    success: 'no drift',
    completes: 'paths',
    about: [
      'Drift is what somebody or something changed on the sensor: it exits with 2. What only waits because the spec changed is pending, is counted apart, and is no drift. Without memory of a last apply a difference counts as drift.',
    ],
    flags: { ...selectionFlags, ...onlineFlags, ...resultFlags, ...timingFlags, ...voiceFlags },
    examples: [
      ['sensorform drift fleet/', 'who changed what, and when'],
      ['sensorform drift fleet/ --format json --out markdown=drift.md', 'for a nightly job'],
    ],
    exits: ['changes', 'unknown', 'interrupted'],
  },
  export: {
    summary: 'Print documents for live sensors.',
    usage: 'ENDPOINT…',
    positionals: [1, many],
    success: 'printed',
    about: [
      'Reads each appliance and prints a Fleet document with the credentials and one Sensor document for each. The plan of what it prints is empty. What cannot be read or declared is left out and listed as comments. For Terraform it prints a provider block, and an import block and a resource for each.',
    ],
    flags: {
      username: { value: 'NAME', description: 'User to sign in as. Not given: admin.' },
      'password-env': {
        value: 'NAME',
        description: 'Environment variable that holds the password. Not given: SENSOR_PASSWORD.',
      },
      pin: { value: 'PIN', repeatable: true, description: 'Public key to trust, as sensorform trust shows it.' },
      'pin-file': { value: 'FILE', kind: 'file', description: 'Pin file that sensorform trust wrote.' },
      'ca-file': { value: 'FILE', kind: 'file', description: 'Certificate authority to trust, PEM.' },
      'server-name': { value: 'NAME', description: 'Name that a certificate of the authority must carry.' },
      key: {
        value: 'KEY',
        description: 'Name of the document, for a single endpoint. Not given: made from the sensor’s name.',
      },
      credentials: { value: 'NAME', description: 'Name of the credentials in the documents. Not given: default.' },
      'no-fleet': { description: 'Leave out the Fleet document, or the provider block, where you have one already.' },
      format: {
        value: 'FORMAT',
        choices: ['yaml', 'terraform'],
        description: 'Format of the documents: yaml, or terraform for import blocks and resources. Not given: yaml.',
      },
      timeout: onlineFlags.timeout,
      ...voiceFlags,
    },
    examples: [
      ['sensorform export https://10.20.0.5 --pin-file pins.json > line-1.yaml', 'adopt a sensor'],
      [
        'sensorform export https://10.20.0.5 https://10.20.0.6 --ca-file plant-ca.pem --username audit',
        'several at once',
      ],
      ['sensorform export https://10.20.0.5 --pin-file pins.json --format terraform > line-1.tf', 'for Terraform'],
    ],
    exits: ['unknown', 'interrupted'],
  },
  explain: {
    summary: 'Tell where a value comes from.',
    usage: 'KEY[.PATH]',
    positionals: [1, 1],
    success: 'explained',
    about: [`Shows each declared value with its layer, file and line, and what changing it would do. ${keyRule}`],
    flags: { ...documentFlags, ...secretFlags, format: resultFlags.format, ...voiceFlags },
    examples: [
      ['sensorform explain line-1', 'everything that is declared for line-1'],
      ['sensorform explain line-1.time.timezone --in fleet/', 'one value'],
    ],
  },
  trust: {
    summary: 'Show fingerprints of appliances and record them in a pin file.',
    usage: 'ENDPOINT…',
    positionals: [1, many],
    success: 'every fingerprint is recorded',
    about: [
      'First contact is explicit: compare the fingerprint with the one that the appliance shows, then confirm. On a terminal it asks; elsewhere it records only what --accept names. Nothing is sent to the appliance but the TLS handshake.',
      'The pin file maps document keys to public key hashes; documents refer to it with trust: [{ pinFile: pins.json }].',
    ],
    flags: {
      key: {
        value: 'KEY',
        description: 'Document key to record a single endpoint under. Not given: found in the documents.',
      },
      'pin-file': { value: 'FILE', kind: 'file', description: 'Pin file to write. Not given: pins.json.' },
      accept: {
        value: 'PIN',
        repeatable: true,
        description: 'Record the endpoint if its fingerprint is this one, without asking.',
      },
      ...documentFlags,
      format: { ...resultFlags.format, choices: ['human', 'json'] },
      ...voiceFlags,
    },
    examples: [
      ['sensorform trust https://10.20.0.5 --key line-1', 'show, ask, record'],
      ['sensorform trust https://10.20.0.5 --key line-1 --accept sha256/…', 'record what was compared elsewhere'],
    ],
    exits: ['unknown', 'waiting'],
  },
  confirm: {
    summary: 'Say that a manual step is done.',
    usage: 'KEY [STEP]',
    positionals: [1, 2],
    success: 'nothing waits for a person any more',
    about: [
      `Some steps no interface offers: the plan tells what a person must do, and waits. confirm records that it was done; what can be read back is verified. Without STEP every waiting step of the sensor is confirmed. ${keyRule}`,
    ],
    flags: { ...documentFlags, ...onlineFlags, ...voiceFlags },
    examples: [
      ['sensorform confirm line-1', 'all manual steps of line-1'],
      ['sensorform confirm line-1 registration --in fleet/', 'one of them'],
    ],
    exits: ['unknown', 'waiting'],
  },
  retire: {
    summary: 'End a sensor that no document declares any more.',
    usage: 'KEY',
    positionals: [1, 1],
    success: 'retired: its registration is gone where that was asked for, and nothing of it is remembered',
    about: [
      'Remove the document first; while one declares KEY, retire refuses. It says what it will do, asks, and forgets what is remembered of KEY. The appliance itself is not contacted.',
      'With --unregister its entry on the management console that it was connected to is removed first, if the documents declare that console and it shows KEY as disconnected; --remove-from-console does that alone. Then the registration bound to KEY is deleted: the one that the sensor reported when it was read last, with the registrar of the last apply. One that is still connected, or that another key has as well, is never deleted. A run that dies in between is taken up by the next. Documents are read from --in, else from the working directory.',
    ],
    flags: {
      unregister: {
        description:
          'Delete the registration that is bound to KEY and its entry on its management console, if it is not connected.',
      },
      'remove-from-console': {
        description: 'Remove only the entry of KEY on its management console, if it is not connected there.',
      },
      'auto-approve': { description: 'Do not ask.' },
      ...documentFlags,
      ...secretFlags,
      state: stateFlags.state,
      timeout: onlineFlags.timeout,
      ...resultFlags,
      ...voiceFlags,
    },
    examples: [
      ['sensorform retire line-9 --in fleet/', 'forget a sensor that left the fleet'],
      ['sensorform retire line-9 --in fleet/ --unregister', 'and delete its registration'],
      ['sensorform retire line-9 --in fleet/ --remove-from-console', 'and take it off its management console'],
    ],
    exits: ['partial', 'unknown', 'refused', 'interrupted'],
  },
  backup: {
    summary: 'Make a backup now, or tell which there are.',
    usage: 'create|list [KEY…]',
    positionals: [1, many],
    success: 'done',
    completes: ['create', 'list'],
    about: [
      `Of the sensors that are named, or that --select selects. create makes a backup on the sensor and waits for it; list shows what is there, newest first, with those made under a former name, the space that there is, and what the next one overwrites. ${keyRule}`,
      'A backup holds configuration and data. PCAP files and logs are not in it: save them by hand.',
    ],
    flags: {
      select: selectionFlags.select,
      ...documentFlags,
      ...onlineFlags,
      format: { ...resultFlags.format, choices: ['human', 'json'] },
      ...voiceFlags,
    },
    examples: [
      ['sensorform backup create line-1', 'before work on the sensor'],
      ["sensorform backup create --select 'site=berlin'", 'before work at a plant'],
      ['sensorform backup list line-1 line-2', 'how old the newest backups are'],
    ],
    exits: ['partial', 'unknown', 'waiting'],
  },
  restore: {
    summary: 'Restore a backup of a sensor.',
    usage: 'KEY --from NAME',
    positionals: [1, 1],
    success: 'restored',
    about: [
      `Says what comes back and what is lost, asks, restores, finds the sensor again, and says what differs now from what is declared. ${keyRule}`,
      'Only a backup of the version that the sensor runs is taken. Everything comes back as it was then: settings and secrets, name and activation, network, certificate. Services stop and start, so that nothing answers for a while. A closed window of the site is waited for, with exit code 7. The sensor is then sought at its endpoint and wherever it is remembered to have been; only the same serial number is taken for it. A run that dies is taken up by the same command.',
    ],
    flags: {
      from: { value: 'NAME', description: 'Backup file, as "sensorform backup list" names it, or latest.' },
      'auto-approve': { description: 'Do not ask.' },
      'allow-window': {
        ...overrideFlags['allow-window'],
        description: 'Let it run outside the window of this site.',
      },
      ...documentFlags,
      ...onlineFlags,
      ...resultFlags,
      ...voiceFlags,
    },
    examples: [
      ['sensorform restore line-1 --from latest', 'the newest of the same version'],
      [
        'sensorform restore line-1 --from line-1-backup-version-22.3.8.91-2026-03-01_03:00:00.tar --auto-approve',
        'one of the list, without a question',
      ],
    ],
    exits: ['unknown', 'refused', 'waiting', 'interrupted'],
  },
  'test-message': {
    summary: 'Send the test message of a forwarding rule.',
    usage: 'KEY RULE',
    positionals: [2, 2],
    success: 'every action was sent',
    about: [`Asks the sensor to send the rule's test message and tells what became of each action. ${keyRule}`],
    flags: { ...documentFlags, ...onlineFlags, ...voiceFlags },
    examples: [['sensorform test-message line-1 ops', 'does the SIEM hear us?']],
    exits: ['partial', 'unknown'],
  },
  simulate: {
    summary: 'Run simulated sensors and a simulated cloud for documents.',
    usage: '[PATH…]',
    positionals: [0, many],
    success: 'ended by Ctrl-C',
    completes: 'paths',
    about: [
      'Starts one simulated appliance for each Sensor and ManagementConsole document at its endpoint, and the registrars that the documents name. Prints the endpoints, writes the pin file that the documents refer to, and runs until Ctrl-C. Made for trying documents and runbooks, on a laptop or in CI.',
    ],
    flags: {
      ...secretFlags,
      state: {
        value: 'DIR',
        kind: 'folder',
        description: 'Folder in which the simulation is kept. Not given: nothing is kept.',
      },
      'update-seconds': {
        value: 'N',
        kind: 'count',
        description: 'How long a software update takes. Not given: 1800, as the vendor says.',
      },
      activated: {
        description: 'Sensors begin registered and activated as their documents declare, not fresh from installation.',
      },
      faults: { value: 'FILE', kind: 'file', description: 'Faults to play, as docs/simulator.md tells (JSON).' },
      seed: { value: 'N', kind: 'seed', description: 'Seed of everything random. Not given: 1.' },
      'control-port': {
        value: 'PORT',
        kind: 'count',
        description: 'Port of the control endpoint on 127.0.0.1. Not given: a free one.',
      },
      'pin-file': {
        value: 'FILE',
        kind: 'file',
        description: 'Pin file to write. Not given: the one that the documents refer to.',
      },
      ...voiceFlags,
    },
    examples: [
      ['sensorform simulate examples/fleet', 'a plant on your machine'],
      ['sensorform simulate fleet/ --faults faults.json --seed 7', 'a bad day, repeatable'],
    ],
  },
  schema: {
    summary: 'Print the JSON Schemas of documents and results.',
    usage: '[NAME]',
    positionals: [0, 1],
    success: 'printed',
    about: [
      'Without NAME lists the schemas. Editors use them for completion and checks: put "# yaml-language-server: $schema=sensor.schema.json" at the top of a document.',
    ],
    flags: helpFlag,
    examples: [
      ['sensorform schema', 'which there are'],
      ['sensorform schema sensor > sensor.schema.json', 'for an editor'],
    ],
  },
  completions: {
    summary: 'Print a completion script for a shell.',
    usage: 'bash|zsh|fish',
    positionals: [1, 1],
    success: 'printed',
    completes: ['bash', 'zsh', 'fish'],
    about: ['Verbs, flags and their values are completed.'],
    flags: helpFlag,
    examples: [
      ['source <(sensorform completions bash)', 'in ~/.bashrc'],
      ['sensorform completions zsh > ~/.zfunc/_sensorform', 'for zsh, where ~/.zfunc is in fpath'],
      ['sensorform completions fish > ~/.config/fish/completions/sensorform.fish', 'for fish'],
    ],
  },
} as const satisfies Readonly<Record<string, Verb>>

export type VerbName = keyof typeof verbs

/** The same table with each entry as a Verb. */
export const verbTable: Readonly<Record<VerbName, Verb>> = verbs

/** Verbs that people look for and that have another answer. */
export const otherWays: Readonly<Record<string, string>> = {
  import: 'Use "sensorform export" to write documents for live sensors.',
  diff: 'Use "sensorform plan" or "sensorform drift".',
  sync: 'Use "sensorform apply".',
  destroy: 'Sensorform never resets a sensor.',
}
