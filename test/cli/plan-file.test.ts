/** Saved plans: what comes back, and what is refused. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isPlanFile, readPlan, savePlan } from '../../cli/plan-file.ts'
import type { Fleet } from '../../schemas/fleet.ts'
import { drifted, plan } from '../report/fixtures.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sensorform-plan-'))
  file = join(folder, 'fleet.plan')
})
afterEach(() => rmSync(folder, { recursive: true }))

const place = { file: 'a.yaml', line: 1, column: 1 }
const fleet: Fleet = {
  name: 'acme',
  root: '/srv/fleet',
  policy: {},
  credentials: new Map([['default', { username: 'admin', password: { fromFile: '/srv/fleet/secrets/admin.txt' } }]]),
  registrars: new Map([['airgap', { directory: { path: '/srv/fleet/activation' } }]]),
  sites: new Map([['berlin', { name: 'berlin', labels: {} }]]),
  managementConsoles: new Map(),
  sensors: new Map([
    [
      'line-2',
      {
        kind: 'Sensor',
        key: 'line-2',
        labels: {},
        access: {
          driver: 'api',
          endpoint: 'https://10.20.0.5',
          credentials: 'default',
          trust: [{ caFile: '/etc/ca.pem', certificates: 'PEM' }],
        },
        settings: {
          backup: { target: { smb: { server: 's', share: 'b', path: '/srv/fleet/on-the-server' } } },
          certificate: { certificate: { file: '/srv/fleet/certs/line-2.crt', content: 'PEM' } },
        },
        place,
        origins: new Map([['time.timezone', { layer: 'sensor', place }]]),
      },
    ],
  ]),
}
const saved = { plan: plan([drifted]), fleet, overrides: { allowDelete: ['line-2'] } }

test('a plan comes back as it was saved', async () => {
  const { digest } = await savePlan(file, saved)
  const { plan: _, ...rest } = await readPlan(file, { toolVersion: '1.2.3' })
  expect(rest).toEqual({ fleet, overrides: { allowDelete: ['line-2'] }, digest })
  expect(await isPlanFile(file)).toBe(true)
})

test('under another root its paths lie there, and paths elsewhere stay', async () => {
  await savePlan(file, saved)
  const { fleet: moved } = await readPlan(file, { toolVersion: '1.2.3', root: '/home/ann/fleet' })
  expect([
    moved.root,
    moved.credentials.get('default')?.password,
    moved.registrars.get('airgap'),
    moved.sensors.get('line-2')?.settings.certificate?.certificate?.file,
    moved.sensors.get('line-2')?.access.trust,
    moved.sensors.get('line-2')?.settings.backup?.target?.smb?.path,
  ]).toEqual([
    '/home/ann/fleet',
    { fromFile: '/home/ann/fleet/secrets/admin.txt' },
    { directory: { path: '/home/ann/fleet/activation' } },
    '/home/ann/fleet/certs/line-2.crt',
    [{ caFile: '/etc/ca.pem', certificates: 'PEM' }],
    '/srv/fleet/on-the-server',
  ])
})

test('equal plans are equal bytes', async () => {
  await savePlan(file, saved)
  const first = readFileSync(file, 'utf8')
  await savePlan(file, { ...saved, overrides: { allowDelete: ['line-2'] } })
  expect(readFileSync(file, 'utf8')).toBe(first)
})

test('laid out anew it is still the same plan', async () => {
  const { digest } = await savePlan(file, saved)
  writeFileSync(file, JSON.stringify(JSON.parse(readFileSync(file, 'utf8')), null, 2))
  expect((await readPlan(file, { toolVersion: '1.2.3' })).digest).toBe(digest)
})

test.each<{ name: string; change: (text: string) => string; toolVersion?: string; want: string }>([
  { name: 'an altered value', change: (text) => text.replace('Europe/Berlin', 'Europe/Paris'), want: 'PLAN_ALTERED' },
  {
    name: 'an added exception',
    change: (text) => text.replace('"allowDelete":[', '"allowDelete":["line-9",'),
    want: 'PLAN_ALTERED',
  },
  {
    name: 'a file of levels upon levels, without a digest',
    change: () => `{"kind":"SavedPlan","plan":${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
    want: 'PLAN_ALTERED',
  },
  { name: 'a file that is cut off', change: (text) => text.slice(0, -40), want: 'PLAN_ALTERED' },
  { name: 'another version of the tool', change: (text) => text, toolVersion: '1.2.4', want: 'PLAN_STALE' },
])('$name is refused', async ({ change, toolVersion = '1.2.3', want }) => {
  await savePlan(file, saved)
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, change(text))
  await expect(readPlan(file, { toolVersion })).rejects.toMatchObject({ code: want })
})

test('documents are no plan file', async () => {
  writeFileSync(file, '{"kind": "Sensor"}')
  expect([await isPlanFile(file), await isPlanFile(folder), await isPlanFile(join(folder, 'none'))]).toEqual([
    false,
    false,
    false,
  ])
})
