/**
 * The operations of the Sensor Settings API. The OpenAPI document is made from this table; the driver and the simulator
 * are both tested against it.
 *
 * @module
 */
import * as z from 'zod'
import * as message from './messages.ts'
import type { ApplianceKind } from '../documents.ts'
import { consoleSettingAspects } from '../management-console.ts'
import { settingAspects } from '../sensor.ts'
import { settingsWrite, writeOperationOf, writtenAspects, type WrittenAspect } from './settings.ts'

export interface Operation {
  id: string
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** Path with `{name}` parameters, percent-encoded when sent. */
  path: string
  summary: string
  /** The only kind of appliance that has it. Left out: both. */
  on?: ApplianceKind
  /** A session (`Authorization: Bearer`) is needed. */
  session: boolean
  /** The documented form: the token stands alone in `Authorization`. A session's token is such a token too. */
  rawToken?: true
  /**
   * The write carries `Sensorform-Fence` while a lease is held; without it, or with a stale one, it is refused (423
   * LEASE_REQUIRED, 409 FENCE_STALE). Without any lease on the appliance it is refused as well.
   */
  fenced: boolean
  /** It may carry `Sensorform-Fence` to give the lease back. */
  mayRelease?: true
  /** The write may carry `If-Match` with the revision in quotes; another revision is refused with 412. */
  conditional: boolean
  query?: Readonly<Record<string, { description: string }>>
  /** JSON body, or a media type for raw bytes. */
  request?: z.ZodType | 'application/zip' | 'application/octet-stream'
  /** Success status and its JSON body; null for none. */
  response: { status: number; body: z.ZodType | null }
  /** Statuses of refusals beside 400, 401, 429, 500 and 503. */
  refusals?: readonly number[]
}

const base = '/api/settings/v1'
const write = { session: true, fenced: true, conditional: true } as const

/** What writing an aspect does. */
const writeSummaries: Readonly<Record<WrittenAspect, string>> = {
  time: 'Writes time and region.',
  network:
    'Writes DNS, host name and proxy. Address, mask and gateway are refused here (400): they are a guarded change.',
  certificate:
    'Writes name and validation. Certificate, chain, key and passphrase are refused here (400): they are an import.',
  managementConsole:
    'Connects to the management console of a connection string, or disconnects from it. A console that does not answer, or refuses, leaves all as it was: 422 CONSOLE_FAILED with details.reason `string`, `unreachable`, `token`, `certificate`, `clock` or `version`.',
  mailServer: 'Writes the mail server that email actions send through.',
  backup:
    'Writes the backup settings. A changed and enabled target is checked first: 422 TARGET_FAILED with details.reason `settings`, `unreachable`, `version`, `credentials`, `path`, `full` or `write`.',
  forwarding:
    'Writes forwarding rules by name; null removes one. An action is replaced whole, other rules and actions are kept.',
  sensorBackups: 'Writes which backups are collected from the sensors, when, and how many are kept.',
  systemProperties:
    'Writes lines of property files; null removes one. A value that the appliance cannot work with is refused (400).',
}

/** The kind that alone has an aspect. */
const onlyOn = (aspect: WrittenAspect): Pick<Operation, 'on'> => {
  const onSensors = (settingAspects as readonly string[]).includes(aspect)
  const onConsoles = (consoleSettingAspects as readonly string[]).includes(aspect)
  return onSensors && onConsoles ? {} : { on: onSensors ? 'Sensor' : 'ManagementConsole' }
}

