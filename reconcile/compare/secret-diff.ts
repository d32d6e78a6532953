/**
 * Secrets are compared by tag, as nobody can read them.
 *
 * | the driver reads it, and the appliance says | our tag               | verdict                          |
 * | ------------------------------------------- | --------------------- | -------------------------------- |
 * | not set                                     | any                   | differs                          |
 * | set, and the driver knows no tags           | any                   | unverifiable                     |
 * | set                                         | none at hand          | unverifiable                     |
 * | set, without a tag: somebody else set it    | ours                  | differs                          |
 * | set, tag of another key                     | ours                  | unverifiable                     |
 * | set, tag of our key                         | equal                 | same                             |
 * | set, tag of our key                         | another               | differs                          |
 * | (the driver does not read it)               | any                   | unverifiable                     |
 *
 * An unverifiable secret is written when memory knows another tag of the same key, or with `--rewrite-secrets`; beside
 * that only together with the setting that it belongs to.
 *
 * @module
 */
import { isApplied } from './applied.ts'
import { causeOf } from './causes.ts'
import type { Cause, Shown } from '../change.ts'
import type { Ability, LiveSecret, SecretTag } from '../driver.ts'
import type { Look } from './look.ts'
import type { AppliedValue } from '../memory.ts'

export type Verdict =
  | { state: 'same' }
  | { state: 'differs'; before: Shown | undefined; cause: Cause }
  /** `write`: it must be written all the same. */
  | { state: 'unverifiable'; write: boolean; before: Shown | undefined; cause: Cause }

/** Compares a declared secret. */
export function compareSecret(look: Look, path: string, ability: Ability): Verdict {
  const ours = look.sight.tags.get(path) ?? null
  if (!ability.read) return blindSecret(look, path, ours, undefined)
  const live = look.live.get(path) as LiveSecret | undefined
  if (!live?.set) return { state: 'differs', before: { secret: 'not set' }, cause: causeOfSecret(look, path, null) }
  if (!look.support.tags || !ours) return blindSecret(look, path, ours, { secret: 'set' })
  if (live.tag && live.tag.keyId !== ours.keyId) return blindSecret(look, path, ours, { secret: 'set' })
  if (live.tag?.mac === ours.mac) return { state: 'same' }
  return { state: 'differs', before: { secret: 'differs' }, cause: causeOfSecret(look, path, live.tag) }
}

function blindSecret(look: Look, path: string, ours: SecretTag | null, before: Shown | undefined): Verdict {
  const write = look.context.options.overrides?.rewriteSecrets === true || secretMoved(look, path, ours)
  return { state: 'unverifiable', write, before, cause: 'spec' }
}

/** Says that memory knows the secret's value as of the last apply, and that the declared one is another. */
export function secretMoved({ remembered }: Look, path: string, ours: SecretTag | null): boolean {
  const applied = remembered?.lastApplied?.[path]
  return ours !== null && isTag(applied) && applied.tag.keyId === ours.keyId && applied.tag.mac !== ours.mac
}

function causeOfSecret({ sight, remembered }: Look, path: string, live: SecretTag | null): Cause {
  const ours = sight.tags.get(path)
  return causeOf(remembered, path, {
    // Without the secret at hand nobody can say that the declaration moved.
    desired: (applied) => !ours || isApplied(applied, { tag: ours }),
    live: (applied) => live !== null && isApplied(applied, { tag: live }),
  })
}

const isTag = (value: AppliedValue | undefined): value is { tag: SecretTag } =>
  typeof value === 'object' && 'tag' in value
