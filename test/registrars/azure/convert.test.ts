import { array, assert, integer, jsonValue, property } from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { nameOf, toArmError, toPage, toRecord, toSensorProperties } from '../../../registrars/azure/convert.ts'

const berlin = { mode: 'cloud', site: 'berlin' } as const
const published = {
  name: 'mySensor',
  id: '/subscriptions/s/providers/Microsoft.IoTSecurity/locations/eastus/sites/berlin/sensors/mySensor',
  type: 'Microsoft.IoTSecurity/locations/sites/sensors',
  properties: {
    connectivityTime: '2020-11-17T12:31:25Z',
    dynamicLearning: true,
    learningMode: true,
    sensorStatus: 'Ok',
    sensorVersion: '2020.11.01.1643',
    tiAutomaticUpdates: true,
    tiStatus: 'Ok',
    tiVersion: '2020-11-17T12:31:25Z',
    zone: 'Zone Name',
    sensorType: 'Ot',
  },
  systemData: { createdAt: '2020-04-27T21:53:29.0928001Z' },
}
const record = {
  name: 'mySensor',
  mode: 'cloud',
  site: 'berlin',
  zone: 'Zone Name',
  tiAutomaticUpdates: true,
  status: 'Ok',
  connected: true,
  lastContact: '2020-11-17T12:31:25.000Z',
  createdAt: '2020-04-27T21:53:29.092Z',
  softwareVersion: '2020.11.01.1643',
}
const bare = { name: 'mySensor', mode: 'cloud', site: 'berlin', connected: false }
const withProperties = (properties: unknown) => ({ name: 'mySensor', properties })

describe('a record', () => {
  it('is all that the published example says', () => expect(toRecord(published, berlin)).toEqual(record))

  it('of a locally managed sensor has only a name and a time', () => {
    expect(toRecord({ ...published, properties: {} }, { mode: 'local' })).toEqual({
      name: 'mySensor',
      mode: 'local',
      connected: false,
      createdAt: '2020-04-27T21:53:29.092Z',
    })
  })

  test.each<[name: string, resource: unknown, want: unknown]>([
    ['without properties', { name: 'mySensor' }, bare],
    ['with properties that are no object', withProperties(['Ok']), bare],
    [
      'that is disconnected',
      withProperties({ sensorStatus: 'Disconnected', connectivityTime: '2020-11-17T12:31:25Z' }),
      { ...bare, status: 'Disconnected', lastContact: '2020-11-17T12:31:25.000Z' },
    ],
    [
      'that waits for its first contact',
      withProperties({ sensorStatus: 'Unavailable' }),
      { ...bare, status: 'Unavailable' },
    ],
    ['with a status of a later preview', withProperties({ sensorStatus: 'Resting' }), { ...bare, status: 'Resting' }],
    [
      'with a status in another case',
      withProperties({ sensorStatus: 'OK' }),
      { ...bare, status: 'OK', connected: true },
    ],
    ['with fields of other types', withProperties({ zone: 7, tiAutomaticUpdates: 'yes', sensorStatus: null }), bare],
    ['that never connected, told as year 1', withProperties({ connectivityTime: '0001-01-01T00:00:00Z' }), bare],
    [
      'with a time in a form of its own',
      withProperties({ connectivityTime: 'last Tuesday' }),
      { ...bare, lastContact: 'last Tuesday' },
    ],
    ['with control characters', withProperties({ zone: 'A\u001b[31m12' }), { ...bare, zone: 'A [31m12' }],
    ['without a name', { properties: {} }, undefined],
    ['that is no object', 'mySensor', undefined],
    ['that is null', null, undefined],
  ])('%s', (_, resource, want) => expect(toRecord(resource, berlin)).toEqual(want))
})

test.each<[name: string, resource: unknown, want: string | undefined]>([
  ['plain', { name: 'line-1' }, 'line-1'],
  ['empty', { name: '' }, undefined],
  ['with a control character', { name: 'line\n1' }, undefined],
  ['too long', { name: 'x'.repeat(261) }, undefined],
])('a name: %s', (_, resource, want) => expect(nameOf(resource)).toBe(want))

describe('what a PUT sends', () => {
  const live = withProperties({ zone: 'A', tiAutomaticUpdates: true, sensorType: 'Enterprise', sensorStatus: 'Ok' })
  test.each<[name: string, placement: object, existing: unknown, want: unknown]>([
    [
      'a new record',
      { zone: 'B', tiAutomaticUpdates: false },
      undefined,
      { zone: 'B', tiAutomaticUpdates: false, sensorType: 'Ot' },
    ],
    ['a new record of which nothing is declared', {}, undefined, { sensorType: 'Ot' }],
    [
      'what is not declared stays',
      { zone: 'B' },
      live,
      { zone: 'B', tiAutomaticUpdates: true, sensorType: 'Enterprise' },
    ],
    [
      'false is declared too',
      { tiAutomaticUpdates: false },
      live,
      { zone: 'A', tiAutomaticUpdates: false, sensorType: 'Enterprise' },
    ],
  ])('%s', (_, placement, existing, want) =>
    expect(toSensorProperties({ mode: 'cloud', ...placement }, existing)).toEqual(want),
  )
})

test.each<[name: string, body: unknown, want: unknown]>([
  ['last', { value: [1] }, { value: [1] }],
  ['with a next one', { value: [], nextLink: 'https://x/' }, { value: [], nextLink: 'https://x/' }],
  ['with an empty link', { value: [], nextLink: '' }, { value: [] }],
  ['none', { values: [] }, undefined],
  ['none at all', undefined, undefined],
])('a page: %s', (_, body, want) => expect(toPage(body)).toEqual(want))

test.each<[name: string, body: unknown, want: unknown]>([
  ['as published', { error: { code: 'A', message: 'b' } }, { code: 'A', message: 'b' }],
  ['with control characters', { error: { code: 'A', message: 'b\r\nc\u202e' } }, { code: 'A', message: 'b c' }],
  ['that repeats the token', { error: { code: 'A', message: 'got token-1!' } }, { code: 'A', message: 'got [token]!' }],
  ['of other types', { error: { code: 7, message: {} } }, {}],
  ['that is none', ['error'], {}],
])('an error body: %s', (_, body, want) =>
  expect(toArmError(body, (text) => text.replaceAll('token-1', '[token]'))).toEqual(want),
)

const controlCharacter = /\p{C}/u
const anyText = array(integer({ min: 0, max: 0x10ffff })).map((points) => String.fromCodePoint(...points))

it('never fails on any JSON, and shows no control characters of it', () => {
  assert(
    property(jsonValue({ maxDepth: 3 }), anyText, (value, text) => {
      toPage(value)
      toArmError({ error: value }, (said) => said)
      const properties = { zone: text, sensorStatus: text, connectivityTime: text, sensorVersion: text }
      const found = toRecord({ name: 'line-1', properties, systemData: value }, berlin)
      expect(Object.values(found ?? {}).join(' ')).not.toMatch(controlCharacter)
      expect(toRecord(value, berlin)?.name ?? 'none').not.toMatch(controlCharacter)
    }),
  )
})
