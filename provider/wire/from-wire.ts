/** What Terraform sends, in our own types. */
import { identityType, objectType, type IdentitySchema, type TerraformSchema } from '../../schemas/terraform/schema.ts'
import type { Private } from '../model/resource.ts'
import { isObject, type ObjectValue, type Value } from '../model/value.ts'
import { fromJson, parseLossless } from './json.ts'
import type { dynamicValue, identityData } from './messages.ts'
import { decodeValue } from './msgpack.ts'
import type { TypeOf } from './protobuf.ts'
import type { TerraformType } from '../../schemas/terraform/schema.ts'

type WireValue = TypeOf<typeof dynamicValue> | undefined

/** A value of any type. Nothing at all is null. */
export function toValue(type: TerraformType, wire: WireValue): Value {
  if (wire?.msgpack && wire.msgpack.length > 0) return decodeValue(type, wire.msgpack)
  if (wire?.json && wire.json.length > 0) return fromJson(type, parseLossless(wire.json))
  return null
}

/** An object of a schema, or null where there is none. */
export function toObject(schema: TerraformSchema, wire: WireValue): ObjectValue | null {
  const value = toValue(objectType(schema.attributes), wire)
  return isObject(value) ? value : null
}

/** An object that must be there. */
export function toPresentObject(schema: TerraformSchema, wire: WireValue): ObjectValue {
  const value = toObject(schema, wire)
  if (!value) throw new TypeError('an object is required')
  return value
}

export function toIdentity(
  schema: IdentitySchema | undefined,
  wire: TypeOf<typeof identityData> | undefined,
): ObjectValue | null {
  if (!schema || !wire?.identityData) return null
  const value = toValue(identityType(schema), wire.identityData)
  return isObject(value) ? value : null
}

/** Terraform sends nothing where nothing was kept. */
export const toPrivate = (bytes: Uint8Array | undefined): Private =>
  bytes && bytes.length > 0 ? (JSON.parse(Buffer.from(bytes).toString('utf8')) as Private) : {}
