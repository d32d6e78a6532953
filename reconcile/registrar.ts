/**
 * What the engine asks of the place where sensors are registered.
 *
 * @module
 */

export type Mode = 'cloud' | 'local'

/** A registration. A record of a locally managed sensor carries neither site nor zone. */
export interface RegistrationRecord {
  name: string
  mode: Mode
  site?: string
  zone?: string
  tiAutomaticUpdates?: boolean
  /** As the registrar words it, such as `Ok` or `Disconnected`; unknown words are kept. */
  status?: string
  /** The sensor is connected now. */
  connected: boolean
  /** ISO 8601 time of the last contact; absent when the sensor never connected. */
  lastContact?: string
  /** ISO 8601, where the registrar tells. */
  createdAt?: string
  softwareVersion?: string
}

export type RecordLookup =
  | { state: 'present'; record: RegistrationRecord }
  | { state: 'absent' }
  /** The registrar cannot tell: unverifiable, never a change. */
  | { state: 'notObservable'; reason: string }

/** Where a new record goes. */
export interface Placement {
  mode: Mode
  /** Cloud mode only. */
  site?: string
  zone?: string
  tiAutomaticUpdates?: boolean
}

/** An update of sensors that is offered for download. */
export interface OfferedUpdate {
  version: string
  /** The oldest version that it leads from, where that is told. */
  fromVersion?: string
}

export interface RegistrarSupport {
  /** Records can be created and deleted. Where not, a person does it in the portal. */
  register: boolean
  /** Records can be read. */
  observe: boolean
  /** Activation files can be fetched (for `directory`: are there once a person put them there). */
  download: 'automatic' | 'manual'
}

export interface LookupOptions {
  fresh?: boolean
  signal?: AbortSignal
  /** Where the record is expected. */
  at?: Pick<Placement, 'mode' | 'site'>
}

export interface RegistrarReader {
  readonly name: string
  readonly support: RegistrarSupport
  /**
   * Finds a record by name, in whatever site and mode. Answers are kept for the run until a write; `fresh` asks again.
   * Names are unique within a site only: `at` says where the record is expected and tells records of one name apart. The
   * only one may lie elsewhere, and is answered all the same: the engine looks where it lies. Of several, one that does
   * not lie there is absent; without a place several are not observable.
   * Throws a DeviceError (`REGISTRAR_…`) when the registrar cannot be reached or refuses.
   */
  lookup(name: string, options?: LookupOptions): Promise<RecordLookup>
  /** Every record, as it was listed once a run. Absent where records cannot be read. Throws as `lookup` does. */
  list?(): Promise<readonly RegistrationRecord[]>
  /**
   * The updates that are offered for download. Asked once a run, a refusal as well. The list may be of certain versions
   * only: what is not in it may exist all the same. Absent where nothing is listed. Throws as `lookup` does.
   */
  offeredUpdates?(): Promise<readonly OfferedUpdate[]>
  /** True when an activation file for the name is at hand (a person put it there). Only for `download: 'manual'`. */
  fileAtHand?(name: string): Promise<boolean>
  /** What a person must do to register and hand in the file: the exact portal path. */
  instructions?(name: string, placement: Placement): string
  /** Ends its connections. Never throws. */
  close?(): Promise<void>
}

export interface Registrar extends RegistrarReader {
  /**
   * Throws what would refuse a registration: a place that is not there, a right that is missing. Asked before anything is
   * deleted. Changes nothing: the right to write is proved by writing `present`, a record of this very sensor, as it is.
   * Absent where nothing can be told beforehand.
   */
  checkRegister?(
    name: string,
    placement: Placement,
    present: RegistrationRecord | undefined,
    signal?: AbortSignal,
  ): Promise<void>
  /** Creates the record, or brings zone and updates of an existing one in the same place to these values. */
  register(name: string, placement: Placement, signal?: AbortSignal): Promise<RegistrationRecord>
  /** Deletes the record; an absent one is success. */
  deregister(record: RegistrationRecord, signal?: AbortSignal): Promise<void>
  /** Downloads the activation file (zip). Each download makes a new file. */
  downloadActivation(record: RegistrationRecord, signal?: AbortSignal): Promise<Uint8Array>
  /** Longest time that one write can take, in ms: it starts only inside the lease. */
  readonly writeTimeoutMs: number
}
