/** examples/ are applied as they stand, against what `simulate --activated` plays. Addresses: 127.20.30.x, 127.20.40.x. */
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runCli } from '../../cli/run-cli.ts'
import { loadFleet } from '../../load/load-fleet.ts'
import { fleetToSimulatorOptions } from '../../simulator/from-fleet.ts'
import { startSimulator, type SimulatorOptions } from '../../simulator/simulate.ts'
import { root } from '../house/sources.ts'

const env = { SENSOR_PASSWORD: 'plant-Password-1!', NO_COLOR: '1' }

/** Plays an example, and runs the CLI where it lies. */
async function play(name: string, tuning: SimulatorOptions['tuning'] = {}) {
  const folder = await mkdtemp(join(tmpdir(), `sensorform-${name}-`))
  onTestFinished(() => rm(folder, { recursive: true }))
  await cp(join(root, 'examples', name), folder, { recursive: true })
  const { fleet } = await loadFleet(['.'], { cwd: folder, env })
  if (!fleet) throw new TypeError('the example has problems')
  const passwords = new Map([['default', env.SENSOR_PASSWORD]])
  const { options, problems } = fleetToSimulatorOptions(fleet, { passwords, tokens: new Map() }, { activated: true })
  expect(problems).toEqual([])
  const pinFile = join(folder, 'pins.json')
  const simulator = await startSimulator({ ...options, pinFile, distinctKeys: 3, tuning })
  onTestFinished(() => simulator.stop())
  const run = async (...words: string[]) => {
    let text = ''
    const sink = { write: (part: string) => (text += part) }
    const code = await runCli(words, {
      stdout: sink,
      stderr: sink,
      stdin: (async function* () {})(),
      env,
      cwd: folder,
      terminal: { stdin: false, stdout: false, stderr: false },
      onInterrupt: () => () => {},
    })
    return { code, text }
  }
  return { simulator, run }
}

test('the air-gapped plant is connected to its console, and the second plan is empty', async () => {
  const { simulator, run } = await play('plant')
  expect(await run('apply', '.', '--auto-approve')).toMatchObject({ code: 0 })
  const { sensors, settings } = simulator.managementConsole('hq').state
  expect(sensors.map(({ name, zoneId, connection }) => [name, zoneId, connection.id])).toEqual([
    ['mill-pump-1', 1, 'SYNCED'],
    ['mill-pump-2', 2, 'SYNCED'],
  ])
  expect(settings.sensorBackups).toMatchObject({ collect: true, at: '04:00', keepPerSensor: 5 })
  expect(await run('plan', '.', '--detailed-exitcode')).toMatchObject({ code: 0 })
})

test('the software is updated with the package of the example, and the second plan is empty', async () => {
  const { simulator, run } = await play('update', { updateMs: 1000 })
  const { code, text } = await run('apply', '.', '--auto-approve')
  expect([code, text]).toEqual([0, expect.stringContaining('22.4.1')])
  expect(simulator.appliance('gate-1').state.softwareVersion).toBe('22.4.1')
  expect(await run('plan', '.', '--detailed-exitcode')).toMatchObject({ code: 0 })
}, 60_000)
