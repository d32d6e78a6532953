/**
 * Messages of the Sensor Settings API beside the settings themselves. This API is this project's own contract: no public
 * HTTP interface of a real sensor writes settings. Only the sign-in check is the vendor's.
 *
 * @module
 */
import * as z from 'zod'
import { settingsRead } from './settings.ts'

const instant = z.iso.datetime().meta({ description: 'UTC, ISO 8601.' })
const seconds = z.number().min(0).max(1e9)

/** The documented `POST /api/external/authentication/validation`. */
export const credentialCheck = z.strictObject({ username: z.string().max(256), password: z.string().max(1024) })
export const credentialCheckResult = z.strictObject({ msg: z.literal('Authentication succeeded.') })

/** The documented error envelope; the Settings API adds `code` and `details`. */
export const errorEnvelope = z
  .strictObject({
    error: z.strictObject({
      code: z
        .enum([
          'UNAUTHENTICATED',
          'CREDENTIALS_REFUSED',
          'ACCOUNT_LOCKED',
          'NOT_FOUND',
          'INVALID',
          'REVISION_CONFLICT',
          'LEASE_HELD',
          'LEASE_REQUIRED',
          'FENCE_STALE',
          'BUSY',
          'CERTIFICATE_REFUSED',
          'ACTIVATION_REFUSED',
          'UPDATE_REFUSED',
          'NOT_SUPPORTED',
          'TARGET_FAILED',
          'RESTORE_FAILED',
          'CONSOLE_FAILED',
          'CONNECTED',
          'TIME_ZONE_UNKNOWN',
          'MANAGED_ELSEWHERE',
          'THROTTLED',
          'REBOOTING',
          'INTERNAL',
        ])
        .optional(),
      userDisplayErrorMessage: z.string(),
      internalSystemErrorMessage: z.string(),
      details: z.record(z.string(), z.unknown()).optional(),
    }),
  })
  .meta({ description: 'Every answer with a status of 400 or more.' })

export const sessionRequest = credentialCheck
export const session = z.strictObject({
  token: z.string().min(16).max(256).meta({ description: 'Sent as `Authorization: Bearer <token>`.' }),
  idleSeconds: z
    .int()
    .min(1)
    .max(86400)
    .meta({ description: 'The session ends when it was idle for so long, on the clock of the sensor. 300.' }),
  serialNumber: z.string().meta({ description: 'Identity of the appliance.' }),
})

export const intent = z
  .strictObject({
    run: z.string().min(1).max(64).meta({ description: 'Id of the run that wrote it.' }),
    step: z.string().min(1).max(256).meta({ description: 'Id of the step that is under way.' }),
    tool: z.string().max(64),
    startedAt: instant,
    data: z
      .record(z.string(), z.unknown())
      .meta({ description: 'What the step needs to be taken up again. Holds no secret. At most 16 KiB.' }),
  })
  .meta({ description: 'A record of what is under way.' })

const owner = z
  .string()
  .min(1)
  .max(128)
  .meta({ description: 'Who adopted the appliance last, in words of its own. Binds nobody.' })

export const leaseRequest = z
  .strictObject({
    holder: z.string().min(1).max(128).meta({ description: 'Who asks: run id and host.' }),
    ttlSeconds: z.int().min(1).max(300),
    fence: z
      .int()
      .min(1)
      .max(9_007_199_254_740_991)
      .optional()
      .meta({ description: 'Given to renew; left out to acquire.' }),
    intent: intent
      .nullable()
      .optional()
      .meta({ description: 'Replaces the intent in the same call; null clears it; left out keeps it.' }),
    owner: owner
      .nullable()
      .optional()
      .meta({ description: 'Replaces the owner in the same call; null clears it; left out keeps it.' }),
  })
  .meta({ description: 'Acquires or renews the lease.' })

export const lease = z
  .strictObject({
    holder: z.string(),
    fence: z
      .int()
      .min(1)
      .max(9_007_199_254_740_991)
      .meta({ description: 'Rises with every acquisition. Every write carries it.' }),
    remainingSeconds: seconds.meta({ description: 'Counts monotonic time and survives reboots.' }),
  })
  .meta({ description: 'The lease. One holder at a time may write.' })

