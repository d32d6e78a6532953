import type { IdentitySchema, TerraformSchema } from '../../schemas/terraform/schema.ts'
import type { Awaitable, Call, OfflineCall } from './call.ts'
import type { Diagnostics, Path } from './diagnostic.ts'
import type { ObjectValue } from './value.ts'

/** What the provider keeps beside a resource's state. JSON, kept by Terraform, never shown. No place for secrets. */
export type Private = Readonly<Record<string, unknown>>

/**
 * A managed resource. Terraform's rules are kept for its author: write-only values are taken out of every plan and
 * state, what is not said becomes null, computed values become unknown in a plan that changes something.
 */
export interface Resource<Client> {
  schema: TerraformSchema
  /** Absent: it can be imported by id only. */
  identity?: IdentitySchema
  /** Checks the configuration alone. Values may be unknown; say nothing about those. */
  validate?(config: ObjectValue, call: OfflineCall): Awaitable<Diagnostics>
  /** Corrects the draft of a plan. Also asked before a destroy. Absent: the draft is the plan. */
  plan?(request: PlanRequest, call: Call<Client>): Awaitable<PlanResponse>
  /** Null state: it is gone. There is no configuration here. */
  read(request: ReadRequest, call: Call<Client>): Awaitable<StateResponse>
  /**
   * What the plan knows must come out as planned. With an error, null says that nothing was created; any other state is
   * kept as tainted, and the next apply would destroy it.
   */
  create(request: CreateRequest, call: Call<Client>): Awaitable<StateResponse>
  /** With an error, the state that was reached; null keeps the prior one. Absent: every change must replace. */
  update?(request: UpdateRequest, call: Call<Client>): Awaitable<StateResponse>
  /** With an error, the object stays in Terraform's state. */
  delete(request: DeleteRequest, call: Call<Client>): Awaitable<{ diagnostics?: Diagnostics }>
  /** A stub is enough: it is read at once. Absent: cannot be imported. */
  import?(request: ImportRequest, call: Call<Client>): Awaitable<StateResponse>
  /** Makes a state of the present version from one of an older version, which is the key. Calls nobody. */
  upgrade?: Readonly<Record<number, (state: JsonObject) => JsonObject>>
  /** The same for identities. */
  upgradeIdentity?: Readonly<Record<number, (identity: JsonObject) => JsonObject>>
  /** Takes over an object of another type (`moved`). Undefined: that type is not known. */
  move?(request: MoveRequest): Awaitable<StateResponse | undefined>
  /** The configuration that an import generates. Absent: Terraform makes one of its own. */
  generateConfig?(state: ObjectValue): Awaitable<{ config: ObjectValue; diagnostics?: Diagnostics }>
}

/** A stored state as JSON. A number that a double would change is a `Decimal`. */
export interface JsonObject {
  readonly [key: string]: unknown
}

export interface PlanRequest {
  /** Null: a create. */
  prior: ObjectValue | null
  /** Null: a destroy. */
  config: ObjectValue | null
  /** The draft: configuration, prior values that are kept, and unknown for the rest. Null: a destroy. */
  planned: ObjectValue | null
  private: Private
  identity: ObjectValue | null
}

export interface PlanResponse {
  /** Not given: the draft. */
  planned?: ObjectValue | null
  /** What replaces, beside the attributes whose schema says so. */
  requiresReplace?: readonly Path[]
  /** Not given: what was kept before. */
  private?: Private
  identity?: ObjectValue | null
  diagnostics?: Diagnostics
}

export interface ReadRequest {
  state: ObjectValue
  private: Private
  identity: ObjectValue | null
}

/** What `create`, `update`, `read`, `import` and `move` answer. */
export interface StateResponse {
  /** Attributes that are left out are null. */
  state: ObjectValue | null
  /** Not given: what was kept before. */
  private?: Private
  /** Not given: what was known before. */
  identity?: ObjectValue | null
  diagnostics?: Diagnostics
}

export interface CreateRequest {
  /** May be unknown where the provider is to say the value. */
  planned: ObjectValue
  /** Wholly known, with the write-only values. */
  config: ObjectValue
  /** What the plan wrote. */
  private: Private
  identity: ObjectValue | null
}

export interface UpdateRequest extends CreateRequest {
  prior: ObjectValue
}

export interface DeleteRequest {
  prior: ObjectValue
  private: Private
  identity: ObjectValue | null
}

/** By id or by identity, as the user wrote. */
export type ImportRequest = { id: string } | { identity: ObjectValue }

export interface MoveRequest {
  /** Such as `registry.terraform.io/acme/other`. */
  sourceProvider: string
  sourceType: string
  sourceVersion: number
  state: JsonObject
  /** As the source wrote it. */
  private: Uint8Array
}
