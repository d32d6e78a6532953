/**
 * Which resource keeps an appliance, and which gives it up, in one run: two for one appliance are refused, and so is a
 * plan that unregisters an appliance under one address and adopts it under another, as nobody knows which comes first.
 *
 * @module
 */
import type { Diagnostic } from '../../model/diagnostic.ts'
import { isObject, textOf, type ObjectValue } from '../../model/value.ts'

/** What this process has planned; another configuration, or another alias of the provider, is not seen. */
export interface Ownership {
  /** A resource keeps the appliance that goes by these names. Answers what stands against it. */
  keep(names: readonly string[], owner: string): Diagnostic[]
  /** A resource has written its owner on the appliance: from now on that tells whoever gives it up. */
  adopted(owner: string): void
  /** A resource unregisters it. */
  giveUp(names: readonly string[], owner: string): Diagnostic[]
}

const note = (into: Map<string, string>, names: readonly string[], owner: string): void =>
  names.forEach((name) => into.set(name, owner))

export function createOwnership(): Ownership {
  const keepers = new Map<string, string>()
  const leaving = new Map<string, string>()
  const adopters = new Set<string>()
  const isOthers = (table: ReadonlyMap<string, string>, names: readonly string[], owner: string) =>
    names.some((name) => {
      const other = table.get(name) ?? owner
      return other !== owner && !adopters.has(other)
    })
  return {
    keep(names, owner) {
      if (names.some((name) => (keepers.get(name) ?? owner) !== owner)) return [shared]
      note(keepers, names, owner)
      return isOthers(leaving, names, owner) ? [renamed] : []
    },
    adopted: (owner) => void adopters.add(owner),
    giveUp(names, owner) {
      note(leaving, names, owner)
      return isOthers(keepers, names, owner) ? [renamed] : []
    },
  }
}

/** The names that an appliance goes by, as far as they are known. */
export function namesOf({ access, id }: ObjectValue): string[] {
  return [endpointOf({ access: access ?? null }), textOf(id)].filter((name) => name !== undefined)
}

/** Where an appliance is found, as far as it is known. */
export function endpointOf({ access }: ObjectValue): string | undefined {
  const endpoint = isObject(access) ? textOf(access['endpoint']) : undefined
  return endpoint !== undefined && URL.canParse(endpoint) ? new URL(endpoint).origin : undefined
}

/** A resource stands for one appliance as long as it lives: a pin file may tell of another at another endpoint. */
export function otherAppliance({ id }: ObjectValue, identity: string): Diagnostic | undefined {
  const before = textOf(id)
  if (before === undefined || before === identity) return undefined
  return {
    severity: 'error',
    summary: `This resource stands for ${before}, and the appliance that answers is ${identity}`,
    detail:
      'Nothing was done. Correct access.endpoint. Another appliance is another resource; to have this one stand for it, plan with -replace. (IDENTITY_MISMATCH)',
    path: ['access', 'endpoint'],
  }
}

const shared: Diagnostic = {
  severity: 'error',
  summary: 'Two resources are for one appliance',
  detail:
    'Each would undo what the other does. Remove one of them: take it out of the configuration with a "removed" block, so that the appliance stays as it is. (DUPLICATE_ENDPOINT)',
  path: ['access', 'endpoint'],
}

const renamed: Diagnostic = {
  severity: 'error',
  summary: 'The same appliance is unregistered under one address and adopted under another',
  detail:
    'Nothing says which of the two Terraform does first. Where the resource was only renamed, write a "moved" block; else set on_destroy = "leave", apply, and then rename it. (DUPLICATE_ENDPOINT)',
}

/** Somebody else has adopted the appliance since this resource did. */
export const adoptedByOther: Diagnostic = {
  severity: 'error',
  summary: 'Another resource has adopted this appliance since',
  detail:
    'Another state manages it now, and each would undo what the other does. Nothing was done. Take it out of one of them (terraform state rm); to take it back here, do that and import it. (OWNED_BY_OTHER)',
  path: ['access', 'endpoint'],
}
