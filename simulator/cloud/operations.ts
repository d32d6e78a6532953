/**
 * The published operations that the simulated cloud serves, as a table: sites and their sensors (2021-09-01-preview),
 * sensors of an IoT hub (legacy), locally managed sensors and package downloads (2021-02-01-preview). Nothing that is not published.
 *
 * @module
 */
import { strToU8, zipSync } from 'fflate'
import type { Answer } from '../edge.ts'
import { invalidContent, notFound, refusal, zipFile } from './answer.ts'
import { hubScope, toOnPremiseSensor, toSensor, toSite, type Scope } from './bodies.ts'
import { currentTiVersion, packageDownloads, type OfferedUpdate } from './packages.ts'
import { readSensorWrite, readSiteWrite } from './requests.ts'
import type { SensorRecord, SiteRecord } from './state.ts'
import type { CloudStore, RecordPlace } from './store.ts'

export interface OperationContext {
  store: CloudStore
  scope: Scope
  /** Updates of sensors that are offered. */
  updates: readonly OfferedUpdate[]
  /** Decoded path parameters. */
  parameters: Readonly<Record<string, string>>
  /** Parsed JSON body; undefined when there was none. */
  body: unknown
  /** Cuts a list into pages. */
  page: (resources: readonly unknown[]) => Answer
}

export interface Operation {
  /** The published operationId. */
  id: string
  method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  /** Below the provider. */
  path: string
  apiVersion: string
  /** As role assignments name it, below `Microsoft.IoTSecurity/`. */
  action: string
  /** The Security Reader role suffices. */
  readerMay: boolean
  handle: (context: OperationContext) => Answer
}

const sitesPath = '/locations/{location}/sites'
const sensorsPath = `${sitesPath}/{site}/sensors`
const localPath = '/onPremiseSensors'
/** Below an IoT hub: a scope of its own, which the router brings into this form. */
const hubSensorsPath = `/${hubScope}/{hub}/sensors`
const siteModel = '2021-09-01-preview'
const localModel = '2021-02-01-preview'

const ok = (body: unknown): Answer => ({ status: 200, body })
const written = (created: boolean, body: unknown): Answer => ({ status: created ? 201 : 200, body })
const gone = (existed: boolean): Answer => ({ status: existed ? 200 : 204 })

const parameter = ({ parameters }: OperationContext, name: string): string => parameters[name] ?? ''
const sensorPlace = (context: OperationContext): RecordPlace => ({
  site: parameter(context, 'site'),
  name: parameter(context, 'sensor'),
})
const localPlace = (context: OperationContext): RecordPlace => ({ site: null, name: parameter(context, 'sensor') })

function withSite(context: OperationContext, use: (site: SiteRecord) => Answer): Answer {
  const name = parameter(context, 'site')
  const site = context.store.findSite(name)
  return site ? use(site) : notFound('Microsoft.IoTSecurity/locations/sites', name)
}

function withRecord(context: OperationContext, place: RecordPlace, use: (record: SensorRecord) => Answer): Answer {
  const record = context.store.find(place)
  const type = place.site === null ? 'onPremiseSensors' : 'locations/sites/sensors'
  return record ? use(record) : notFound(`Microsoft.IoTSecurity/${type}`, place.name)
}

const withSensor = (context: OperationContext, use: (record: SensorRecord) => Answer): Answer =>
  withSite(context, () => withRecord(context, sensorPlace(context), use))

const showSensor = ({ store, scope }: OperationContext, record: SensorRecord) =>
  toSensor(record, scope, store.contactState(record))

const getSite = (context: OperationContext): Answer => withSite(context, (site) => ok(toSite(site, context.scope)))
const getSensor = (context: OperationContext): Answer =>
  withSensor(context, (record) => ok(showSensor(context, record)))
const getLocalSensor = (context: OperationContext): Answer =>
  withRecord(context, localPlace(context), (record) => ok(toOnPremiseSensor(record, context.scope)))

function putSite(context: OperationContext): Answer {
  const write = readSiteWrite(context.body)
  if ('problem' in write) return invalidContent(write.problem)
  const { site, created } = context.store.putSite(parameter(context, 'site'), write)
  return written(created, toSite(site, context.scope))
}

