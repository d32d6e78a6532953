/** Wrong usage of the command line, and what stands in its way on this machine. */
import type { Catalog } from './entry.ts'

const help = '`sensorform VERB --help` lists flags and arguments, with examples.'

export const cli = {
  VERB_UNKNOWN: {
    severity: 'error',
    title: 'There is no such verb',
    explanation: 'Nothing is guessed: a mistyped verb does nothing.',
    remedy: '`sensorform --help` lists the verbs.',
  },
  FLAG_UNKNOWN: {
    severity: 'error',
    title: 'The verb has no such flag',
    explanation: 'A flag that is ignored could turn a dry run into a real one, so unknown flags are errors.',
    remedy: help,
  },
  FLAG_VALUE: {
    severity: 'error',
    title: 'The value of a flag is not one that it takes',
    explanation: 'Values are checked before anything is done.',
    remedy: help,
  },
  FLAG_REPEATED: {
    severity: 'error',
    title: 'A flag is given twice',
    explanation: 'Only one of the two values could count, and which one would be a guess.',
    remedy: 'Give it once. Flags that may be repeated say so in the help.',
  },
  FLAG_CONFLICT: {
    severity: 'error',
    title: 'Flags or arguments exclude each other',
    explanation: 'Together they ask for two different things.',
    remedy: help,
  },
  ARGUMENTS: {
    severity: 'error',
    title: 'Too few or too many arguments',
    explanation: 'Each verb says in its usage line what it needs.',
    remedy: help,
  },
  KEY_UNKNOWN: {
    severity: 'error',
    title: 'No document has this key, site or endpoint',
    explanation: 'Keys are the names of documents (`metadata.name`), not the registered names of sensors.',
    remedy: 'Check the spelling, and name the folder of the documents with `--in`.',
  },
  NOT_DECLARED: {
    severity: 'error',
    title: 'The field is not declared',
    explanation: 'Only declared fields are compared and written; there is no layer to explain.',
    remedy: '`sensorform explain KEY` lists what is declared.',
  },
  STEP_UNKNOWN: {
    severity: 'error',
    title: 'The sensor has no such manual step',
    explanation: 'Only a step that waits for a person can be confirmed.',
    remedy: '`sensorform plan` shows the steps and their names.',
  },
  SCHEMA_UNKNOWN: {
    severity: 'error',
    title: 'There is no such schema',
    explanation: 'Schemas exist for each document kind and for each JSON result.',
    remedy: '`sensorform schema` lists them.',
  },
  NOT_A_TERMINAL: {
    severity: 'error',
    title: 'A question cannot be asked',
    explanation: 'Where nobody can answer, silence is no consent.',
    remedy: 'Give the flag that the hint names, or apply a saved plan.',
  },
  NOT_OFFERED: {
    severity: 'error',
    title: 'The driver cannot do this',
    explanation: 'Drivers differ in what their interface offers.',
    remedy: 'Do it from the console, as the hint says.',
  },
  ENDPOINT_INVALID: {
    severity: 'error',
    title: 'This is not the address of an appliance',
    explanation: 'Appliances are reached by HTTPS, at a host and perhaps a port.',
    remedy: 'Write it as `https://10.20.0.5`.',
  },
  TRUST_MISSING: {
    severity: 'error',
    title: 'Nothing says whom to trust',
    explanation: 'No password is sent to a peer that is not known. Nothing turns this off.',
    remedy: 'Run `sensorform trust`, or give `--pin`, `--pin-file` or `--ca-file`.',
  },
  PIN_REFUSED: {
    severity: 'error',
    title: 'The fingerprint is another than the accepted one',
    explanation: 'Either the fingerprint was copied wrongly, or something else answers at this address.',
    remedy: 'Compare it with the one that the appliance itself shows. Do not accept it before you know whose it is.',
  },
  FILE_UNREADABLE: {
    severity: 'error',
    title: 'A file cannot be read',
    explanation: 'It is missing, or its permissions forbid it.',
    remedy: 'Name another file, or mend its permissions.',
  },
  FILE_UNWRITABLE: {
    severity: 'error',
    title: 'A file cannot be written',
    explanation: 'Its folder is missing or may not be written. Files are written whole or not at all.',
    remedy: 'Name a file in a folder that can be written.',
  },
  PLAN_ALTERED: {
    severity: 'error',
    title: 'The saved plan is not what was saved',
    explanation: 'Its digest does not match its content: it was edited, cut off or damaged.',
    remedy: 'Make the plan again.',
  },
  PLAN_STALE: {
    severity: 'error',
    title: 'The saved plan was made by another version',
    explanation: 'Another version may carry steps out in another way than was reviewed. Exit code 5.',
    remedy: 'Make the plan again with this version.',
  },
  FAULTS_INVALID: {
    severity: 'error',
    title: 'The file of faults cannot be used',
    explanation: 'It holds something that the simulator cannot play.',
    remedy: 'docs/simulator.md lists the faults and their members.',
  },
  SIMULATOR_ADDRESS: {
    severity: 'error',
    title: 'The simulator cannot listen there',
    explanation: 'Something else listens at that address, or the machine does not have it.',
    remedy: 'Stop what listens there, or give the documents another endpoint.',
  },
  STATE_CORRUPT: {
    severity: 'error',
    title: 'The state file is damaged, and is not set aside',
    explanation:
      'A damaged state file is set aside (`STATE_SET_ASIDE`), with two exceptions. Under `policy.drift: report` only memory tells which differences were made on a sensor and are to stay: without it they are undetermined, and the next apply writes over them. And a file that turns out to be damaged in the middle of a run ends what needs it; the next run sets it aside.',
    remedy:
      'Under `drift: report`: look at the sensors, declare what is to stay, then move the file away. Otherwise: run again.',
  },
  STATE_SET_ASIDE: {
    severity: 'warning',
    title: 'The state file was damaged and has been set aside',
    explanation:
      'It lies beside its place as `state.sqlite.damaged-TIME`, never deleted and never written over; the run goes on with an empty memory. Forgotten is what was applied last, so that causes are undetermined until the next apply; where sensors were left, by which certificates they were known and which serial numbers they had: what the documents and pin files do not tell is refused as on the first day; which manual steps a person confirmed: they are asked for again; values of system properties from before the first write: they stay as they are when they are withdrawn; which registrations were left with another registrar or from before an update: none is deleted unless it is named; which keys no document declares any more: `retire` does not find them. Work that a run left open is known to the sensor itself, and is ended as always. The fingerprint key lies in a file of its own.',
    remedy:
      'Nothing has to be done. The file may be deleted when nobody wants to find out what became of it; look once for sensors that were to be retired.',
  },
  STATE_NEWER: {
    severity: 'error',
    title: 'The state file was written by a newer version',
    explanation: 'An older version could lose what it does not know.',
    remedy: 'Use that version or a newer one, or another folder with `--state`.',
  },
  STATE_UNWRITABLE: {
    severity: 'error',
    title: 'The state folder cannot be written',
    explanation: 'Leases, the journal and what was applied last are kept there.',
    remedy: 'Give a folder that can be written with `--state`, or go without memory with `--no-state`.',
  },
  STATE_BUSY: {
    severity: 'error',
    title: 'The state file is locked',
    explanation: 'Another process has been writing to it for longer than 10 seconds.',
    remedy: 'Wait for the other run to end.',
  },
  FINGERPRINT_KEY: {
    severity: 'error',
    title: 'The fingerprint key cannot be used',
    explanation:
      'With it, secrets are tagged, so that a change of one is noticed. It has 32 bytes or more and is secret itself.',
    remedy: 'Make one with `openssl rand -base64 32`; a file of it has mode 0600.',
  },
  FINGERPRINT_KEY_DIFFERS: {
    severity: 'warning',
    title: 'Secrets were written under another fingerprint key',
    explanation:
      'The appliance keeps a tag beside each secret, made with the fingerprint key of the run that wrote it. Under another key nobody can tell whether the secret changed since; that is no difference, and nothing is written.',
    remedy: 'Bring that key back, or write the secrets anew with `apply --rewrite-secrets`.',
  },
} as const satisfies Catalog