export const leaseGrant = lease.extend({
  revision: z.string().meta({ description: 'After the call; an intent is part of the bulk read.' }),
  revisionBefore: z.string().meta({
    description: 'Right before the call: another one than was read last means that somebody changed something.',
  }),
})

export const pendingNetworkChange = z
  .strictObject({
    id: z.string(),
    from: z.strictObject({ address: z.string(), subnetMask: z.string(), gateway: z.string() }),
    to: z.strictObject({ address: z.string(), subnetMask: z.string(), gateway: z.string() }),
    remainingSeconds: seconds.meta({ description: 'It reverts by itself unless confirmed by then.' }),
  })
  .meta({ description: 'A network change that is in effect but not confirmed.' })

export const networkChangeRequest = z
  .strictObject({
    address: z.string(),
    subnetMask: z.string(),
    gateway: z.string(),
    confirmWithinSeconds: z.int().min(10).max(3600),
  })
  .meta({ description: 'Address, mask and gateway as one guarded change.' })

/** Stages of an update, as the vendor documents them for the management console's API. */
export const updateStages = [
  'UPLOADING',
  'PREPARE_TO_INSTALL',
  'STOPPING_PROCESSES',
  'BACKING_UP_DATA',
  'TAKING_SNAPSHOT',
  'UPDATING_CONFIGURATION',
  'UPDATING_DEPENDENCIES',
  'UPDATING_LIBRARIES',
  'PATCHING_DATABASES',
  'STARTING_PROCESSES',
  'VALIDATING_SYSTEM_SANITY',
  'VALIDATION_SUCCEEDED_REBOOTING',
  'SUCCESS',
  'FAILURE',
  'UPGRADE_STARTED',
  'STARTING_INSTALLATION',
  'INSTALLING_OPERATING_SYSTEM',
] as const

export const job = z
  .strictObject({
    id: z.string(),
    type: z.enum(['activation', 'backup', 'restore', 'update']),
    state: z.enum(['running', 'succeeded', 'failed']),
    percentage: z.int().min(0).max(100),
    stage: z.enum(updateStages).optional().meta({ description: 'Of an update, in the words of the vendor.' }),
    startedAt: instant,
    finishedAt: instant.nullable(),
    error: errorEnvelope.shape.error.nullable(),
    result: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ description: 'Long work.' })

export const activationState = z
  .strictObject({
    name: z.string().nullable().meta({ description: 'Registered name, from the activation file.' }),
    mode: z.enum(['cloud', 'local']).nullable(),
    site: z.string().nullable().meta({ description: 'Site that the activation file names; none in local mode.' }),
    status: z
      .enum(['NotActivated', 'Valid', 'Expired', 'Rejected', 'NotConnected'])
      .meta({ description: 'What the Overview page shows; `Valid` when active.' }),
    expiresAt: instant.nullable().meta({ description: 'Of a file for local mode.' }),
    file: z
      .strictObject({ id: z.string(), createdAt: instant, sha256: z.string() })
      .nullable()
      .meta({ description: 'The installed activation file.' }),
    cloud: z
      .strictObject({
        reachable: z.boolean(),
        obstacle: z
          .enum(['dns', 'proxy', 'proxySignIn', 'tls', 'firewall'])
          .nullable()
          .meta({ description: 'What stands in the way, where the sensor can tell.' }),
        detail: z.string().nullable(),
      })
      .nullable()
      .meta({ description: 'Whether the sensor reaches the cloud; null in local mode.' }),
    message: z
      .string()
      .nullable()
      .meta({ description: 'System message about the activation, such as the one-month warning.' }),
  })
  .meta({ description: 'Activation as the sensor sees it.' })

export const backupFile = z.strictObject({ name: z.string(), createdAt: instant, sizeBytes: z.int().min(0).max(1e15) })

export const lastRestore = z
  .strictObject({
    id: z.string().meta({ description: 'Of the job.' }),
    name: z.string().meta({ description: 'File that was restored.' }),
    error: z
      .string()
      .nullable()
      .meta({ description: 'What the console shows when it failed; null when it succeeded.' }),
  })
  .meta({ description: 'The restore that ended last. Itself never part of a backup.' })

