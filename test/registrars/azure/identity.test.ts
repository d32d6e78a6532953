// Addresses: 127.20.124.x.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestCloud, token, type TestCloud } from '../../simulator/cloud/start.ts'

let running: TestCloud
beforeAll(async () => {
  running = await startTestCloud('127.20.124.1')
})
afterAll(() => running.stop())

const script = join(import.meta.dirname, 'identity-run.ts')

async function run(answer: string): Promise<string[]> {
  const { endpoint, pin } = running.cloud
  const { stdout } = await promisify(execFile)(process.execPath, [script, endpoint, pin, answer])
  return stdout.trim().split('\n')
}

test.each<[name: string, answer: string, requests: number, last: unknown]>([
  ['signs in with it', token, 3, { state: 'absent' }],
  [
    'says so when it gives no token',
    'null',
    1,
    { code: 'REGISTRAR_DENIED', message: 'registrar cloud: the token is empty' },
  ],
  [
    'says why it gives no token, in one line',
    'Error: az login\nis needed',
    1,
    {
      code: 'REGISTRAR_DENIED',
      message: 'registrar cloud: @azure/identity gives no token: az login is needed',
    },
  ],
])('a registrar without a token %s', async (_, answer, requests, last) => {
  const lines = await run(answer)
  expect(lines.slice(0, -1)).toEqual(Array(requests).fill(`asked for ${running.cloud.endpoint}/.default`))
  expect(JSON.parse(lines.at(-1) ?? '')).toEqual(last)
})
