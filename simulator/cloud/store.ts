/**
 * Sites, registrations and issued activation files of the simulated cloud. Every change is on disk before the method
 * that makes it returns; contacts of sensors are written within a second.
 *
 * @module
 */
import { createPrivateKey, randomUUID, type KeyObject } from 'node:crypto'
import { packActivationFile, unusedFileDays } from '../../formats/activation-file.ts'
import { crossesActivation } from '../../formats/software-package.ts'
import type { SimulatorClock } from '../clock.ts'
import { hubScope } from './bodies.ts'
import { createContacts, type Contacts, type ContactState } from './contacts.ts'
import { createIdentity } from './identity.ts'
import {
  loadState,
  saveState,
  type CloudIdentity,
  type IssuedFile,
  type SensorRecord,
  type SiteRecord,
} from './state.ts'

const dayMs = 86_400_000
const contactSaveMs = 1000

export interface StoreOptions {
  /** Without it nothing outlives the process. */
  stateFile?: string
  /** Keys to begin with where there is no state. */
  identity?: CloudIdentity
  clock: Pick<SimulatorClock, 'nowMs' | 'uptimeMs'>
  /** How long the shown status lags behind. Documented: up to 15 minutes. */
  statusLagMs: number
  subscriptionId: string
  /** Days for which the activation file of a locally managed sensor is valid. The vendor publishes no figure. */
  localFileDays: number
}

/** Writable properties of a registration. A PUT replaces them all. */
export interface SensorWrite {
  zone: string | null
  tiAutomaticUpdates: boolean
  sensorType: string
}

/** Where a record lies; `site: null` is the list of locally managed sensors. Names are compared as the cloud does, without case. */
export interface RecordPlace {
  site: string | null
  name: string
}

const same = (left: string | null, right: string | null): boolean => left?.toLowerCase() === right?.toLowerCase()
const lies =
  ({ site, name }: RecordPlace) =>
  (record: SensorRecord): boolean =>
    same(record.site, site) && same(record.name, name)

export class CloudStore {
  readonly identity: CloudIdentity
  readonly sites: SiteRecord[]
  readonly records: SensorRecord[]
  readonly #files: IssuedFile[]
  readonly #contacts: Contacts
  readonly #options: StoreOptions
  readonly #signingKey: KeyObject
  #soon: NodeJS.Timeout | undefined

  constructor(options: StoreOptions) {
    const loaded = options.stateFile === undefined ? undefined : loadState(options.stateFile)
    this.#options = options
    this.#contacts = createContacts(options.clock, options.statusLagMs)
    this.identity = loaded?.identity ?? options.identity ?? createIdentity()
    this.sites = loaded?.sites ?? []
    this.records = loaded?.records ?? []
    this.#files = loaded?.files ?? []
    this.#signingKey = createPrivateKey(this.identity.signingKey)
    if (!loaded) this.#save()
  }

  findSite(name: string): SiteRecord | undefined {
    return this.sites.find((site) => same(site.name, name))
  }

  putSite(
    name: string,
    { displayName, tags }: Pick<SiteRecord, 'displayName' | 'tags'>,
  ): { site: SiteRecord; created: boolean } {
    const now = this.#now()
    const known = this.findSite(name)
    const site = known ?? { name, displayName, tags, createdAt: now, modifiedAt: now }
    if (known) Object.assign(known, { displayName, tags, modifiedAt: now })
    else this.sites.push(site)
    this.#save()
    return { site, created: !known }
  }

  deleteSite(site: SiteRecord): void {
    this.sites.splice(this.sites.indexOf(site), 1)
    this.#save()
  }

  find(place: RecordPlace): SensorRecord | undefined {
    return this.records.find(lies(place))
  }

  /** A name that is registered anew after its deletion is another record: files of the former one stay rejected. */
  put(place: RecordPlace, write: SensorWrite): { record: SensorRecord; created: boolean } {
    const now = this.#now()
    const known = this.find(place)
    const record = known ?? newRecord(place, now)
    Object.assign(record, write, { modifiedAt: now })
    if (!known) this.records.push(record)
    this.#save()
    return { record, created: !known }
  }

  delete(record: SensorRecord): void {
    this.records.splice(this.records.indexOf(record), 1)
    const kept = this.#files.filter((file) => file.recordId !== record.recordId)
    this.#files.splice(0, this.#files.length, ...kept)
    this.#contacts.forget(record.recordId)
    this.#save()
  }