function deleteSite(context: OperationContext): Answer {
  const site = context.store.findSite(parameter(context, 'site'))
  if (!site) return gone(false)
  if (context.store.records.some((record) => record.site?.toLowerCase() === site.name.toLowerCase())) {
    return refusal(409, 'CannotDeleteResource', `Site '${site.name}' still has sensors.`)
  }
  context.store.deleteSite(site)
  return gone(true)
}

function putSensor(context: OperationContext): Answer {
  const site = context.store.findSite(parameter(context, 'site'))
  if (!site) return parentNotFound(parameter(context, 'site'))
  const write = readSensorWrite(context.body)
  if ('problem' in write) return invalidContent(write.problem)
  const { record, created } = context.store.put({ site: site.name, name: parameter(context, 'sensor') }, write)
  return written(created, showSensor(context, record))
}

const parentNotFound = (site: string): Answer =>
  refusal(
    404,
    'ParentResourceNotFound',
    `Failed to perform 'write' on resource(s) of type 'locations/sites/sensors', because the parent resource '${site}' could not be found.`,
  )

/** The published PUT of a locally managed sensor has no body, and its properties are empty. */
function putLocalSensor(context: OperationContext): Answer {
  const write = { zone: null, tiAutomaticUpdates: false, sensorType: 'Ot' }
  const { record, created } = context.store.put(localPlace(context), write)
  return written(created, toOnPremiseSensor(record, context.scope))
}

function remove(context: OperationContext, place: RecordPlace): Answer {
  const record = context.store.find(place)
  if (record) context.store.delete(record)
  return gone(record !== undefined)
}

const activationOf = ({ store }: OperationContext, record: SensorRecord): Answer =>
  zipFile(`${record.name}.zip`, store.issueFile(record))

/** The content of the vendor's file is not published; this one only has its name. */
function resetPassword({ body }: OperationContext): Answer {
  const applianceId = (body as { applianceId?: unknown } | undefined)?.applianceId
  if (typeof applianceId !== 'string') return invalidContent("The property 'applianceId' must be a string.")
  const zip = zipSync({ 'password_recovery.txt': strToU8(applianceId) }, { mtime: new Date(1980, 0, 1) })
  return zipFile('password_recovery.zip', zip)
}

/** Only a sensor that is connected takes the package. */
function triggerTiUpdate({ store }: OperationContext, record: SensorRecord): Answer {
  if (store.contactState(record) === 'connected') store.update(record, { tiVersion: currentTiVersion })
  return { status: 200 }
}

type Handle = Operation['handle']
type Row = readonly [id: string, method: Operation['method'], path: string, action: string, handle: Handle]

/** Readers may read, and nothing else unless the table says so. */
const rows = (apiVersion: string, table: readonly Row[]): Operation[] =>
  table.map(([id, method, path, action, handle]) => ({
    id,
    method,
    path,
    apiVersion,
    action,
    readerMay: method === 'GET',
    handle,
  }))

const listSites: Handle = ({ store, scope, page }) => page(store.sites.map((site) => toSite(site, scope)))

const listSensors: Handle = (context) =>
  withSite(context, ({ name }) => {
    const records = context.store.records.filter(({ site }) => site === name)
    return context.page(records.map((record) => showSensor(context, record)))
  })

const listLocalSensors: Handle = ({ store, scope, page }) =>
  page(store.records.filter(({ mode }) => mode === 'local').map((record) => toOnPremiseSensor(record, scope)))

const siteOperations = rows(siteModel, [
  ['Sites_List', 'GET', sitesPath, 'locations/sites/read', listSites],
  ['Sites_Get', 'GET', `${sitesPath}/{site}`, 'locations/sites/read', getSite],
  ['Sites_CreateOrUpdate', 'PUT', `${sitesPath}/{site}`, 'locations/sites/write', putSite],
  ['Sites_Delete', 'DELETE', `${sitesPath}/{site}`, 'locations/sites/delete', deleteSite],
])

const sensor = `${sensorsPath}/{sensor}`
const sensorAction = 'locations/sites/sensors'
const sensorOperations = rows(siteModel, [
  ['SiteSensors_List', 'GET', sensorsPath, `${sensorAction}/read`, listSensors],
  ['SiteSensors_Get', 'GET', sensor, `${sensorAction}/read`, getSensor],
  ['SiteSensors_CreateOrUpdate', 'PUT', sensor, `${sensorAction}/write`, putSensor],
  [
    'SiteSensors_Delete',
    'DELETE',
    sensor,
    `${sensorAction}/delete`,
    (context) => remove(context, sensorPlace(context)),
  ],
  ...(
    [
      ['DownloadActivation', 'downloadActivation', activationOf],
      ['DownloadResetPassword', 'downloadResetPassword', resetPassword],
      ['TriggerTiPackageUpdate', 'triggerTiPackageUpdate', triggerTiUpdate],
    ] as const
  ).map(([id, name, act]): Row => {
    const handle: Handle = (context) => withSensor(context, (record) => act(context, record))
    return [`SiteSensors_${id}`, 'POST', `${sensor}/${name}`, `${sensorAction}/${name}/action`, handle]
  }),
])