/** The connection to the management console as the sensor sees it. */
export const consoleConnection = z
  .strictObject({
    state: z.enum(['NotConfigured', 'Connected', 'Disconnected']),
    address: z.string().nullable().meta({ description: 'Address of the console, from the connection string.' }),
    serialNumber: z.string().nullable().meta({ description: 'Identity of the console that answered last.' }),
    message: z.string().nullable().meta({ description: 'Why the sensor is not connected.' }),
  })
  .meta({ description: 'Connection to the management console as the sensor sees it.' })

/** What every bulk read has. */
const readOfAny = {
  serialNumber: z.string(),
  softwareVersion: z.string(),
  revision: z.string().meta({
    description: 'Also the ETag. Changes with everything in this answer but clock, lease and remaining times.',
  }),
  clock: z.strictObject({
    now: instant.meta({ description: 'Clock of the appliance.' }),
    displayed: z
      .string()
      .meta({ description: 'Date and time as the console shows them, in its time zone and date format.' }),
    synchronized: z.boolean(),
  }),
  lease: lease.nullable(),
  intent: intent.nullable(),
  owner: owner.nullable(),
}

export const softwarePackage = z
  .strictObject({
    name: z.string().max(256),
    version: z.string().meta({ description: 'Version that it leads to.' }),
    sha256: z.string(),
    sizeBytes: z.int().min(0).max(1e15),
  })
  .meta({ description: 'An update package that was uploaded whole.' })

export const softwareState = z
  .strictObject({
    uploaded: softwarePackage.nullable().meta({ description: 'Waits to be installed.' }),
    lastUpdate: z
      .strictObject({
        from: z.string(),
        to: z.string(),
        finishedAt: instant,
        error: z.string().nullable().meta({ description: 'Why it failed; the version before it is then back.' }),
      })
      .nullable(),
    freeBytes: z.int().min(0).max(1e15).meta({ description: 'Space for a package.' }),
  })
  .meta({ description: 'What an update needs to know beside the version.' })

export const softwareUpdate = z
  .strictObject({ name: z.string().max(256), sha256: z.string().max(64) })
  .meta({ description: 'Installs the package that was uploaded under this name with this hash.' })

export const applianceRead = z
  .strictObject({
    kind: z.literal('sensor'),
    ...readOfAny,
    hardwareProfile: z.string(),
    settings: z.lazy(() => settingsRead.Sensor),
    activation: activationState,
    consoleConnection,
    backups: z.strictObject({
      supported: z.boolean(),
      latest: backupFile.nullable(),
      lastError: z.string().nullable(),
      lastRestore: lastRestore.nullable(),
    }),
    software: softwareState,
    pending: z.strictObject({ networkChange: pendingNetworkChange.nullable(), job: job.nullable() }),
  })
  .meta({ description: 'The bulk read: the whole sensor.' })

export const consoleRead = z
  .strictObject({
    kind: z.literal('managementConsole'),
    ...readOfAny,
    settings: z.lazy(() => settingsRead.ManagementConsole),
    sites: z
      .array(
        z.strictObject({
          name: z.string(),
          zones: z.array(z.strictObject({ id: z.int().min(1), name: z.string() })),
        }),
      )
      .meta({ description: 'Sites and zones of the Site Management window.' }),
    sensorBackups: z
      .strictObject({
        files: z.int().min(0).meta({ description: 'Collected files that are kept.' }),
        lastRunAt: instant.nullable(),
        lastError: z.string().nullable(),
      })
      .meta({ description: 'Backups collected from the sensors.' }),
    pending: z.strictObject({ job: job.nullable() }),
  })
  .meta({ description: 'The bulk read: the whole management console.' })

/**
 * One sensor in the documented `GET /external/v1/appliances`. The documentation gives `connectionState` as a word in its
 * table and as an object in its sample: the simulated console answers with the object, readers take both.
 */
export const managedAppliance = z
  .looseObject({
    id: z.int(),
    name: z.string(),
    uid: z.string().meta({ description: 'Serial number of the sensor.' }),
    interfaceAddress: z.string().nullable().optional(),
    version: z.string().nullable().optional(),
    isActivated: z.boolean().nullable().optional(),
    connectionState: z
      .union([
        z.string(),
        z.looseObject({ id: z.string(), isConsideredConnected: z.boolean(), description: z.string() }),
      ])
      .meta({ description: 'SYNCED, OUT_OF_SYNC, TIME_DIFF_OFFSET or DISCONNECTED.' }),
    zoneId: z.int().nullable().optional(),
  })
  .meta({ description: 'A sensor as the management console lists it.' })
