/** What people, programs and pull requests read. */
import { describe, expect, test } from 'vitest'
import type { Change } from '../../reconcile/change.ts'
import type { ApplianceOutcome } from '../../reconcile/outcome.ts'
import type { AppliancePlan } from '../../reconcile/plan-types.ts'
import { renderers } from '../../report/formats.ts'
import { plainText } from '../../report/neutral.ts'
import type { Report } from '../../report/report.ts'
import type { Problem } from '../../schemas/problem.ts'
import { checkResult } from './check-result.ts'
import { applyReport, drifted, planReport, sensorPlan, unknown } from './fixtures.ts'

const plain = { colour: false, verbose: false }

test('a plan tells what differs and why, what would be done and at which risk', () => {
  const report = planReport([sensorPlan(), drifted, unknown], { orphans: ['old-1'], refused: true })
  expect(renderers.human(report, plain)).toBe(`line-2  berlin · https://10.20.0.5 · drifted
  drift: changed on the sensor by night-shift from 10.20.0.77 at 2026-11-01T03:12:00Z
  - time.timezone               UTC
  + time.timezone               Europe/Berlin
  pending: the spec changed
  + network.dns                 10.0.0.1, 10.0.0.2
  - forwarding.rules.old        exists
                                the rule must not exist
  drift: changed on the sensor
  - backup.target.smb.password  (secret, differs)
  + backup.target.smb.password  (secret, set)
  2 steps
  1. set time zone             low risk  (time)
  2. rename line-2 to press-2  high risk, a person does it, cannot be undone  (activation)
     disrupts: the connection to the cloud
     point of no return: the record line-2 is deleted
     after: time
     do this:
       1. Open the portal.
       2. Delete the sensor.
  warning CLOCK_DRIFT: The clock is 90 s late.
    hint: Set NTP.
  cannot be verified: certificate.privateKey

line-3  berlin · https://10.20.0.5 · unknown
  error UNREACHABLE: Nothing listens there.

Declared by no document, and left alone: old-1

Refused by policy: apply would do nothing.

3 sensors: 1 in sync, 0 pending, 1 drifted, 1 unknown · 2 steps · 1 manual step · 1 field cannot be verified
`)
})

test('a drift report has no steps', () => {
  const text = renderers.human({ ...planReport([drifted]), kind: 'drift' }, plain)
  expect(text).not.toContain('set time zone')
  expect(text).toContain('1 sensor: 0 in sync, 0 pending, 1 drifted, 0 unknown · 1 manual step')
})

test('one changed line is one red and one green line', () => {
  const text = renderers.human(planReport([drifted]), { colour: true, verbose: false })
  expect(text.split('\n').filter((line) => line.includes('time.timezone'))).toEqual([
    '\u001b[31m  - time.timezone               UTC\u001b[39m',
    '\u001b[32m  + time.timezone               Europe/Berlin\u001b[39m',
  ])
})

test('an outcome tells what is done, what failed and what was not begun', () => {
  expect(renderers.human(applyReport, plain)).toBe(`line-2  berlin · https://10.20.0.5 · done in part
  done          set time zone
                Read back.
  failed        rename line-2 to press-2
                error ACTIVATION_REJECTED: The cloud rejected the file.
                  hint: Download another.
  not attempted move

Interrupted. The next run takes up what was left.

2 sensors: 1 done in part, 1 unchanged
`)
})

const added = (path: string): Change => ({
  kind: 'field',
  path,
  aspect: path.split('.')[0] ?? '',
  before: undefined,
  after: 'x',
  cause: 'spec',
  sensitive: false,
})

test('a new rule is told once, with its parts below it', () => {
  const rule = 'forwarding.rules["to the SIEM"]'
  const changes = [
    added('network.hostname'),
    added('time.timezone'),
    added('time.dateFormat'),
    ...['server', 'share', 'username'].map((part) => added(`backup.target.smb.${part}`)),
    ...['engines', 'protocols', 'actions.siem.syslog.host'].map((part) => added(`${rule}.${part}`)),
    ...['engines', 'protocols'].map((part) => added(`forwarding.rules.ops.${part}`)),
  ]
  expect(renderers.human(planReport([sensorPlan({ status: 'pending', changes })]), plain))
    .toBe(`line-1  berlin · https://10.20.0.5 · pending
  pending: the spec changed
  + network.hostname                x
  + time.timezone                   x
  + time.dateFormat                 x
  + backup.target.smb
  +   server    x
  +   share     x
  +   username  x
  + forwarding.rules["to the SIEM"]
  +   engines                   x
  +   protocols                 x
  +   actions.siem.syslog.host  x
  + forwarding.rules.ops.engines    x
  + forwarding.rules.ops.protocols  x

1 sensor: 0 in sync, 1 pending, 0 drifted, 0 unknown · 0 steps
`)
})

