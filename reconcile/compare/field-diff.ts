/**
 * Compares declared fields with live ones, field by field.
 *
 * | the driver reads it | live is    | verdict                                                        |
 * | ------------------- | ---------- | -------------------------------------------------------------- |
 * | yes                 | the same   | in sync                                                        |
 * | yes                 | different  | a change                                                       |
 * | no                  |            | unverifiable; and a change when it has to be written all the same: |
 *
 * | written by | has to be written unread when                                                  |
 * | ---------- | ------------------------------------------------------------------------------ |
 * | the tool   | memory has no such value, or another one, as last applied                      |
 * | a person   | nobody confirmed these values, or memory says that a secret among them changed |
 * | nobody     | never: a problem says that this driver cannot                                  |
 *
 * @module
 */
import type { Field } from '../../schemas/fields.ts'
import { appliedValue, isApplied, isAppliedSpelling } from './applied.ts'
import { canonical, sameValue } from './canonical.ts'
import { causeOf } from './causes.ts'
import type { Change } from '../change.ts'
import { isConfirmed } from './confirmation.ts'
import type { Ability } from '../driver.ts'
import { noFindings, problemOf, type Findings, type Look } from './look.ts'
import { compareSecret, secretMoved, type Verdict } from './secret-diff.ts'
import { abilityOf, declaredFields, findField, isOwnSetting } from './setting-fields.ts'
import { showValue } from './shown.ts'

/** Compares every declared field that is a setting of the appliance itself. */
export function compareFields(look: Look): Findings {
  const findings = noFindings()
  for (const [path, value] of declaredFields(look.desired)) {
    const field = findField(path)
    if (field && isOwnSetting(field)) compareField(look, { path, field, value }, findings)
  }
  return findings
}

interface Declared {
  path: string
  field: Field
  value: unknown
}

function compareField(look: Look, declared: Declared, { changes, unverifiable, problems }: Findings): void {
  const { path, field } = declared
  const ability = abilityOf(look.support, field.pattern)
  const verdict = compareDeclared(look, declared, ability)
  if (verdict.state === 'same') return
  if (verdict.state === 'unverifiable') unverifiable.push(path)
  if (ability.write === 'none') problems.push(notSupported(look, path))
  if (verdict.state === 'differs' || verdict.write) changes.push(changeOf(declared, verdict))
}

function compareDeclared(look: Look, declared: Declared, ability: Ability): Verdict {
  const { path, field, value } = declared
  const verdict =
    field.type === 'secret' ? compareSecret(look, path, ability) : compareValue(look, path, field, value, ability)
  if (verdict.state !== 'unverifiable') return verdict
  return { ...verdict, write: mustWriteUnread(look, declared, ability, verdict.write) }
}

function compareValue(look: Look, path: string, field: Field, value: unknown, ability: Ability): Verdict {
  const live = liveValue(look, path, ability)
  if (live === undefined && !ability.read) {
    const applied = look.remembered?.lastApplied?.[path]
    const write = !isApplied(applied, appliedValue(field, value))
    return { state: 'unverifiable', write, before: undefined, cause: 'spec' }
  }
  if (sameLive(look, path, field, value, live)) return { state: 'same' }
  const cause = causeOf(look.remembered, path, {
    desired: (applied) => isApplied(applied, appliedValue(field, value)),
    live: (applied) => live !== undefined && isSameAsApplied(field, applied, live),
  })
  return { state: 'differs', before: showLive(look, path, field, live), cause }
}

/** The certificate that is served on the wire stands in for one that the driver cannot read. */
const servedPath = 'certificate.certificate'

function liveValue({ live, observation }: Look, path: string, ability: Ability): unknown {
  if (ability.read) return live.get(path) ?? (path === servedPath ? observation.served : undefined)
  return path === servedPath ? observation.served : undefined
}

/** A certificate is in place only when it is also the one that is served. */
function sameLive(look: Look, path: string, field: Field, value: unknown, live: unknown): boolean {
  if (path !== servedPath) return sameValue(field, value, live)
  const { served } = look.observation
  const wanted = leafOf(field, value)
  return leafOf(field, live) === wanted && (served === undefined || served.sha256 === wanted)
}

const isSameAsApplied = (field: Field, applied: Parameters<typeof isApplied>[0] & {}, live: unknown): boolean =>
  field.type === 'file'
    ? isApplied(applied, { sha256: String(leafOf(field, live)) })
    : isAppliedSpelling(applied, canonical(field, live))

const isServed = (value: unknown): value is { sha256: string; subject: string; notAfter: string } =>
  typeof value === 'object' && value !== null && 'pin' in value

/** Digest of a file, or of the served certificate. */
const leafOf = (field: Field, value: unknown): unknown => {
  if (value === undefined) return undefined
  return isServed(value) ? value.sha256 : canonical(field, value)
}

function showLive({ observation }: Look, path: string, field: Field, live: unknown): ReturnType<typeof showValue> {
  const shown = path === servedPath ? (observation.served ?? live) : live
  if (!isServed(shown)) return showValue(field, shown)
  return { certificate: shown.subject, sha256: shown.sha256, notAfter: shown.notAfter }
}

function mustWriteUnread(look: Look, { path, field }: Declared, ability: Ability, wanted: boolean): boolean {
  if (ability.write === 'none') return false
  if (ability.write === 'automatic') return wanted
  if (!isConfirmed(look, path)) return !ability.read || wanted
  return field.type === 'secret' && secretMoved(look, path, look.sight.tags.get(path) ?? null)
}

function changeOf({ path, field, value }: Declared, verdict: Exclude<Verdict, { state: 'same' }>): Change {
  const sensitive = field.type === 'secret'
  const after = sensitive ? ({ secret: 'set' } as const) : showValue(field, value)
  const { before, cause } = verdict
  return { kind: 'field', path, aspect: field.aspect, before, after, cause, sensitive }
}

const notSupported = ({ desired }: Look, path: string) =>
  problemOf(desired, {
    severity: 'warning',
    code: 'NOT_SUPPORTED_BY_DRIVER',
    field: path,
    summary: `The driver ${desired.access.driver} cannot write ${path}`,
    hint: 'Leave the field out, or use a driver that can write it; until then nobody brings it to the declared value.',
  })
