/** Where the fingerprint key comes from. */
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findFingerprintKey } from '../../state/fingerprint-key.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sensorform-key-'))
  file = join(folder, 'fingerprint.key')
})
afterEach(() => rmSync(folder, { recursive: true }))

const bytes = Buffer.alloc(32, 7)

test.each<{ name: string; text: string; want: Buffer }>([
  { name: 'base64', text: bytes.toString('base64'), want: bytes },
  { name: 'hexadecimal', text: bytes.toString('hex'), want: bytes },
  {
    name: 'any other text',
    text: 'correct horse battery staple, and more',
    want: Buffer.from('correct horse battery staple, and more'),
  },
])('a key is given as $name', ({ text, want }) => {
  const { key } = findFingerprintKey({ folder, env: { SENSORFORM_FINGERPRINT_KEY: text }, create: true })
  expect(Buffer.from(key?.key ?? [])).toEqual(want)
  expect(existsSync(file)).toBe(false)
})

test('one that is too short is refused', () => {
  expect(() => findFingerprintKey({ folder, env: { SENSORFORM_FINGERPRINT_KEY: 'short' }, create: true })).toThrow(
    'SENSORFORM_FINGERPRINT_KEY is shorter than 32 bytes',
  )
})

test('a first apply makes a file for its owner alone, and later runs find the same key', () => {
  const made = findFingerprintKey({ folder, env: {}, create: true })
  expect({ madeAt: made.madeAt, mode: (statSync(file).mode & 0o777).toString(8), bytes: made.key?.key.length }).toEqual(
    {
      madeAt: file,
      mode: '600',
      bytes: 32,
    },
  )
  expect(findFingerprintKey({ folder, env: {}, create: false })).toEqual({ key: made.key })
})

test.each([
  { name: 'a plan makes none', env: {}, create: false },
  { name: 'nothing makes one under CI', env: { CI: 'true' }, create: true },
])('$name', ({ env, create }) => {
  expect(findFingerprintKey({ folder, env, create })).toEqual({})
  expect(existsSync(file)).toBe(false)
})

test('without a state folder there is none', () => {
  expect(findFingerprintKey({ folder: undefined, env: {}, create: true })).toEqual({})
})

test('a file that others can read is refused', () => {
  writeFileSync(file, bytes.toString('base64'))
  chmodSync(file, 0o644)
  expect(() => findFingerprintKey({ folder, env: {}, create: false })).toThrow('can be read by others')
})

const idOf = (text: string) =>
  findFingerprintKey({ folder, env: { SENSORFORM_FINGERPRINT_KEY: text }, create: false }).key?.id

test('the id tells nothing of the key, and differs between keys', () => {
  expect(idOf('a'.repeat(32))).toMatch(/^[0-9a-f]{16}$/)
  expect(idOf('a'.repeat(32))).not.toBe(idOf('b'.repeat(32)))
})