const local = `${localPath}/{sensor}`
const hubPlace = (context: OperationContext): RecordPlace => ({
  site: `${hubScope}/${parameter(context, 'hub')}`,
  name: parameter(context, 'sensor'),
})

const withHub = (context: OperationContext, use: () => Answer): Answer => {
  const hub = parameter(context, 'hub')
  const isThere = context.scope.hubs?.some((one) => one.toLowerCase() === hub.toLowerCase())
  return isThere ? use() : notFound('Microsoft.Devices/IotHubs', hub)
}

const withHubSensor = (context: OperationContext, use: (record: SensorRecord) => Answer): Answer =>
  withHub(context, () => withRecord(context, hubPlace(context), use))

function putHubSensor(context: OperationContext): Answer {
  const write = readSensorWrite(context.body)
  if ('problem' in write) return invalidContent(write.problem)
  const { record, created } = context.store.put(hubPlace(context), write)
  return written(created, showSensor(context, record))
}

const listHubSensors: Handle = (context) =>
  withHub(context, () => {
    const { site } = hubPlace(context)
    const records = context.store.records.filter((record) => record.site?.toLowerCase() === site?.toLowerCase())
    return context.page(records.map((record) => showSensor(context, record)))
  })

const hubSensor = `${hubSensorsPath}/{sensor}`
const hubOperations = rows(localModel, [
  ['Sensors_List', 'GET', hubSensorsPath, 'sensors/read', listHubSensors],
  [
    'Sensors_Get',
    'GET',
    hubSensor,
    'sensors/read',
    (context) => withHubSensor(context, (record) => ok(showSensor(context, record))),
  ],
  [
    'Sensors_CreateOrUpdate',
    'PUT',
    hubSensor,
    'sensors/write',
    (context) => withHub(context, () => putHubSensor(context)),
  ],
  ['Sensors_Delete', 'DELETE', hubSensor, 'sensors/delete', (context) => remove(context, hubPlace(context))],
  [
    'Sensors_DownloadActivation',
    'POST',
    `${hubSensor}/downloadActivation`,
    'sensors/downloadActivation/action',
    (context) => withHubSensor(context, (record) => activationOf(context, record)),
  ],
])

const localOperations = rows(localModel, [
  ['OnPremiseSensors_List', 'GET', localPath, 'onPremiseSensors/read', listLocalSensors],
  ['OnPremiseSensors_Get', 'GET', local, 'onPremiseSensors/read', getLocalSensor],
  ['OnPremiseSensors_CreateOrUpdate', 'PUT', local, 'onPremiseSensors/write', putLocalSensor],
  [
    'OnPremiseSensors_Delete',
    'DELETE',
    local,
    'onPremiseSensors/delete',
    (context) => remove(context, localPlace(context)),
  ],
  ...(
    [
      ['DownloadActivation', 'downloadActivation', activationOf],
      ['DownloadResetPassword', 'downloadResetPassword', resetPassword],
    ] as const
  ).map(([id, name, act]): Row => {
    const handle: Handle = (context) => withRecord(context, localPlace(context), (record) => act(context, record))
    return [`OnPremiseSensors_${id}`, 'POST', `${local}/${name}`, `onPremiseSensors/${name}/action`, handle]
  }),
])

/** Every operation that is served. Security Readers may download packages, as documented. */
export const operations: readonly Operation[] = [
  ...siteOperations,
  ...sensorOperations,
  ...hubOperations,
  ...localOperations,
  {
    id: 'DefenderSettings_PackageDownloads',
    method: 'POST',
    path: '/defenderSettings/default/packageDownloads',
    apiVersion: localModel,
    action: 'defenderSettings/packageDownloads/action',
    readerMay: true,
    handle: ({ updates }) => ok(packageDownloads(updates)),
  },
]
