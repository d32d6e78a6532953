/**
 * What a Terraform provider is to us: schemas and functions over plain values. Whoever knows terraform-plugin-framework
 * finds its words here; nothing of the wire is seen.
 *
 * @module
 */
import type { TerraformSchema, TerraformType } from '../../schemas/terraform/schema.ts'
import type { Awaitable, Call, OfflineCall } from './call.ts'
import type { Diagnostics } from './diagnostic.ts'
import type { Resource } from './resource.ts'
import type { ObjectValue, Value } from './value.ts'

/** `Client` is what `configure` makes of the provider block, and every call gets. */
export interface Provider<Client> {
  /** Version of the provider, for logs. */
  version: string
  /** The provider block. */
  schema: TerraformSchema
  /** Values may be unknown; say nothing about those. */
  validate?(config: ObjectValue, call: OfflineCall): Awaitable<Diagnostics>
  /**
   * Called once per connection, before anything that needs a client. Contacts nobody: a configured provider is often not
   * used. Values may be unknown while planning.
   */
  configure(request: ConfigureRequest, call: OfflineCall): Awaitable<ConfigureResponse<Client>>
  /** Frees what a client holds, when its connection ends. */
  close?(client: Client): Awaitable<void>
  /** Names as in a configuration, `sensorform_sensor`. */
  resources: Readonly<Record<string, Resource<Client>>>
  dataSources: Readonly<Record<string, DataSource<Client>>>
  ephemeralResources: Readonly<Record<string, EphemeralResource<Client>>>
  /** Names without the provider's. */
  functions: Readonly<Record<string, ProviderFunction>>
  actions: Readonly<Record<string, Action<Client>>>
  /** Names of managed resources that have an identity. */
  listResources: Readonly<Record<string, ListResource<Client>>>
}

export interface ConfigureRequest {
  config: ObjectValue
  /** Of Terraform or OpenTofu. */
  terraformVersion: string
}

export interface ConfigureResponse<Client> {
  /** Absent only with an error. */
  client?: Client
  diagnostics?: Diagnostics
}

export interface DataSource<Client> {
  schema: TerraformSchema
  validate?(config: ObjectValue, call: OfflineCall): Awaitable<Diagnostics>
  /** The configuration is wholly known. Attributes that are left out of the state are null. */
  read(config: ObjectValue, call: Call<Client>): Awaitable<{ state: ObjectValue; diagnostics?: Diagnostics }>
}

/** Lives for one walk and is stored nowhere: the place for what must not be kept. */
export interface EphemeralResource<Client> {
  schema: TerraformSchema
  validate?(config: ObjectValue, call: OfflineCall): Awaitable<Diagnostics>
  open(config: ObjectValue, call: Call<Client>): Awaitable<OpenResponse>
  renew?(note: unknown, call: Call<Client>): Awaitable<Omit<OpenResponse, 'result'>>
  close?(note: unknown, call: Call<Client>): Awaitable<{ diagnostics?: Diagnostics }>
}

export interface OpenResponse {
  /** Absent only with an error. */
  result?: ObjectValue
  /** Handed to `renew` and `close`; kept in memory only. JSON. */
  note?: unknown
  renewAt?: Date
  diagnostics?: Diagnostics
}

/** Pure: the same arguments give the same result, in every process. */
export interface ProviderFunction {
  summary: string
  /** Markdown. */
  description: string
  parameters: readonly Parameter[]
  /** Takes what is given beyond the parameters. */
  variadic?: Parameter
  returns: TerraformType
  /** Throw an `ArgumentError` for what the user got wrong. */
  call(...args: Value[]): Awaitable<Value>
}

export interface Parameter {
  name: string
  type: TerraformType
  description: string
  /** Default: null is refused. */
  allowNull?: true
  /** Default: with an unknown argument the function is not called. */
  allowUnknown?: true
}

/** Tells the user of a function what is wrong, and with which argument. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError'
  /** Counted from 0. Absent: none in particular. */
  readonly argument?: number
  constructor(message: string, argument?: number) {
    super(message)
    if (argument !== undefined) this.argument = argument
  }
}

/** Something to do that leaves no state (Terraform 1.14 and later). */
export interface Action<Client> {
  schema: TerraformSchema
  validate?(config: ObjectValue, call: OfflineCall): Awaitable<Diagnostics>
  plan?(config: ObjectValue, call: Call<Client>): Awaitable<Diagnostics>
  /** `progress` is shown while it runs. */
  invoke(config: ObjectValue, call: Call<Client>, progress: (message: string) => void): Awaitable<Diagnostics>
}

/** Finds objects that could be managed, for `terraform query` (1.14 and later). */
export interface ListResource<Client> {
  /** Of the list block, not of what is found. */
  schema: TerraformSchema
  validate?(config: ObjectValue, call: OfflineCall): Awaitable<Diagnostics>
  list(request: ListRequest, call: Call<Client>): AsyncIterable<ListedResource>
}

export interface ListRequest {
  config: ObjectValue
  /** Whether the whole state is wanted. */
  includeResource: boolean
  limit: number
}

export interface ListedResource {
  identity: ObjectValue
  displayName: string
  resource?: ObjectValue
  diagnostics?: Diagnostics
}