export const operations: readonly Operation[] = [
  {
    id: 'checkCredentials',
    method: 'post',
    path: '/api/external/authentication/validation',
    summary: 'The documented credential check. Opens no session.',
    session: false,
    fenced: false,
    conditional: false,
    request: message.credentialCheck,
    response: { status: 200, body: message.credentialCheckResult },
  },
  {
    id: 'signIn',
    method: 'post',
    path: `${base}/session`,
    summary:
      'Opens a session. Refused credentials are 401 CREDENTIALS_REFUSED; five in a row lock the account for 300 s (403 ACCOUNT_LOCKED).',
    session: false,
    fenced: false,
    conditional: false,
    request: message.sessionRequest,
    response: { status: 201, body: message.session },
    refusals: [403],
  },
  {
    id: 'signOut',
    method: 'delete',
    path: `${base}/session`,
    summary:
      'Ends the session. With `Sensorform-Fence` it gives the lease back in the same call, as `releaseLease` does: with `intent=clear` the intent goes too, and an unknown fence is success.',
    session: true,
    fenced: false,
    mayRelease: true,
    conditional: false,
    query: { intent: { description: '`clear` removes the intent as well, with a fence.' } },
    response: { status: 204, body: null },
  },
  {
    id: 'readAppliance',
    method: 'get',
    path: `${base}/appliance`,
    summary:
      'The bulk read. Carries the revision as ETag; If-None-Match with it answers 304, with the clock in `Sensorform-Clock` and whether it is in step in `Sensorform-Clock-Synchronized`.',
    session: true,
    fenced: false,
    conditional: false,
    response: { status: 200, body: z.discriminatedUnion('kind', [message.applianceRead, message.consoleRead]) },
  },
  ...writtenAspects.map((aspect): Operation => ({
    id: writeOperationOf(aspect),
    ...onlyOn(aspect),
    method: 'patch',
    path: `${base}/settings/${aspect}`,
    summary: writeSummaries[aspect],
    ...write,
    get request() {
      return settingsWrite[aspect]
    },
    response: { status: 200, body: message.written },
    refusals: [409, 412, 422, 423],
  })),
  {
    id: 'testRule',
    method: 'post',
    path: `${base}/forwarding/rules/{rule}/test`,
    summary: 'Sends the test message of a rule and tells what became of each action.',
    session: true,
    fenced: false,
    conditional: false,
    response: { status: 200, body: message.testMessageResult },
    refusals: [404],
  },
  {
    id: 'importCertificate',
    method: 'post',
    path: `${base}/certificate`,
    summary:
      'Imports a certificate. Refusals are 422 CERTIFICATE_REFUSED with one of the six documented messages and details.reason `passphrase`, `chain`, `expired`, `revoked`, `crlUnreachable` or `failed`.',
    ...write,
    request: message.certificateImport,
    response: { status: 200, body: message.written },
    refusals: [409, 412, 422, 423],
  },
  {
    id: 'checkPeers',
    method: 'post',
    path: `${base}/certificate/peers/check`,
    summary:
      'Connects to every peer whose certificate would be validated, and tells which would be cut off. Changes nothing.',
    session: true,
    fenced: false,
    conditional: false,
    request: message.peerCheckRequest,
    response: { status: 200, body: message.peerCheck },
  },
  {
    id: 'changeAddress',
    on: 'Sensor',
    method: 'post',
    path: `${base}/network/change`,
    summary:
      'Moves the management address. It answers 202 on the old address, then listens on the new one; every session ends. Reverts unless confirmed in time over a new session.',
    ...write,
    request: message.networkChangeRequest,
    response: { status: 202, body: message.pendingNetworkChange },
    refusals: [409, 412, 422, 423],
  },
  {
    id: 'confirmAddress',
    on: 'Sensor',
    method: 'post',
    path: `${base}/network/change/{id}/confirm`,
    summary: 'Confirms the change. Only at the new address.',
    session: true,
    fenced: true,
    conditional: false,
    response: { status: 200, body: message.written },
    refusals: [404, 409, 423],
  },
  {
    id: 'activate',
    on: 'Sensor',
    method: 'post',
    path: `${base}/activation`,
    summary:
      'Uploads an activation file and activates with it. A file that is not valid is 422 ACTIVATION_REFUSED with details.reason `file`; the job fails with reason `cloud` (no way to the cloud; details.obstacle says what stands in it), `rejected` (by the service) or `clock` (time drift).',
    ...write,
    request: 'application/zip',
    response: { status: 202, body: message.job },
    refusals: [409, 412, 422, 423],
  },
  {
    id: 'uploadPackage',
    method: 'put',
    path: `${base}/software/packages/{name}`,
    summary:
      'Uploads an update package under its own name; one is kept. The same package again is success. Refusals are 422 UPDATE_REFUSED with details.reason `package` (not the declared one, or no package) or `space`.',
    on: 'Sensor',
    session: true,
    fenced: true,
    conditional: false,
    query: { sha256: { description: 'SHA-256 of the body, hex. What arrives with another one is thrown away.' } },
    request: 'application/octet-stream',
    response: { status: 200, body: message.softwarePackage },
    refusals: [409, 422, 423],
  },
  {
    id: 'updateSoftware',
    method: 'post',
    path: `${base}/software/update`,
    summary:
      'Installs the uploaded package, about 30 minutes. The sensor reboots twice: its port is closed meanwhile and every session ends. Refusals are 422 UPDATE_REFUSED with details.reason `package`, `path` (a version in between is left out, or the way leads back) or `activation` (the sensor is not activated). A job that fails leaves the version before it.',
    on: 'Sensor',
    ...write,
    request: message.softwareUpdate,
    response: { status: 202, body: message.job },
    refusals: [409, 412, 422, 423],
  },
  {
    id: 'readJob',
    method: 'get',
    path: `${base}/jobs/{id}`,
    summary: 'A job. Jobs are kept for an hour.',
    session: true,
    fenced: false,
    conditional: false,
    response: { status: 200, body: message.job },
    refusals: [404],
  },
  {
    id: 'createBackup',
    on: 'Sensor',
    method: 'post',
    path: `${base}/backups`,
    summary: 'Makes a backup now.',
    session: true,
    fenced: true,
    conditional: false,
    response: { status: 202, body: message.job },
    refusals: [409, 422, 423],
  },
  {
    id: 'listBackups',
    on: 'Sensor',
    method: 'get',
    path: `${base}/backups`,
    summary: 'The backup files that are there, newest first.',
    session: true,
    fenced: false,
    conditional: false,
    response: { status: 200, body: message.backupList },
  },
  {
    id: 'restoreBackup',
    on: 'Sensor',
    method: 'post',
    path: `${base}/backups/{name}/restore`,
    summary:
      'Restores a backup file: settings, secrets, activation, network and certificate are then as they were. A file of another version is 422 RESTORE_FAILED with details.reason `version`, an unconfirmed network change 409 BUSY. The job ends with a restart of the services: every session ends, nothing answers for a while, and then perhaps elsewhere and with another certificate. What became of it is `backups.lastRestore` of the bulk read. Lease and intent stay.',
    ...write,
    response: { status: 202, body: message.job },
    refusals: [404, 409, 412, 422, 423],
  },
  {
    id: 'checkBackupTarget',
    on: 'Sensor',
    method: 'post',
    path: `${base}/backups/target/check`,
    summary: 'Tries to mount the configured target and to write to it.',
    session: true,
    fenced: false,
    conditional: false,
    response: { status: 200, body: message.targetCheck },
  },
  {
    id: 'listAppliances',
    on: 'ManagementConsole',
    method: 'get',
    path: '/external/v1/appliances',
    summary: 'The documented list of sensors and their connection.',
    session: true,
    rawToken: true,
    fenced: false,
    conditional: false,
    response: { status: 200, body: message.managedAppliances },
  },
  {
    id: 'readConnectionString',
    on: 'ManagementConsole',
    method: 'get',
    path: `${base}/console/connection-string`,
    summary: 'The connection string that sensors are connected with. A secret.',
    session: true,
    fenced: false,
    conditional: false,
    response: { status: 200, body: message.connectionString },
  },
  {
    id: 'assignZone',
    on: 'ManagementConsole',
    method: 'put',
    path: `${base}/console/sensors/{uid}/zone`,
    summary: 'Assigns a sensor to a zone. A sensor or zone that is not there is 404, a zone of several sites 409.',
    session: true,
    fenced: true,
    conditional: false,
    request: message.zoneAssignment,
    response: { status: 200, body: message.written },
    refusals: [404, 409, 423],
  },
  {
    id: 'removeSensor',
    on: 'ManagementConsole',
    method: 'delete',
    path: `${base}/console/sensors/{uid}`,
    summary: 'Removes the entry of a sensor that is not connected (409 CONNECTED).',
    session: true,
    fenced: true,
    conditional: false,
    response: { status: 204, body: null },
    refusals: [404, 409, 423],
  },
  {
    id: 'listCollectedBackups',
    on: 'ManagementConsole',
    method: 'get',
    path: `${base}/console/backups`,
    summary: 'The backups that were collected from the sensors.',
    session: true,
    fenced: false,
    conditional: false,
    response: { status: 200, body: message.collectedBackups },
  },
  {
    id: 'lease',
    method: 'put',
    path: `${base}/lease`,
    summary:
      'Acquires or renews the lease and sets the intent. Held by another: 409 LEASE_HELD with details.holder and details.remainingSeconds. A lost fence: 409 FENCE_STALE. With If-Match, another revision is refused and nothing is changed: neither lease nor intent.',
    session: true,
    fenced: false,
    conditional: true,
    request: message.leaseRequest,
    response: { status: 200, body: message.leaseGrant },
    refusals: [409, 412],
  },
  {
    id: 'releaseLease',
    method: 'delete',
    path: `${base}/lease`,
    summary:
      'Gives the lease back. With `intent=clear` the intent goes too. An unknown fence is success: the lease is gone already.',
    session: true,
    fenced: true,
    conditional: false,
    query: { intent: { description: '`clear` removes the intent as well.' } },
    response: { status: 204, body: null },
  },
  {
    id: 'readAudit',
    method: 'get',
    path: `${base}/audit`,
    summary: 'The audit trail: who, when, from where, what. At most 1,000 entries.',
    session: true,
    fenced: false,
    conditional: false,
    query: { since: { description: 'ISO 8601; entries from then on.' } },
    response: { status: 200, body: message.audit },
  },
]