export const managedAppliances = z.array(managedAppliance)

export const connectionString = z
  .strictObject({ connectionString: z.string().max(1024).meta({ description: '<address>:<token>. A secret.' }) })
  .meta({ description: 'What a sensor is connected with.' })

export const zoneAssignment = z.strictObject({
  site: z.string().max(128).optional().meta({ description: 'Left out: the only site that has such a zone.' }),
  zone: z.string().min(1).max(128),
})

export const collectedBackups = z.strictObject({
  files: z
    .array(
      z.strictObject({
        uid: z.string().meta({ description: 'Serial number of the sensor.' }),
        sensor: z.string().meta({ description: 'Its name when the file was collected.' }),
        name: z.string(),
        createdAt: instant,
        collectedAt: instant,
        sizeBytes: z.int().min(0).max(1e15),
      }),
    )
    .meta({ description: 'Newest first.' }),
})

export const certificateImport = z
  .strictObject({
    name: z.string().max(128).nullable(),
    certificate: z.string().max(262144).meta({ description: 'PEM.' }),
    chain: z.string().max(262144).nullable().meta({ description: 'PEM.' }),
    privateKey: z.string().max(65536).meta({ description: 'PEM.' }),
    privateKeyTag: z.strictObject({ keyId: z.string().min(1).max(64), mac: z.string().min(1).max(128) }).nullable(),
    passphrase: z.string().max(1024).nullable(),
    passphraseTag: z.strictObject({ keyId: z.string().min(1).max(64), mac: z.string().min(1).max(128) }).nullable(),
  })
  .meta({ description: 'Imports a certificate; the served certificate is replaced when the answer was sent.' })

export const backupList = z.strictObject({
  backups: z.array(backupFile),
  limitBytes: z.int().min(0).max(1e15).nullable(),
})
export const targetCheck = z.strictObject({ ok: z.boolean(), message: z.string() })
export const testMessageResult = z.strictObject({
  actions: z.array(z.strictObject({ action: z.string(), ok: z.boolean(), message: z.string() })),
})

export const peerCheckRequest = z
  .strictObject({
    authorities: z.string().max(262144).nullable().meta({
      description: 'PEM. The certificate chain to judge by, where it is about to be replaced; null: the present one.',
    }),
    peers: z
      .array(
        z.strictObject({
          path: z.string().max(1024).meta({ description: 'What the peer will belong to, as in the answer.' }),
          host: z.string().max(253),
          port: z.int().min(0).max(65535),
          tls: z.enum(['implicit', 'starttls']).meta({ description: 'When encryption begins.' }),
        }),
      )
      .max(1000)
      .optional()
      .meta({
        description:
          'Peers that are about to be set up, beside those that are; one under the path of a present one takes its place.',
      }),
  })
  .meta({ description: 'Asks what certificate validation would halt.' })

export const peerCheck = z
  .strictObject({
    peers: z.array(
      z.strictObject({
        path: z.string().meta({ description: 'What the peer belongs to, as in `mailServer` or a forwarding action.' }),
        host: z.string(),
        port: z.int().min(0).max(65535),
        result: z
          .enum(['valid', 'invalid', 'unreachable'])
          .meta({ description: '`invalid`: validation would cut it off. `unreachable`: it did not answer.' }),
        message: z.string(),
      }),
    ),
  })
  .meta({ description: 'Each peer that the appliance speaks TLS with, and how its certificate fares.' })

export const auditEntry = z.strictObject({
  at: instant,
  user: z.string().meta({ description: 'Who.' }),
  from: z.string().meta({ description: 'From where: address, and `console` or `api`.' }),
  action: z.string().meta({ description: 'What, as in "set" or "activate".' }),
  path: z.string().nullable().meta({ description: 'Field, as in `time.timezone`.' }),
  before: z.unknown(),
  after: z.unknown(),
})
export const audit = z.strictObject({ entries: z.array(auditEntry).meta({ description: 'Newest first.' }) })

/** Every write to settings answers with the new revision. */
export const written = z.strictObject({ revision: z.string() })
