/** How much is read at once, on real folders. */
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadFleet } from '../../load/load-fleet.ts'
import { readFiles } from '../../load/read-files.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sensorform-read-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** 2 folders, 3 files of 10 bytes in each, and what is no document. */
function fill(): void {
  for (const name of ['a', 'b']) {
    mkdirSync(join(folder, name))
    for (const nth of [1, 2, 3]) writeFileSync(join(folder, name, `${nth}.yaml`), 'key: valu\n')
    writeFileSync(join(folder, name, 'notes.txt'), 'x'.repeat(1000))
  }
}

const read = (limits?: { files: number; bytes: number }) => {
  const { sources, problems } = readFiles([folder], folder, limits)
  return [sources.length, problems.map(({ code, at }) => [code, at?.file])]
}

test.each([
  { name: 'exactly as many as may be', limits: { files: 8, bytes: 60 }, want: [6, []] },
  { name: 'one file too many', limits: { files: 7, bytes: 60 }, want: [0, [['FOLDER_TOO_LARGE', 'b/3.yaml']]] },
  { name: 'many too many, told once', limits: { files: 2, bytes: 60 }, want: [0, [['FOLDER_TOO_LARGE', 'a/2.yaml']]] },
  { name: 'one byte too many', limits: { files: 8, bytes: 59 }, want: [0, [['FOLDER_TOO_LARGE', 'b/3.yaml']]] },
])('$name', ({ limits, want }) => {
  fill()
  expect(read(limits)).toEqual(want)
})

test('files that are named one by one count as well', () => {
  fill()
  const paths = ['a/1.yaml', 'a/2.yaml', 'b/1.yaml']
  expect(readFiles(paths, folder, { files: 2, bytes: 60 }).problems.map(({ at }) => at?.file)).toEqual(['b/1.yaml'])
})

test('a folder with more than 64 MiB of documents is one problem, before anything is parsed', async () => {
  for (let nth = 10; nth < 75; nth += 1) {
    const file = join(folder, `${nth}.yaml`)
    writeFileSync(file, '')
    truncateSync(file, 1024 * 1024)
  }
  const { fleet, problems, files } = await loadFleet([folder], { cwd: folder, env: {} })
  expect([fleet, files]).toEqual([undefined, []])
  expect(problems).toEqual([
    {
      severity: 'error',
      code: 'FOLDER_TOO_LARGE',
      at: { file: '74.yaml', line: 1, column: 1 },
      summary: 'The files of documents have more than 67108864 bytes together; this one is the first beyond that',
      hint: 'Name the folders that hold the documents. A larger fleet is split into several, each with its own Fleet document.',
    },
  ])
})
