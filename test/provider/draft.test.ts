/** The draft of a plan: what stays, what becomes unknown, and what the attributes beside it decide. */
import { describe, expect, test } from 'vitest'
import { unknown, type ObjectValue } from '../../provider/model/value.ts'
import { draftPlan } from '../../provider/plan/draft.ts'
import { replacedBy } from '../../provider/plan/replaces.ts'
import { withoutWriteOnly, writeOnlyPaths } from '../../provider/plan/write-only.ts'
import type { Attributes } from '../../schemas/terraform/schema.ts'
import { proposeNew } from './support/core-rules.ts'

const description = ''
const setting = { optional: true, computed: true, keepsPrior: true, description } as const

const group: Attributes = {
  enabled: { type: 'bool', ...setting, implied: true },
  host: { type: 'string', ...setting },
  max_age: { type: 'string', optional: true, description },
  secret_wo: { type: 'string', optional: true, writeOnly: true, description },
  secret_wo_version: { type: 'number', optional: true, description },
}
const attributes: Attributes = {
  id: { type: 'string', computed: true, keepsPrior: true, description },
  expires: { type: 'string', computed: true, description },
  size: { type: 'number', ...setting },
  color: { type: 'string', optional: true, replaces: true, description },
  group: { nesting: 'single', attributes: group, ...setting },
  one: {
    nesting: 'single',
    exactlyOne: true,
    attributes: { left: { type: 'string', ...setting }, right: { type: 'string', ...setting } },
    ...setting,
  },
}

const prior: ObjectValue = {
  id: 'a',
  expires: 'then',
  size: 1,
  color: null,
  group: { enabled: false, host: 'h', max_age: '1d', secret_wo: null, secret_wo_version: 3 },
  one: { left: 'l', right: null },
}

const none = { id: null, expires: null, size: null, color: null, group: null, one: null }
const groupOf = (said: ObjectValue): ObjectValue => ({
  group: { enabled: null, host: null, max_age: null, secret_wo: null, secret_wo_version: null, ...said },
})

function draft(said: ObjectValue, before: ObjectValue | null): ObjectValue {
  const config = { ...none, ...said }
  return draftPlan(attributes, { prior: before, config, proposed: proposeNew(attributes, before, config) })
}

describe('a draft', () => {
  test('of a create is unknown where the provider is to say it', () => {
    expect(draft({ size: 2, ...groupOf({ host: 'x', secret_wo: 's' }) }, null)).toEqual({
      id: unknown,
      expires: unknown,
      size: 2,
      color: null,
      group: { enabled: true, host: 'x', max_age: null, secret_wo: null, secret_wo_version: null },
      one: unknown,
    })
  })

  test('that changes nothing is the prior state', () => {
    const said = { size: 1, ...groupOf({ enabled: false, max_age: '1d', secret_wo: 'new', secret_wo_version: 3 }) }
    expect(draft(said, prior)).toEqual(prior)
  })

  test('keeps what is left out, but not what only a configuration says', () => {
    expect(draft({}, prior)).toEqual({
      ...prior,
      expires: unknown,
      group: { enabled: false, host: 'h', max_age: null, secret_wo: null, secret_wo_version: null },
    })
  })

  test.each<[string, ObjectValue, ObjectValue]>([
    ['on, as soon as something beside it is said', { host: 'x' }, { enabled: true, host: 'x' }],
    ['as it was, while nothing is said', {}, { enabled: false, host: 'h' }],
    ['as configured', { enabled: false, host: 'x' }, { enabled: false, host: 'x' }],
    ['on beside what is unknown', { host: unknown }, { enabled: true, host: unknown }],
  ])('has an implied switch %s', (_, said, planned) => {
    expect(draft(groupOf(said), prior)['group']).toMatchObject(planned)
  })

  test('keeps nothing beside the one that is configured', () => {
    expect(draft({ one: { left: null, right: 'r' } }, prior)['one']).toEqual({ left: null, right: 'r' })
    expect(draft({ one: { left: null, right: null } }, prior)['one']).toEqual({ left: 'l', right: null })
  })
})

const deepWith = (color: string | null) => ({ deep: { ...prior, color } })

test('what replaces is named, as deep as it is', () => {
  const inner: Attributes = { deep: { nesting: 'single', attributes, ...setting } }
  expect(replacedBy(inner, deepWith(null), deepWith('red'))).toEqual([['deep', 'color']])
  expect(replacedBy(inner, deepWith('red'), deepWith('red'))).toEqual([])
})

test('write-only values are found, and taken out', () => {
  const nested: Attributes = {
    by_name: { nesting: 'map', attributes: group, ...setting },
    in_order: { nesting: 'list', attributes: group, ...setting },
  }
  const value = { by_name: { 'a b': { secret_wo: 's', host: 'h' } }, in_order: [{ host: 'i' }, { secret_wo: unknown }] }
  expect(writeOnlyPaths(nested, value)).toEqual([
    ['by_name', 'a b', 'secret_wo'],
    ['in_order', 1, 'secret_wo'],
  ])
  expect(withoutWriteOnly(nested, value)).toEqual({
    by_name: { 'a b': { secret_wo: null, host: 'h' } },
    in_order: [{ host: 'i' }, { secret_wo: null }],
  })
})
