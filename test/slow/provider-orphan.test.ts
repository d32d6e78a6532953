/** Nothing tells a plugin that Terraform was killed: it finds out by itself, within seconds. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { root } from '../house/sources.ts'
import { cookie } from '../provider/support/plugin-client.ts'

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('a provider ends with its parent, however that ended', async () => {
  const entry = join(root, 'provider/main.ts')
  const starter = `
    const child = require('node:child_process').spawn(process.execPath, [${JSON.stringify(entry)}], { stdio: ['ignore', 'pipe', 'inherit'] })
    child.stdout.once('data', () => console.log(child.pid))`
  const parent = spawn(process.execPath, ['-e', starter], {
    env: { ...process.env, ...cookie },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(parent.stdout, 'data')) as [Buffer]
  const pid = Number(line.toString())
  expect(isAlive(pid)).toBe(true)
  parent.kill('SIGKILL')
  for (let tries = 0; tries < 100 && isAlive(pid); tries++) await sleep(100)
  expect(isAlive(pid)).toBe(false)
})
