/**
 * The JSON results of the CLI: what scripts read. Members may be added within one `formatVersion`; none is renamed or
 * removed.
 *
 * @module
 */
import * as z from 'zod'

const text = (description: string) => z.string().meta({ description })
const count = (description: string) => z.int().min(0).meta({ description })
const moment = (description: string) => z.iso.datetime({ offset: true }).meta({ description })

const header = <Kind extends string>(kind: Kind) => ({
  formatVersion: z.literal(1).meta({ description: 'Version of this format.' }),
  kind: z.literal(kind).meta({ description: 'Which result this is.' }),
  tool: z
    .strictObject({ name: z.literal('sensorform'), version: text('Version of the tool.') })
    .meta({ description: 'What made the result.' }),
  startedAt: moment('When the run began.'),
})

const place = z
  .strictObject({
    file: text('Path of the file.'),
    line: z.int().min(1),
    column: z.int().min(1).meta({ description: 'In UTF-16 units, from 1.' }),
    length: z.int().min(1).optional(),
    excerpt: text('The line itself.').optional(),
  })
  .meta({ description: 'A place in a file.' })

const problem = z
  .strictObject({
    severity: z.enum(['error', 'warning']),
    code: text('Stable code, explained in docs/problems.md.'),
    at: place.optional(),
    key: text('Key of the document that it concerns.').optional(),
    field: text('Path of the field that it concerns.').optional(),
    summary: text('What and why.'),
    hint: text('What to do.').optional(),
  })
  .meta({ description: 'What is wrong, or must be known.' })

const shown = z
  .union([
    z.string(),
    z.number(),
    z.boolean(),
    z.array(z.string()),
    z.strictObject({ secret: z.enum(['set', 'not set', 'differs']) }),
    z.strictObject({ certificate: z.string(), sha256: z.string(), notAfter: z.string().optional() }),
    z.strictObject({ sha256: z.string() }),
    z.null(),
  ])
  .meta({ description: 'A value as it is shown: never a secret; null is not set.' })

const change = z
  .strictObject({
    path: text('Path of the field, or of what differs.'),
    aspect: text('Aspect that it belongs to.'),
    kind: z.enum(['field', 'extraRule', 'registration', 'expiry', 'unfinished']),
    before: shown,
    after: shown,
    cause: z
      .enum(['spec', 'sensor', 'both', 'time', 'undetermined'])
      .meta({ description: 'Why it differs: all but spec and time are drift.' }),
    sensitive: z.boolean().meta({ description: 'The value is a secret.' }),
    note: text('What it is beyond two values.').optional(),
    attribution: z
      .strictObject({ at: z.string(), user: z.string(), from: z.string() })
      .optional()
      .meta({ description: 'Who changed it on the appliance, where it tells.' }),
  })
  .meta({ description: 'One difference between what is declared and what is.' })

const step = z
  .strictObject({
    id: text('Stable within the appliance.'),
    title: text('In a few words.'),
    type: text('What kind of action it is.'),
    changes: z.array(z.string()).meta({ description: 'Paths of the changes that it removes.' }),
    risk: z.enum(['low', 'medium', 'high']),
    disrupts: text('What stops working meanwhile.').optional(),
    undo: z.enum(['yes', 'no']).meta({ description: 'Whether another plan can bring the state before back.' }),
    pointOfNoReturn: text('From where on there is only the way forward.').optional(),
    needs: z.array(z.string()).meta({ description: 'Ids of steps that must have succeeded.' }),
    expectedSeconds: z.number().min(0),
    manual: z.boolean().meta({ description: 'A person does it.' }),
    instructions: text('For a manual step: the exact path and values.').optional(),
  })
  .meta({ description: 'One action that removes differences.' })

const summary = {
  sensors: count('Sensors that were looked at.'),
  inSync: count('Of these: in sync.'),
  changed: count('Of these: with at least one change, of whatever cause.'),
  pending: count('Of these: differ only because the spec changed.'),
  drifted: count('Of these: with drift.'),
  expiring: count('Of these: something expires.'),
  unknown: count('Of these: could not be read.'),
  held: count('Of these: held.'),
  waiting: count('Of these: wait for a person or a window.'),
  unverifiableFields: count('Declared fields that cannot be compared.'),
  manualSteps: count('Steps that a person does.'),
  steps: count('Steps in all.'),
}

