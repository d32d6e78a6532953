import { expect, test } from 'vitest'
import { selectKeys } from '../../load/select.ts'
import type { DesiredAppliance, Fleet, Site } from '../../schemas/fleet.ts'

const sensor = (key: string, site: string | undefined, labels: Record<string, string> = {}) =>
  [key, { kind: 'Sensor', key, ...(site && { site }), labels } as DesiredAppliance] as const
const site = (name: string, labels: Record<string, string>) => [name, { name, labels } satisfies Site] as const

const fleet: Pick<Fleet, 'sensors' | 'managementConsoles' | 'sites'> = {
  managementConsoles: new Map(),
  sites: new Map([site('berlin', { tier: 'critical', country: 'de' }), site('oslo', { tier: 'test' })]),
  sensors: new Map([
    sensor('line-1', 'berlin', { canary: 'true' }),
    sensor('line-2', 'berlin', { tier: 'spare' }),
    sensor('fjord-1', 'oslo'),
    sensor('lost', undefined),
  ]),
}

test.each<{ selector: string; keys: string[] }>([
  { selector: 'site=berlin', keys: ['line-1', 'line-2'] },
  { selector: 'site!=berlin', keys: ['fjord-1', 'lost'] },
  { selector: 'site=berlin,tier!=spare', keys: ['line-1'] },
  { selector: 'tier=critical', keys: ['line-1'] },
  { selector: 'tier=spare', keys: ['line-2'] },
  { selector: 'canary', keys: ['line-1'] },
  { selector: '!site', keys: ['lost'] },
  { selector: ' tier , !canary ', keys: ['line-2', 'fjord-1'] },
  { selector: 'key=lost', keys: ['lost'] },
  { selector: 'country!=de', keys: ['fjord-1', 'lost'] },
])('$selector selects $keys', ({ selector, keys }) => {
  expect(selectKeys(fleet, selector)).toEqual({ keys, problems: [] })
})

test.each<{ selector: string; hint: string }>([
  { selector: 'site=berln', hint: 'No sensor has site=berln. Did you mean berlin?' },
  { selector: 'teir=test', hint: 'No sensor has the label teir. Did you mean tier?' },
  { selector: 'canary,tier=test', hint: 'Each term fits some sensor, but no sensor fits them all.' },
  { selector: 'country=', hint: 'No sensor has country=. Known here: de.' },
])('$selector selects nothing, which is an error', ({ selector, hint }) => {
  const summary = `No sensor fits ${JSON.stringify(selector)}`
  expect(selectKeys(fleet, selector)).toEqual({
    keys: [],
    problems: [{ severity: 'error', code: 'NOTHING_SELECTED', summary, hint }],
  })
})

test.each([
  ['', 1],
  [',', 2],
  ['site==berlin', 1],
  ['!site=berlin', 1],
  ['site=a b', 1],
  ['site in (a,b)', 2],
  ['=x', 1],
])('what is no selector is told for each term: %j', (selector, count) => {
  const { keys, problems } = selectKeys(fleet, selector)
  expect(keys).toEqual([])
  expect(problems.map(({ code }) => code)).toEqual(Array.from({ length: count }, () => 'SELECTOR_INVALID'))
})