  /**
   * What "Prepare to update to 22.x" does: the sensor gets a record that waits for it, and the one that it has goes on
   * under another name until somebody deletes it.
   */
  prepareUpdate(place: RecordPlace): SensorRecord | undefined {
    const legacy = this.find(place)
    if (!legacy) return undefined
    const { name, zone, tiAutomaticUpdates, sensorType } = legacy
    Object.assign(legacy, { name: `${name}-legacy`, formerName: name })
    return this.put({ site: legacy.site, name }, { zone, tiAutomaticUpdates, sensorType }).record
  }

  update(record: SensorRecord, change: Partial<Pick<SensorRecord, 'tiVersion'>>): void {
    Object.assign(record, change)
    this.#save()
  }

  /** A new signed file with an id of its own. Files downloaded earlier stay good. */
  issueFile({ recordId, name, mode, site }: SensorRecord): Uint8Array {
    const nowMs = this.#options.clock.nowMs()
    const file = { id: randomUUID(), recordId, createdAt: new Date(nowMs).toISOString() }
    this.#files.push({ ...file, serialNumber: null })
    this.#save()
    const expiresAt = mode === 'local' ? new Date(nowMs + this.#options.localFileDays * dayMs).toISOString() : null
    const { subscriptionId } = this.#options
    // The record of an IoT hub has no site.
    const place = { site: site?.startsWith(hubScope) ? null : site }
    return packActivationFile({ ...file, name, mode, ...place, subscriptionId, expiresAt }, this.#signingKey)
  }

  contactState({ recordId, firstContactAt }: SensorRecord): ContactState {
    return this.#contacts.stateOf(recordId, firstContactAt !== null)
  }

  /** A sensor reports with its activation file. False: the file is not, or no longer, good for this sensor. */
  contact(fileId: string, serialNumber: string, name: string, sensorVersion?: string): boolean {
    const file = this.#files.find(({ id }) => id === fileId)
    const record = this.records.find(({ recordId }) => recordId === file?.recordId)
    if (!file || !record || record.mode !== 'cloud' || !same(record.formerName ?? record.name, name)) return false
    if (isOutdated(record, sensorVersion)) return false
    if (file.serialNumber === null ? this.#isStale(file) : file.serialNumber !== serialNumber) return false
    file.serialNumber = serialNumber
    this.#seen(record, sensorVersion)
    this.#saveSoon()
    return true
  }

  /** Writes what only contacts changed. */
  close(): void {
    if (this.#soon) this.#save()
  }

  #isStale({ createdAt }: IssuedFile): boolean {
    return this.#options.clock.nowMs() - Date.parse(createdAt) > unusedFileDays * dayMs
  }

  #seen(record: SensorRecord, sensorVersion: string | undefined): void {
    this.#contacts.seen(record.recordId, record.firstContactAt === null)
    record.firstContactAt ??= this.#now()
    record.lastContactAt = this.#now()
    record.sensorVersion = sensorVersion ?? record.sensorVersion
  }

  #now(): string {
    return new Date(this.#options.clock.nowMs()).toISOString()
  }

  /** A lost contact is made again by the sensor, so contacts of a whole fleet are written together. */
  #saveSoon(): void {
    this.#soon ??= setTimeout(() => this.#save(), contactSaveMs).unref()
  }

  #save(): void {
    clearTimeout(this.#soon)
    this.#soon = undefined
    const { identity, sites, records } = this
    if (this.#options.stateFile === undefined) return
    saveState(this.#options.stateFile, { formatVersion: 1, identity, sites, records, files: this.#files })
  }
}

/** A sensor that has crossed 22.1 needs a record that was prepared for it. */
const isOutdated = ({ sensorVersion: before }: SensorRecord, now: string | undefined): boolean =>
  before !== null && now !== undefined && crossesActivation(before, now)

function newRecord({ site, name }: RecordPlace, now: string): SensorRecord {
  const mode = site === null ? 'local' : 'cloud'
  return {
    recordId: randomUUID(),
    name,
    mode,
    site,
    zone: null,
    tiAutomaticUpdates: false,
    sensorType: 'Ot',
    createdAt: now,
    modifiedAt: now,
    firstContactAt: null,
    lastContactAt: null,
    sensorVersion: null,
    tiVersion: null,
  }
}