const appliance = {
  key: text('Name of the document.'),
  site: text('Site of the document.').optional(),
  identity: text('Serial number.').optional(),
  endpoint: text('Where it answered.').optional(),
  lastObserved: moment('When it was read.').nullable(),
  changes: z.array(change),
  problems: z.array(problem),
  unverifiable: z.array(z.string()).meta({ description: 'Declared fields that cannot be compared.' }),
  notManaged: z.array(z.string()).meta({ description: 'What the appliance has and nobody declares.' }),
}

const planned = z.strictObject({
  ...appliance,
  status: z.enum(['inSync', 'pending', 'drifted', 'expiring', 'unknown', 'held', 'waiting']),
  softwareVersion: text('Version of its software.').optional(),
  clock: z
    .strictObject({
      driftSeconds: z.int().meta({ description: 'Ahead of the clock of this machine; negative: behind.' }),
      displayed: text('As its console shows it, in its time zone and date format.').optional(),
    })
    .optional()
    .meta({ description: 'How its clock was found.' }),
  steps: z.array(step),
})

const applied = z.strictObject({
  ...appliance,
  status: z.enum(['done', 'failed', 'partial', 'notAttempted', 'waiting', 'unknown', 'stale', 'unchanged']),
  steps: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      status: z.enum(['done', 'failed', 'notAttempted', 'waiting', 'unknown']),
      notes: z.array(z.string()).meta({ description: 'What was found or done.' }),
      problem: problem.optional(),
    }),
  ),
})

const planBody = {
  refused: z.boolean().meta({ description: 'Policy refuses the plan.' }),
  declared: count('Sensors that the fleet declares, whatever was selected.'),
  summary: z.strictObject(summary),
  sensors: z.array(planned),
  managementConsoles: z.array(planned),
  orphans: z.array(z.string()).meta({ description: 'Known to the state store, declared by no document.' }),
  problems: z.array(problem).meta({ description: 'Problems of the whole run.' }),
}

const planResult = z
  .strictObject({ ...header('plan'), ...planBody })
  .meta({ title: 'Plan result', description: 'Result of sensorform plan --format json.' })

const driftResult = z
  .strictObject({ ...header('drift'), ...planBody })
  .meta({ title: 'Drift result', description: 'Result of sensorform drift --format json.' })

const applyResult = z
  .strictObject({
    ...header('apply'),
    run: text('Id of the run.'),
    finishedAt: moment('When the run ended.'),
    interrupted: z.boolean().meta({ description: 'Stopped by Ctrl-C or the time limit.' }),
    summary: z.strictObject({
      ...summary,
      done: count('Sensors brought to their declared state.'),
      partial: count('Sensors with some steps done.'),
      failed: count('Sensors with failed steps and none done.'),
      notAttempted: count('Sensors that were not begun.'),
      stale: count('Sensors that are no longer what the plan was made from.'),
      unchanged: count('Sensors that needed nothing.'),
    }),
    sensors: z.array(applied),
    managementConsoles: z.array(applied),
    problems: z.array(problem),
  })
  .meta({ title: 'Apply result', description: 'Result of sensorform apply --format json.' })

const problemsResult = z
  .strictObject({
    ...header('problems'),
    verb: text('Verb that found them.'),
    valid: z.boolean().meta({ description: 'No error was found.' }),
    summary: z.strictObject({
      sensors: count('Sensors that the documents declare.').nullable(),
      errors: count('Errors.'),
      warnings: count('Warnings.'),
    }),
    problems: z.array(problem),
    unchecked: z.array(z.string()).meta({ description: 'What could not be checked, and why.' }),
  })
  .meta({
    title: 'Problems result',
    description: 'Result of sensorform validate --format json, and of every verb whose documents have errors.',
  })

const explainResult = z
  .strictObject({
    ...header('explain'),
    key: text('Name of the document.'),
    fields: z.array(
      z.strictObject({
        path: z.string(),
        value: text('As it is shown; a secret as its reference.'),
        layer: z.enum(['fleet', 'site', 'sensor', 'console']),
        file: z.string(),
        line: z.int().min(1),
        column: z.int().min(1),
        sensors: z.int().min(1).optional().meta({ description: 'How many sensors have it from there.' }),
        effect: text('What a change of it would do.'),
      }),
    ),
  })
  .meta({ title: 'Explain result', description: 'Result of sensorform explain --format json.' })

const trustResult = z
  .strictObject({
    ...header('trust'),
    pinFile: text('Pin file.'),
    endpoints: z.array(
      z.strictObject({
        endpoint: z.string(),
        key: z.string().optional(),
        pin: text('Hash of the public key.').optional(),
        subject: z.string().optional(),
        notAfter: z.string().optional(),
        recorded: z.boolean(),
        problem: problem.optional(),
      }),
    ),
  })
  .meta({ title: 'Trust result', description: 'Result of sensorform trust --format json.' })

