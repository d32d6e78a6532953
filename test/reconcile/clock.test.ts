// The clock of a sensor: how far it is off, how its console shows it, and what a time zone that it does not know comes to.
// Addresses: 127.20.157.x.
import { expect, onTestFinished, test } from 'vitest'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import type { Surroundings } from '../../simulator/world.ts'
import { openSimulated } from '../support/simulated-fleet.ts'

let host = 0
async function open(surroundings: Surroundings = {}) {
  const fleet = await openSimulated({
    addresses: [`127.20.157.${++host}`],
    cloudAddress: '127.20.157.250',
    surroundings,
  })
  onTestFinished(() => fleet.close())
  return fleet
}

const brief = ({ code, severity, summary }: { code: string; severity: string; summary: string }) =>
  `${severity} ${code}: ${summary.replaceAll(/[\d/]{10} [\d:]{8}/g, '[clock]')}`
const problemsOf = ({ problems }: { problems: readonly Parameters<typeof brief>[0][] }) => problems.map(brief)
const ntp = (part: object): DesiredSettings => ({ time: { ntp: { enabled: true, server: '10.1.0.1', ...part } } })
const kyiv: DesiredSettings = { time: { timezone: 'Europe/Kyiv' } }

test.each([
  ['dd/MM/yyyy HH:mm:ss', /^\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d$/],
  ['MM/dd/yyyy HH:mm:ss', /^\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d$/],
  ['yyyy/MM/dd HH:mm:ss', /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d$/],
] as const)('%s is in effect when the console shows its clock so', async (dateFormat, pattern) => {
  const { converge } = await open()
  const settings: DesiredSettings = { time: { timezone: 'Asia/Tokyo', dateFormat } }
  const { step } = await converge(settings)
  expect(step).toMatchObject({ status: 'done' })
  expect(step?.notes.at(-1)).toMatch(/^The console shows [\d/]{10} [\d:]{8}\.$/)
  const { sensor } = await converge(settings)
  expect([sensor.status, sensor.problems, sensor.clock?.driftSeconds]).toEqual(['inSync', [], 0])
  expect(sensor.clock?.displayed).toMatch(pattern)
})

test('a time zone that was renamed since the sensor was built is refused, and its former name told', async () => {
  const { converge } = await open({ timeZones: { unknown: ['Europe/Kyiv', 'America/Ciudad_Juarez'] } })
  const { outcome } = await converge(kyiv)
  expect(outcome).toMatchObject({ status: 'failed', problems: [{ code: 'TIME_ZONE_UNKNOWN' }] })
  expect(outcome.problems[0]?.hint).toBe(
    'Declare Europe/Kiev, another name of the same zone, or update the software of the appliance.',
  )
  const added = await converge({ time: { timezone: 'America/Ciudad_Juarez' } })
  expect(added.outcome.problems[0]?.hint).toBe(
    'Update the software of the appliance, or declare a zone with the same rules that it knows.',
  )
  expect((await converge({ time: { timezone: 'Europe/Kiev' } })).outcome.status).toBe('done')
  expect((await converge(kyiv)).sensor).toMatchObject({ status: 'inSync', changes: [] })
})

test('a time zone whose rules changed is told, at the apply and afterwards', async () => {
  const { converge } = await open({ timeZones: { offByMinutes: { 'Europe/Kyiv': -60 } } })
  const { step } = await converge(kyiv)
  expect(step).toMatchObject({ status: 'done' })
  expect(step?.notes.at(-1)).toMatch(/, which is not the local time of its time zone\.$/)
  const { sensor } = await converge(kyiv)
  expect(sensor).toMatchObject({ status: 'inSync', steps: [] })
  expect(problemsOf(sensor)).toEqual([
    'warning TIME_ZONE_RULES_DIFFER: The console shows [clock], 60 min behind the local time of Europe/Kyiv: it knows other rules of this zone',
  ])
})

test('a clock that drifts is measured and told, and NTP sets it right', async () => {
  const { converge, simulator } = await open()
  simulator.addFault({ kind: 'clockSkew', seconds: -90 })
  const { sensor } = await converge(ntp({}))
  expect(sensor.clock?.driftSeconds).toBe(-90)
  expect(problemsOf(sensor)).toEqual(['warning CLOCK_DRIFTING: The clock of the appliance is 90 s behind'])
  const after = await converge(ntp({}))
  expect([after.sensor.status, after.sensor.problems]).toEqual(['inSync', []])
  const off = await converge(ntp({ enabled: false }))
  expect(off.outcome.status).toBe('done')
  expect((await converge(ntp({ enabled: false }))).sensor).toMatchObject({ status: 'inSync', changes: [] })
  // Off and on again: the server that was there is the one that is switched off, and on.
  expect(simulator.appliance('line-1').state.settings.time.ntp).toEqual({
    enabled: false,
    server: '10.1.0.1',
  })
  expect((await converge({ time: { ntp: { enabled: true } } })).outcome.status).toBe('done')
})

test('NTP with a server that does not answer is told, in an unchanged read as well', async () => {
  const { converge } = await open({ ntpServers: ['10.1.0.1'] })
  const settings: DesiredSettings = { time: { ntp: { enabled: true, server: '10.1.0.9' } } }
  expect((await converge(settings)).outcome.status).toBe('done')
  for (let count = 0; count < 2; count++) {
    const { sensor } = await converge(settings)
    expect([sensor.status, problemsOf(sensor)]).toEqual([
      'inSync',
      ['warning NTP_NOT_SYNCHRONIZED: NTP is on, but the clock is not in step with 10.1.0.9'],
    ])
  }
})

test('NTP that the portal sets cannot be changed on the sensor; the time zone can', async () => {
  const { converge } = await open({ ntpManagedElsewhere: true })
  const { outcome } = await converge({ time: { ntp: { enabled: true, server: '10.1.0.1' } } })
  expect(outcome).toMatchObject({ status: 'failed', problems: [{ code: 'MANAGED_ELSEWHERE' }] })
  expect((await converge({ time: { timezone: 'Asia/Tokyo' } })).outcome.status).toBe('done')
})

test('a clock that is too far off withholds activation, and is told once', async () => {
  const { converge, simulator } = await open()
  simulator.addFault({ kind: 'clockSkew', seconds: 400 })
  const { sensor } = await converge({ name: 'another', registration: { registrar: 'cloud', site: 'plant' } })
  expect(problemsOf(sensor)).toEqual([
    'error CLOCK_DRIFT: The clock of the sensor is 400 s ahead: a drifting clock blocks activation, so the registration is left as it is',
  ])
})
