import { expect, test } from 'vitest'
import type { Restoration } from '../../reconcile/restore/restoration.ts'
import { renderers } from '../../report/formats.ts'
import { checkResult } from './check-result.ts'

const name = 'line-one-backup-version-22.3.4-2026-01-01_03:00:00.tar'
const restoration: Restoration = {
  key: 'line-1',
  state: 'failed',
  from: name,
  backup: { name, createdAt: '2026-01-01T03:00:00.000Z', sensor: 'line-one', version: '22.3.4' },
  liveName: 'line\u001b-1',
  resumes: false,
  notes: ['The connection ended.'],
  problems: [{ severity: 'error', code: 'RESTORE_FAILED', key: 'line-1', summary: 'The sensor says: it is <damaged>' }],
}
const report = {
  kind: 'restore',
  tool: { name: 'sensorform', version: '0.0.0' },
  startedAt: '2026-01-02T00:00:00.000Z',
  restoration,
} as const
const plain = { colour: false, verbose: false }

test('a restore is told for people and for programs, with nothing that a terminal or a page would obey', () => {
  expect(renderers.human(report, plain)).toBe(`line-1: did not restore ${name}
  made 2026-01-01T03:00:00.000Z as line-one; the sensor is named line\\u{001b}-1 now
  The connection ended.
  error RESTORE_FAILED: line-1: The sensor says: it is <damaged>
`)
  const markdown = renderers.markdown(report, plain)
  expect(markdown).toContain('**line-1: did not restore line-one-backup-version-22.3.4-2026-01-01')
  expect(['<damaged>', '\u001b'].filter((text) => markdown.includes(text))).toEqual([])
  const json = renderers.json(report, plain)
  checkResult(json)
  expect(JSON.parse(json)).toMatchObject({ kind: 'restore', state: 'failed', from: name, plan: null })
})

test('what comes back and what is lost is said before', () => {
  const text = renderers.human({ ...report, restoration: { ...restoration, state: 'planned', problems: [] } }, plain)
  expect(text).toContain('is lost: whatever was changed since then')
  expect(text).toContain('PCAP files and logs are not in a backup')
})