test('what several sensors have in common is told once; what is their own stays with them', () => {
  const late: Problem = {
    severity: 'warning',
    code: 'CLOCK_DRIFT',
    summary: 'The clock is 90 s late.',
    hint: 'Set NTP.',
  }
  const pair = ['line-4', 'line-5'].map((key) => ({ ...unknown, key, problems: [{ ...unknown.problems[0], key }] }))
  const sensors = [
    { ...drifted, changes: drifted.changes.slice(0, 1), steps: [], unverifiable: [] },
    ...pair,
    sensorPlan({ problems: [{ ...late, key: 'line-1' }] }),
  ]
  expect(renderers.human(planReport(sensors as AppliancePlan[]), plain))
    .toBe(`line-2  berlin · https://10.20.0.5 · drifted
  drift: changed on the sensor by night-shift from 10.20.0.77 at 2026-11-01T03:12:00Z
  - time.timezone  UTC
  + time.timezone  Europe/Berlin

2 sensors: line-2, line-1
  warning CLOCK_DRIFT: The clock is 90 s late.
    hint: Set NTP.

2 sensors: line-4, line-5 · unknown
  error UNREACHABLE: Nothing listens there.

4 sensors: 1 in sync, 0 pending, 1 drifted, 2 unknown · 0 steps
`)
})

test('what was done as planned takes one line, and all of it is told when asked for', () => {
  const steps = [{ id: 'time', title: 'set time zone', status: 'done', notes: ['Read back.'] }] as const
  const done = (key: string): ApplianceOutcome => ({ key, site: 'berlin', status: 'done', steps, problems: [] })
  const report = {
    ...applyReport,
    outcome: { ...applyReport.outcome, interrupted: false, sensors: ['a', 'b'].map(done) },
  }
  expect([renderers.human(report, plain), renderers.human(report, { ...plain, verbose: true })]).toEqual([
    'a  berlin · done · 1 step\nb  berlin · done · 1 step\n\n2 sensors: 2 done\n',
    `a  berlin · done
  done          set time zone
                Read back.

b  berlin · done
  done          set time zone
                Read back.

2 sensors: 2 done
`,
  ])
})

test('a problem stands under its line', () => {
  const report: Report = {
    kind: 'problems',
    tool: { name: 'sensorform', version: '1' },
    startedAt: '2026-11-01T00:00:00Z',
    verb: 'validate',
    problems: [
      {
        severity: 'error',
        code: 'UNKNOWN_KEY',
        at: { file: 'a.yaml', line: 7, column: 9, length: 8, excerpt: '\ttime: { timezome: UTC }' },
        summary: 'There is no key "timezome" here',
        hint: 'Did you mean timezone?',
      },
    ],
    unchecked: ['line-1: the private key is not at hand'],
  }
  expect(renderers.human(report, plain)).toBe(`a.yaml:7:9: error UNKNOWN_KEY: There is no key "timezome" here
  7 | \\ttime: { timezome: UTC }
    |          ^^^^^^^^
  hint: Did you mean timezone?

not checked: line-1: the private key is not at hand

1 error
`)
  expect(() => checkResult(renderers.json(report, plain))).not.toThrow()
})

describe('JSON results are what their schemas say', () => {
  test.each<{ name: string; report: Report }>([
    { name: 'plan', report: planReport([sensorPlan(), drifted, unknown]) },
    { name: 'drift', report: { ...planReport([drifted]), kind: 'drift' } },
    { name: 'apply', report: applyReport },
  ])('$name', ({ report }) => {
    expect(() => checkResult(renderers.json(report, plain))).not.toThrow()
  })

  test('the summary counts sensors and fields', () => {
    const { summary } = JSON.parse(renderers.json(planReport([sensorPlan(), drifted, unknown]), plain)) as {
      summary: unknown
    }
    expect(summary).toEqual({
      sensors: 3,
      inSync: 1,
      changed: 1,
      pending: 0,
      drifted: 1,
      expiring: 0,
      unknown: 1,
      held: 0,
      waiting: 0,
      unverifiableFields: 1,
      manualSteps: 1,
      steps: 2,
    })
  })

  test('another shape would be found', () => {
    expect(() => checkResult(JSON.stringify({ kind: 'plan', formatVersion: 2 }))).toThrow('not a plan result')
  })
})

