import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { maskLine } from '../../load/mask.ts'
import { readSecret } from '../../load/secrets.ts'
import { withFiles } from './load-text.ts'

test('one newline at the end is not part of a secret', async () => {
  const files = { unix: 'a b \n', windows: 'a\r\n', two: 'a\n\n', none: 'a' }
  await withFiles(files, async (folder) => {
    const read = (name: string) => readSecret({ fromFile: join(folder, name) }, {})
    expect(Object.keys(files).map(read)).toEqual(['a b ', 'a', 'a\n', 'a'])
  })
  expect(readSecret({ fromEnv: 'X' }, { X: 'a\n' })).toBe('a')
})

test.each([
  { reference: { fromEnv: 'NOBODY' }, message: 'The secret of environment variable NOBODY is not at hand' },
  { reference: { fromEnv: 'EMPTY' }, message: 'The secret of environment variable EMPTY is empty' },
  { reference: { fromFile: '/nowhere/at/all' }, message: 'The secret of file /nowhere/at/all is not at hand' },
])('a missing secret is named by its reference: $message', ({ reference, message }) => {
  const read = () => readSecret(reference, { EMPTY: '\n', OTHER: 'CANARY' })
  expect(read).toThrow(expect.objectContaining({ code: 'SECRET_MISSING', message: `${message}.` }) as Error)
})

test.each([
  ['password: CANARY', 'password: ****'],
  ['{ username: a, "password" : CANARY, x: 1 }', '{ username: a, "password" : ****'],
  ['  previousPassword: CANARY', '  previousPassword: ****'],
  ['pasword: CANARY', 'pasword: ****'],
  ['psw: CANARY', 'psw: ****'],
  ['privateKey: |', 'privateKey: ****'],
  ['token: CANARY # comment', 'token: ****'],
  ['clientSecret: "CANARY"', 'clientSecret: ****'],
  ['password: { value: CANARY }', 'password: ****'],
  ['endpoint: https://user:CANARY@host', 'endpoint: https://****'],
  ['-----BEGIN RSA PRIVATE KEY-----', '****'],
  ['  MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDKHY2AaHjoVChsyu', '****'],
])('a line that may hold a secret is cut: %s', (line, masked) => {
  expect(maskLine(line)).toBe(masked)
})

test.each([
  'password: { fromEnv: SENSOR_PASSWORD }',
  'passphrase: { fromFile: "${key}.txt" } # beside the certificate',
  'token:',
  'password: null',
  'access: { credentials: default }',
  'endpoint: https://10.20.0.5',
  'passphrase: *shared',
])('a line without one is left as it is: %s', (line) => {
  expect(maskLine(line)).toBe(line)
})

test('a pipe, a folder or a huge file in the place of a secret is none, and nobody waits for it', async () => {
  await withFiles({ huge: 'x'.repeat(2 * 1024 * 1024) }, async (folder) => {
    execFileSync('mkfifo', [join(folder, 'pipe')])
    for (const file of ['pipe', '.', 'huge']) {
      const read = () => readSecret({ fromFile: join(folder, file) }, {})
      expect(read).toThrow(expect.objectContaining({ code: 'SECRET_MISSING' }) as Error)
    }
  })
})
