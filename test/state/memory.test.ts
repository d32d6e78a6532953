/** Memory on real files: what is remembered, what survives, what is refused. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Observation } from '../../reconcile/driver.ts'
import { stateVersion } from '../../state/database.ts'
import { openMemory, type StateMemory } from '../../state/memory.ts'
import { noMemory } from '../../state/no-memory.ts'
import { StateError } from '../../state/state-error.ts'

let base: string
let folder: string
let open: StateMemory[]

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'sensorform-state-'))
  folder = join(base, '.sensorform')
  open = []
})

afterEach(() => {
  for (const memory of open) memory.close()
  rmSync(base, { recursive: true })
})

function start(): StateMemory {
  const memory = openMemory({ folder })
  open.push(memory)
  return memory
}

const observation: Observation = {
  identity: 'SN-1',
  endpoint: 'https://10.20.0.5',
  revision: '7',
  observedAt: '2026-11-01T00:00:00.000Z',
  unchanged: false,
  live: new Map<string, string | number | string[]>([
    ['time.timezone', 'UTC'],
    ['network.dns', ['10.0.0.1']],
    ['network.proxy.port', 8080],
  ]),
  unfinished: {},
  warnings: [],
}

const at = (index: number): string => new Date(Date.UTC(2026, 0, 1) + index * 60_000).toISOString()

test('history is kept for 500 runs, and the journal with it', async () => {
  const memory = start()
  const all = Array.from({ length: 502 }, (_, index) => ({ run: `r${index}`, when: at(index) }))
  await Promise.all(
    all.flatMap(({ run, when }) => [
      memory.recordRun({ run, verb: 'apply', startedAt: when, detail: {} }),
      memory.journal({ run, key: 'line-1', at: when, step: 'time', event: 'done' }),
    ]),
  )
  expect((await memory.runs()).length).toBe(500)
  expect([(await memory.journalOf('r0')).length, (await memory.journalOf('r501')).length]).toEqual([0, 1])
})

/** How many pages the log holds. */
function framesOf(): unknown {
  const reader = new DatabaseSync(join(folder, 'state.sqlite'))
  const answer = reader.prepare('PRAGMA wal_checkpoint(PASSIVE)').get()
  reader.close()
  return answer?.['log']
}

describe('what is remembered of an appliance', () => {
  test('nothing is known of an unknown key', async () => {
    expect(await start().recall('line-1')).toBe(undefined)
  })

  test('patches merge, undefined forgets, and a new process knows the rest', async () => {
    const memory = start()
    await memory.remember('line-1', { identity: 'SN-1', pins: ['a', 'b'], endpoint: 'https://10.20.0.5' })
    await memory.remember('line-1', { endpoint: undefined, lastRead: observation, appliedAt: '2026-11-01T00:00:00Z' })
    memory.close()
    expect(await start().recall('line-1')).toEqual({
      identity: 'SN-1',
      pins: ['a', 'b'],
      lastRead: observation,
      appliedAt: '2026-11-01T00:00:00Z',
    })
  })

  test('keys are those that are remembered, in order', async () => {
    const memory = start()
    await Promise.all(['line-2', 'line-1'].map((key) => memory.remember(key, { identity: key })))
    expect(await memory.keys()).toEqual(['line-1', 'line-2'])
  })

  test('a read sees what was remembered just before, although its write is still waiting', async () => {
    const memory = start()
    const written = memory.remember('line-1', { identity: 'SN-1' })
    expect(await memory.recall('line-1')).toEqual({ identity: 'SN-1' })
    await written
  })

  test('writes of one moment share one commit', async () => {
    const memory = start()
    await memory.remember('first', { identity: 'SN' })
    const before = Number(framesOf())
    await Promise.all(Array.from({ length: 500 }, (_, index) => memory.remember(`key-${index}`, { identity: 'SN' })))
    // Each commit adds at least one frame of its own to the log; 500 of them would show.
    expect(Number(framesOf()) - before).toBeLessThan(100)
  })
})

test('the journal keeps the order of a run, and runs are listed newest first', async () => {
  const memory = start()
  const entry = { run: 'r1', key: 'line-1', at: '2026-11-01T00:00:00Z', step: 'time' } as const
  await memory.journal({ ...entry, event: 'intent' })
  await memory.journal({ ...entry, event: 'done', detail: 'read back' })
  await memory.recordRun({ run: 'r1', verb: 'apply', startedAt: '2026-11-01T00:00:00Z', detail: { user: 'ann' } })
  await memory.recordRun({
    run: 'r2',
    verb: 'apply',
    startedAt: '2026-11-02T00:00:00Z',
    finishedAt: '2026-11-02T00:01:00Z',
    detail: {},
  })
  expect(await memory.journalOf('r1')).toEqual([
    { ...entry, event: 'intent' },
    { ...entry, event: 'done', detail: 'read back' },
  ])
  expect((await memory.runs()).map(({ run }) => run)).toEqual(['r2', 'r1'])
})

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)

function refusal(): unknown {
  try {
    start()
    return 'opened'
  } catch (error) {
    return error instanceof StateError ? [error.code, error.message.replace(folder, '[folder]')] : error
  }
}