const hostile = '\u001b[2J\u202eevil\u0007 | `x` <img src=x onerror=1> @team [a](http://e) ``` \n# h\r\u009b31m'

describe('text from outside is harmless', () => {
  const sensor = sensorPlan({
    key: hostile,
    site: hostile,
    endpoint: hostile,
    status: 'drifted',
    changes: drifted.changes.map((change) => ({
      ...change,
      path: hostile,
      before: hostile,
      attribution: { at: hostile, user: hostile, from: hostile, path: null },
    })),
    steps: drifted.steps.map((step) => ({
      ...step,
      title: hostile,
      id: hostile,
      disrupts: hostile,
      instructions: hostile,
    })),
    problems: [{ severity: 'error', code: 'X', key: hostile, summary: hostile, hint: hostile }],
    unverifiable: [hostile],
    notManaged: [hostile],
  })
  const report = planReport([sensor], { orphans: [hostile], problems: sensor.problems })

  test.each(['human', 'json', 'markdown'] as const)('no control, nothing invisible in %s', (format) => {
    const text = renderers[format](report, { colour: false, verbose: true })
    expect(text.match(/[^\n\P{C}]/gu)).toBe(null)
  })

  test('no markup outside of fences in Markdown', () => {
    const text = renderers.markdown(report, plain)
    const outside = text.replaceAll(/^( *)(`{3,})[a-z]*\n[\s\S]*?\n\1\2$/gm, '')
    expect(outside.match(/<img|`|@team|\]\(|\|/g)).toBe(null)
  })

  /** Words of this tool, and times, which are no text from outside. */
  const own =
    /^(code|effect|status|state|severity|kind|type|layer|risk|undo|aspect|cause|run|verb|resumes)$|At$|^lastObserved$/
  const spoilt = <T>(value: T, key = ''): T => {
    if (typeof value === 'string') return (own.test(key) ? value : hostile) as T
    if (Array.isArray(value)) return value.map((item: unknown) => spoilt(item, key)) as T
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, spoilt(item as unknown, name)])) as T
  }
  const { tool, startedAt } = applyReport
  const problem = { severity: 'error', code: 'X', key: 'k', field: 'f', summary: 's', hint: 'h' } as const
  const at = { file: 'f', line: 1, column: 1, length: 1, excerpt: 'e' }
  const place = { layer: 'site', file: 'f', line: 1, column: 1 } as const
  const reports: readonly Report[] = [
    applyReport,
    { kind: 'problems', tool, startedAt, verb: 'validate', problems: [{ ...problem, at }], unchecked: ['u'] },
    {
      kind: 'explain',
      tool,
      startedAt,
      key: 'k',
      fields: [{ path: 'p', value: 'v', ...place, sensors: 2, effect: 'e' }],
    },
    {
      kind: 'restore',
      tool,
      startedAt,
      restoration: {
        key: 'k',
        state: 'failed',
        from: 'f',
        backup: { name: 'n', createdAt: '2026-01-01T00:00:00Z', sensor: 's', version: 'v' },
        liveName: 'l',
        resumes: false,
        notes: ['n'],
        problems: [problem],
      },
    },
  ]
  test.each(reports)('so is every text of a report of $kind', (one) => {
    for (const format of ['human', 'json', 'markdown'] as const) {
      const text = renderers[format](spoilt(one), { colour: false, verbose: true })
      expect(text.match(/[^\n\P{C}]/gu), format).toBe(null)
      expect(text, format).toContain('evil')
      const outside = text.replaceAll(/^( *)(`{3,})[a-z]*\n[\s\S]*?\n\1\2$/gm, '')
      if (format === 'markdown') expect(outside.match(/<img|`|@team|\]\(|\|/g)).toBe(null)
    }
  })

  test('what cannot be seen is written as an escape', () => {
    expect(plainText('a\u001b[31m\nb\u202e')).toBe('a\\u{001b}[31m\\nb\\u{202e}')
  })
})

test('Markdown stays below what a comment may hold, and says what it left out', () => {
  const sensors = Array.from({ length: 2000 }, (_, index) => ({ ...drifted, key: `line-${index}` }))
  const text = renderers.markdown(planReport(sensors), plain)
  expect(Buffer.byteLength(text)).toBeLessThan(60_000)
  expect(text).toMatch(/_\d+ more sensors left out to keep this short; the JSON result has all\._\n$/)
})
