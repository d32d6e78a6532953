/** A damaged state file on real files: what is found to be damaged, where it goes, and what two processes make of it. */
import { spawn } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openMemory } from '../../state/memory.ts'
import { setAside } from '../../state/set-aside.ts'
import { endOf } from '../support/killed-command.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sensorform-aside-'))
  file = join(folder, 'state.sqlite')
})
afterEach(() => rmSync(folder, { recursive: true }))

async function rememberOf(key: string, identity: string): Promise<void> {
  const memory = openMemory({ folder })
  await memory.remember(key, { identity })
  memory.close()
}

/** Opens it and tells what was moved where; what is remembered then. */
async function openDamaged(): Promise<{ moved: string[]; keys: readonly string[] }> {
  const moved: string[] = []
  const memory = openMemory({ folder, onSetAside: (path) => moved.push(path) })
  const keys = await memory.keys()
  memory.close()
  return { moved, keys }
}

function sql(text: string): void {
  const database = new DatabaseSync(file)
  database.exec(text)
  database.close()
}

function scribble(from: number): void {
  const bytes = readFileSync(file)
  bytes.fill(0x5a, from)
  writeFileSync(file, bytes)
}

const damages: Readonly<Record<string, () => void>> = {
  'something that is no state file': () => writeFileSync(file, 'not a database, but longer than a header of one is\n'),
  'a damaged header': () => writeFileSync(file, Buffer.concat([Buffer.alloc(64), readFileSync(file).subarray(64)])),
  'damaged pages': () => scribble(4096),
  'a file that was cut short': () => truncateSync(file, statSync(file).size - 5000),
  'a table that is gone': () => sql('DROP TABLE runs'),
  'a version that it does not have': () => sql('PRAGMA user_version = 0'),
  'values that are no JSON': () => sql(`UPDATE remembered SET value = '"SN-1'`),
  'a log whose file is gone': () => {
    const child = new DatabaseSync(file)
    child.exec(`INSERT INTO remembered VALUES ('line-2', 'identity', '"SN-2"')`)
    renameSync(`${file}-wal`, join(folder, 'kept'))
    child.close()
    rmSync(file)
    renameSync(join(folder, 'kept'), `${file}-wal`)
  },
}

test.each(Object.entries(damages))('%s: set aside whole, and memory begins anew', async (_, damage) => {
  await rememberOf('line-1', 'SN-1')
  damage()
  const before = existsSync(file) ? readFileSync(file) : undefined
  expect(() => openMemory({ folder })).toThrow('is damaged')
  const { moved, keys } = await openDamaged()
  expect([moved.length, keys]).toEqual([1, []])
  expect(moved[0]).toMatch(/state\.sqlite\.damaged-\d{8}T\d{6}Z$/)
  if (before && moved[0]) expect(readFileSync(moved[0])).toEqual(before)
  await rememberOf('line-1', 'SN-1')
  expect(await openDamaged()).toEqual({ moved: [], keys: ['line-1'] })
})

test('what is not damaged stays where it is, also what a killed process left in its log', async () => {
  const script = `
    import { openMemory } from ${JSON.stringify(new URL('../../state/memory.ts', import.meta.url).href)}
    const memory = openMemory({ folder: process.argv[1] })
    await memory.remember('line-1', { identity: 'SN-1' })
    process.kill(process.pid, 'SIGKILL')`
  await endOf(spawn(process.execPath, ['--input-type=module', '-e', script, folder], { stdio: 'ignore' }))
  expect(statSync(`${file}-wal`).size).toBeGreaterThan(0)
  expect(await openDamaged()).toEqual({ moved: [], keys: ['line-1'] })
})

test('nothing that was set aside before is written over, and its log goes with it', () => {
  const at = new Date('2026-11-27T12:00:00.000Z')
  const texts = ['first', 'second', 'third']
  const paths = texts.map((text) => {
    writeFileSync(file, text)
    writeFileSync(`${file}-wal`, `log of ${text}`)
    return setAside(file, () => at)
  })
  expect(paths.map((path) => path.slice(folder.length + 1))).toEqual([
    'state.sqlite.damaged-20261127T120000Z',
    'state.sqlite.damaged-20261127T120000Z-2',
    'state.sqlite.damaged-20261127T120000Z-3',
  ])
  expect(paths.map((path) => readFileSync(path, 'utf8'))).toEqual(texts)
  expect(paths.map((path) => readFileSync(`${path}-wal`, 'utf8'))).toEqual(texts.map((text) => `log of ${text}`))
  expect(existsSync(`${file}-wal`)).toBe(false)
})

test('a process that still has the damaged file open takes nothing from the new one when it ends', async () => {
  const old = openMemory({ folder })
  await old.remember('line-1', { identity: 'SN-1' })
  sql('DROP TABLE runs')
  const fresh = openMemory({ folder, onSetAside: () => {} })
  await fresh.remember('line-2', { identity: 'SN-2' })
  old.close()
  expect(statSync(`${file}-wal`).size).toBeGreaterThan(0)
  fresh.close()
  expect(await openDamaged()).toEqual({ moved: [], keys: ['line-2'] })
})

const finder = `
  import { openMemory } from ${JSON.stringify(new URL('../../state/memory.ts', import.meta.url).href)}
  const [folder, key, begin] = process.argv.slice(1)
  while (Date.now() < Number(begin));
  const moved = []
  const memory = openMemory({ folder, onSetAside: (path) => moved.push(path) })
  await memory.remember(key, { identity: key })
  memory.close()
  console.log(moved.length)`

/** Whose damage is found late, so that all have found it before one has moved it. */
function makeLargeAndDamaged(round: number): void {
  openMemory({ folder }).close()
  const database = new DatabaseSync(file)
  const put = database.prepare('INSERT INTO remembered VALUES (?, ?, ?)')
  database.exec('BEGIN')
  const value = JSON.stringify('x'.repeat(4000))
  for (let nth = 0; nth < 5000; nth += 1) put.run(`line-${nth}`, 'lastRead', value)
  put.run('line-x', 'lastRead', `of round ${round}, and no JSON`)
  database.exec('COMMIT')
  database.close()
}

test('of four processes that find the damage at once one moves it, and all remember in the new file', async () => {
  for (let round = 0; round < 3; round += 1) {
    makeLargeAndDamaged(round)
    const begin = String(Date.now() + 1500)
    const keys = ['a', 'b', 'c', 'd'].map((key) => `${key}${round}`)
    const ended = await Promise.all(
      keys.map((key) =>
        endOf(spawn(process.execPath, ['--input-type=module', '-e', finder, folder, key, begin], { stdio: 'pipe' })),
      ),
    )
    expect(ended.map(({ stderr }) => stderr).join('')).toBe('')
    expect(ended.map(({ stdout }) => Number(stdout)).toSorted()).toEqual([0, 0, 0, 1])
    expect(await openDamaged()).toEqual({ moved: [], keys })
    expect(readdirSync(folder).filter((name) => /\.damaged-[^-]+(-\d+)?$/.test(name))).toHaveLength(round + 1)
    rmSync(file)
  }
}, 30_000)