describe('files', () => {
  test('folder and files are their owner’s alone, and not for Git', async () => {
    await start().remember('line-1', { identity: 'SN-1' })
    expect({
      folder: modeOf(folder),
      file: modeOf(join(folder, 'state.sqlite')),
      log: modeOf(join(folder, 'state.sqlite-wal')),
      gitignore: readFileSync(join(folder, '.gitignore'), 'utf8'),
    }).toEqual({ folder: '700', file: '600', log: '600', gitignore: '*\n' })
  })

  test.each<{ name: string; prepare: () => void; want: unknown }>([
    {
      name: 'a file that is no database is damaged',
      prepare: () => {
        mkdirSync(folder)
        writeFileSync(join(folder, 'state.sqlite'), 'not a database at all, but long enough to be read as one')
      },
      want: ['STATE_CORRUPT', '[folder]/state.sqlite is damaged'],
    },
    {
      name: 'a folder in the place of the file',
      prepare: () => mkdirSync(join(folder, 'state.sqlite'), { recursive: true }),
      want: ['STATE_UNWRITABLE', '[folder]/state.sqlite cannot be written: something else is in its place'],
    },
    {
      name: 'a link in the place of the folder that leads nowhere',
      prepare: () => symlinkSync('/nowhere/at/all', folder),
      want: ['STATE_UNWRITABLE', '[folder]/state.sqlite cannot be written: something else is in its place'],
    },
    {
      name: 'a place where no folder can be made',
      prepare: () => (folder = '/proc/sensorform/state'),
      want: ['STATE_UNWRITABLE', '[folder]/state.sqlite cannot be written: its folder cannot be made there'],
    },
    {
      name: 'a file in the place of the folder',
      prepare: () => writeFileSync(folder, ''),
      want: ['STATE_UNWRITABLE', '[folder]/state.sqlite cannot be written: something else is in its place'],
    },
    {
      name: 'a newer version is refused',
      prepare: () => {
        start().close()
        const database = new DatabaseSync(join(folder, 'state.sqlite'))
        database.exec(`PRAGMA user_version = ${stateVersion + 1}`)
        database.close()
      },
      want: [
        'STATE_NEWER',
        `[folder]/state.sqlite was written by a newer Sensorform (state version ${stateVersion + 1}, this one knows ${stateVersion})`,
      ],
    },
  ])('$name', ({ prepare, want }) => {
    prepare()
    expect(refusal()).toEqual(want)
  })
})

test('a file of the first version is brought up to date: what it trusted by itself is forgotten, the rest stays', async () => {
  const first = start()
  await first.remember('line-1', { identity: 'SN-1', certificates: ['aa'], pins: ['sha256/x'] })
  first.close()
  const database = new DatabaseSync(join(folder, 'state.sqlite'))
  database.exec('PRAGMA user_version = 1')
  database.close()
  const second = start()
  expect(await second.recall('line-1')).toEqual({ identity: 'SN-1', pins: ['sha256/x'] })
  await second.remember('line-1', { certificates: ['bb'] })
  second.close()
  expect((await start().recall('line-1'))?.certificates).toEqual(['bb'])
})

/** Takes 20 leases one after the other in another process; says which fences it got. */
const otherProcess = `
  import { openMemory } from ${JSON.stringify(new URL('../../state/memory.ts', import.meta.url).href)}
  const [folder, holder] = process.argv.slice(1)
  const memory = openMemory({ folder })
  const fences = []
  while (fences.length < 20) {
    try {
      const { fence } = await memory.lease('SN-1', { holder, ttlSeconds: 60 })
      fences.push(fence)
      await memory.journal({ run: holder, key: 'line-1', at: 'now', step: String(fence), event: 'done' })
      await memory.release('SN-1', fence, { clearIntent: false })
    } catch (error) {
      if (error.code !== 'LEASE_HELD') throw error
    }
  }
  memory.close()
  console.log(JSON.stringify(fences))
`

test('two processes never hold one lease, and every fence is given once', async () => {
  const run = promisify(execFile)
  const outputs = await Promise.all(
    ['first', 'second'].map((holder) =>
      run(process.execPath, ['--input-type=module', '-e', otherProcess, folder, holder]),
    ),
  )
  const fences = outputs.flatMap(({ stdout }) => JSON.parse(stdout) as number[])
  expect(fences.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1))
  expect((await start().journalOf('first')).length).toBe(20)
})

test('without memory nothing is recalled, and leases still exclude each other', async () => {
  const memory = noMemory()
  await memory.remember('line-1', { identity: 'SN-1' })
  expect([await memory.recall('line-1'), await memory.keys()]).toEqual([undefined, []])
  const { fence } = await memory.lease('SN-1', { holder: 'a', ttlSeconds: 60 })
  await expect(memory.lease('SN-1', { holder: 'b', ttlSeconds: 60 })).rejects.toMatchObject({ code: 'LEASE_HELD' })
  await memory.release('SN-1', fence, { clearIntent: true })
  expect(await memory.lease('SN-1', { holder: 'b', ttlSeconds: 60 })).toEqual({ fence: 2, remainingSeconds: 60 })
})