const backupFile = z
  .strictObject({
    name: text('File name.'),
    createdAt: z.string(),
    sizeBytes: z.number().optional(),
    sensor: text('Registered name when it was made, from the name of the file.').optional(),
    version: text('Software version that it was made with, and that alone takes it back.').optional(),
  })
  .meta({ description: 'A backup file.' })

const backupResult = z
  .strictObject({
    ...header('backup'),
    sensors: z.array(
      z.strictObject({
        key: z.string(),
        supported: z.boolean().optional(),
        latest: z.strictObject({ name: z.string(), createdAt: z.string() }).nullable().optional(),
        backups: z.array(backupFile).optional().meta({ description: 'All that the sensor lists, newest first.' }),
        liveName: text('Registered name now; files of another one count as well.').optional(),
        limitBytes: z.number().nullable().optional().meta({ description: 'Space that backups may take.' }),
        overwrittenNext: z
          .array(z.string())
          .optional()
          .meta({ description: 'Files that the next backup overwrites, if it is as large as the newest.' }),
        overwritten: z.array(z.string()).optional().meta({ description: 'Files that the backup just made overwrote.' }),
        problem: problem.optional(),
      }),
    ),
  })
  .meta({ title: 'Backup result', description: 'Result of sensorform backup --format json.' })

const retireResult = z
  .strictObject({
    ...header('retire'),
    key: text('Key that no document declares any more.'),
    state: z
      .enum(['planned', 'refused', 'retired', 'failed'])
      .meta({ description: 'planned: it was shown, and not confirmed.' }),
    identity: text('Serial number.').optional(),
    endpoint: text('Where it was found last.').optional(),
    lastObserved: moment('When it was read last.').nullable(),
    appliedAt: moment('When it was applied last.').nullable(),
    record: z
      .strictObject({
        registrar: text('Registrar of the Fleet document.'),
        name: text('Registered name.'),
        mode: z.enum(['cloud', 'local']),
        site: text('Site of the registration.').optional(),
        state: z
          .enum(['kept', 'present', 'absent', 'connected', 'inUse', 'unknown', 'deleted'])
          .meta({ description: 'kept: nobody asked to delete it. absent: it was gone already.' }),
        lastContact: text('When the registrar heard of it last.').optional(),
      })
      .nullable()
      .meta({ description: 'The registration that is bound to the key; null where none is known.' }),
    console: text('Management console that it was connected to.').optional(),
    consoleEntry: z
      .enum(['kept', 'leaving', 'absent', 'connected', 'unknown', 'removed'])
      .meta({ description: 'Its entry there. kept: a person removes it. leaving: it will be removed.' })
      .optional(),
    problems: z.array(problem),
  })
  .meta({ title: 'Retire result', description: 'Result of sensorform retire --format json.' })

const restoreResult = z
  .strictObject({
    ...header('restore'),
    key: text('Key of the sensor.'),
    state: z
      .enum(['planned', 'refused', 'restored', 'failed', 'waiting', 'unknown'])
      .meta({ description: '`planned`: it was not approved. `unknown`: the same again takes it up.' }),
    from: text('Name of the backup file.'),
    resumes: z.boolean().meta({ description: 'An earlier run began the same restore and died.' }),
    identity: text('Serial number.').optional(),
    endpoint: text('Where it answered last.').optional(),
    softwareVersion: text('Version of its software.').optional(),
    liveName: text('Registered name before the restore.').optional(),
    backup: backupFile.nullable(),
    notes: z.array(z.string()).meta({ description: 'What was found and done.' }),
    problems: z.array(problem),
    plan: planned.nullable().meta({ description: 'Once restored: what differs from what is declared.' }),
  })
  .meta({ title: 'Restore result', description: 'Result of sensorform restore --format json.' })

/** Every result by the name of its schema file. */
export const resultSchemas = {
  plan: planResult,
  drift: driftResult,
  apply: applyResult,
  problems: problemsResult,
  explain: explainResult,
  trust: trustResult,
  backup: backupResult,
  restore: restoreResult,
  retire: retireResult,
} as const

export type ResultName = keyof typeof resultSchemas
export type ResultOf<Name extends ResultName> = z.infer<(typeof resultSchemas)[Name]>

/** The JSON Schema of a result. */
export const resultJsonSchema = (name: ResultName): Record<string, unknown> => ({
  ...(z.toJSONSchema(resultSchemas[name]) as Record<string, unknown>),
  $id: `https://sensorform.io/schemas/v1/results/${name}.schema.json`,
})
