/**
 * `restore` is killed with -9 at every request. Whatever the moment, the same restore ends it, or an apply alone: nothing is
 * half done, and who comes next says what was found. Addresses: 127.20.183.0/24.
 */
import { expect, test } from 'vitest'
import { startTrial, type Trial } from '../cli/fleet.ts'
import { applyConverges, killAtEachPoint, mustDo, redeclare } from '../support/killed-command.ts'

const command = ['restore', 'line-1', '--in', 'fleet.yaml', '--from', 'latest', '--auto-approve']

/** A sensor whose backup holds another name, time zone and name server than it has now. */
async function arrange(): Promise<Trial> {
  const trial = await startTrial({
    network: '127.20.183',
    sensors: 1,
    cloud: {},
    tuning: { jobMs: 50, serviceRestartMs: 200, requestsPerSecond: 10_000 },
    sensor: () => ({ activated: { name: 'line-1', mode: 'cloud', site: 'plant' } }),
    spec: () => '  name: line-1\n  registration: { registrar: cloud, site: plant }\n',
  })
  await mustDo(trial, ['apply', 'fleet.yaml', '--auto-approve'])
  await mustDo(trial, ['backup', 'create', 'line-1', '--in', 'fleet.yaml'])
  redeclare(trial, 'Europe/Berlin', 'Europe/Paris')
  await mustDo(trial, ['apply', 'fleet.yaml', '--auto-approve'])
  return trial
}

const sensorOf = ({ simulator }: Trial) => simulator.appliance('line-1').state

/** What a dead restore leaves on the sensor is told by the next. */
async function restoreConverges(trial: Trial): Promise<void> {
  const { intent } = sensorOf(trial)
  const next = await mustDo(trial, command)
  expect(next.stdout).toContain('line-1: restored ')
  if (intent?.step === 'restore')
    expect(next.stdout).toContain(`Run ${intent.run} of ${intent.startedAt} began this restore`)
  expect(sensorOf(trial).settings.time.timezone).toBe('Europe/Berlin')
}

test.each([
  { next: 'restore', converges: restoreConverges },
  { next: 'apply', converges: async () => {} },
])(
  'a restore that is killed at any request is ended by the next $next',
  { timeout: 600_000 },
  async ({ next, converges }) => {
    await killAtEachPoint({
      name: `killed restore, then ${next}`,
      arrange,
      command: () => command,
      most: 14,
      async converges(trial) {
        await converges(trial)
        await applyConverges(trial)
        expect(sensorOf(trial)).toMatchObject({ intent: null, settings: { time: { timezone: 'Europe/Paris' } } })
      },
    })
  },
)
