// Addresses: 127.20.122.x.
import { afterEach, describe, expect, it, test } from 'vitest'
import { readActivationFile } from '../../../formats/activation-file.ts'
import { DeviceError } from '../../../reconcile/device-error.ts'
import type { Registrar, RegistrationRecord } from '../../../reconcile/registrar.ts'
import { readerToken, subscriptionId } from '../../simulator/cloud/start.ts'
import { openCloud, openRegistrar, type OpenedCloud } from './open.ts'

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop()
})

let host = 0
async function open(options: Parameters<typeof openCloud>[1] = {}): Promise<OpenedCloud> {
  const opened = await openCloud(`127.20.122.${++host}`, options)
  stops.push(() => opened.stop())
  return opened
}

const provider = `/subscriptions/${subscriptionId}/providers/Microsoft.IoTSecurity`
const sites = `${provider}/locations/eastus/sites`
const sensors = `${sites}/berlin-plant/sensors`
const siteVersion = { 'api-version': '2021-09-01-preview' }
const localVersion = { 'api-version': '2021-02-01-preview' }
const get = (path: string, query: object = siteVersion) => ({ method: 'GET', path, query, body: null })
const listing = [
  get(sites),
  get(`${provider}/onPremiseSensors`, localVersion),
  get(sensors),
  get(`${sites}/hamburg-plant/sensors`),
]

const line1 = { name: 'line-1', mode: 'cloud', site: 'berlin-plant', zone: 'A' } as const
const inBerlin = { mode: 'cloud', site: 'berlin-plant' } as const
const instant = expect.stringMatching(/^2026-03-01T00:00:/)
const record: RegistrationRecord = {
  name: 'line-1',
  mode: 'cloud',
  site: 'berlin-plant',
  zone: 'A',
  tiAutomaticUpdates: false,
  status: 'Unavailable',
  connected: false,
  createdAt: instant,
}
const air: RegistrationRecord = { name: 'air-1', mode: 'local', connected: false, createdAt: instant }

function idOf(zip: Uint8Array): string {
  const read = readActivationFile(zip)
  if ('problem' in read) throw new Error(read.problem)
  return read.file.id
}

/** Lists of one run are asked for side by side, so their order does not matter. */
const byPath = (requests: readonly object[]) => requests.map((request) => JSON.stringify(request)).toSorted()

const packageList = (upgrade: unknown) => JSON.stringify({ sensor: { upgrade } })

describe('updates that are offered', () => {
  it('are listed once, with a reader token as well', async () => {
    const { registrar, cloud } = await open({ tokens: [readerToken] })
    const asked = await Promise.all([registrar.offeredUpdates?.(), registrar.offeredUpdates?.()])
    const updates = [
      { version: '22.3.8.91', fromVersion: '10.5.5' },
      { version: '10.5.5', fromVersion: '3.1.1' },
    ]
    expect(asked).toEqual([updates, updates])
    expect(cloud.requests).toEqual([
      {
        method: 'POST',
        path: `${provider}/defenderSettings/default/packageDownloads`,
        query: localVersion,
        body: null,
      },
    ])
  })

  it.each([
    [
      'an item without a version is left out',
      packageList([{ version: 7 }, null, { version: '22.3.9' }]),
      [{ version: '22.3.9' }],
    ],
    [
      'a text that is no version is none',
      packageList([{ version: '22.3.9', fromVersion: '<b>' }]),
      [{ version: '22.3.9' }],
    ],
    ['nothing is offered', packageList([]), []],
  ])('%s', async (_, body, updates) => {
    const { registrar, faults } = await open()
    faults.add({ kind: 'malformedBody', appliance: '(cloud)', operation: 'DefenderSettings_PackageDownloads', body })
    expect(await registrar.offeredUpdates?.()).toEqual(updates)
  })

  it('a body that is no list is an error, and is not asked for again', async () => {
    const { registrar, faults, attempts } = await open()
    faults.add({
      kind: 'malformedBody',
      appliance: '(cloud)',
      operation: 'DefenderSettings_PackageDownloads',
      body: '{}',
    })
    for (let time = 0; time < 2; time++) {
      await expect(registrar.offeredUpdates?.()).rejects.toMatchObject({
        code: 'REGISTRAR_ERROR',
        message: 'registrar cloud: listing the updates of sensors: the answer lists no packages of sensors',
      })
    }
    expect(attempts).toEqual(['POST 200'])
  })
})

interface RequestCase {
  name: string
  seed?: Parameters<OpenedCloud['cloud']['seed']>[0]
  act: (registrar: Registrar) => Promise<unknown>
  answer: unknown
  requests: object[]
}

const put = { mode: 'cloud', site: 'berlin-plant', zone: 'B', tiAutomaticUpdates: true } as const
const putRecord = { ...record, zone: 'B', tiAutomaticUpdates: true }
const putBody = { properties: { zone: 'B', tiAutomaticUpdates: true, sensorType: 'Ot' } }
const putRequest = { method: 'PUT', path: `${sensors}/line-1`, query: siteVersion, body: putBody }

test.each<RequestCase>([
  {
    name: 'a record that is there',
    seed: line1,
    act: (registrar) => registrar.lookup('line-1'),
    answer: { state: 'present', record },
    requests: listing,
  },
  {
    name: 'a record that is not there',
    act: (registrar) => registrar.lookup('line-1'),
    answer: { state: 'absent' },
    requests: listing,
  },
  {
    name: 'a record of a locally managed sensor',
    seed: { name: 'air-1', mode: 'local' },
    act: (registrar) => registrar.lookup('air-1'),
    answer: { state: 'present', record: air },
    requests: listing,
  },
  {
    name: 'a fresh look at a known record',
    seed: line1,
    act: async (registrar) => {
      await registrar.lookup('line-1')
      return registrar.lookup('line-1', { fresh: true })
    },
    answer: { state: 'present', record },
    requests: [...listing, get(`${sensors}/line-1`)],
  },
  {
    name: 'a fresh look at an unknown record, where it is expected',
    act: async (registrar) => {
      await registrar.lookup('line-1')
      return registrar.lookup('line-1', { fresh: true, at: inBerlin })
    },
    answer: { state: 'absent' },
    requests: [...listing, get(`${sensors}/line-1`)],
  },
  {
    name: 'a fresh look at an unknown record',
    act: async (registrar) => {
      await registrar.lookup('line-1')
      return registrar.lookup('line-1', { fresh: true })
    },
    answer: { state: 'absent' },
    requests: [...listing, ...listing],
  },
  {
    name: 'registering a new name',
    act: (registrar) => registrar.register('line-1', put),
    answer: putRecord,
    requests: [...listing, get(`${sensors}/line-1`), putRequest],
  },
  {
    name: 'updating zone and updates of a record',
    seed: line1,
    act: (registrar) => registrar.register('line-1', put),
    answer: putRecord,
    requests: [...listing, get(`${sensors}/line-1`), putRequest],
  },
  {
    name: 'updating only what is declared',
    seed: line1,
    act: (registrar) => registrar.register('line-1', { mode: 'cloud', site: 'berlin-plant', tiAutomaticUpdates: true }),
    answer: { ...record, tiAutomaticUpdates: true },
    requests: [
      ...listing,
      get(`${sensors}/line-1`),
      { ...putRequest, body: { properties: { zone: 'A', tiAutomaticUpdates: true, sensorType: 'Ot' } } },
    ],
  },
  {
    name: 'registering a locally managed sensor, without a body',
    act: (registrar) => registrar.register('air-1', { mode: 'local' }),
    answer: air,
    requests: [{ method: 'PUT', path: `${provider}/onPremiseSensors/air-1`, query: localVersion, body: null }],
  },
  {
    name: 'deleting a record',
    seed: line1,
    act: (registrar) => registrar.deregister(record),
    answer: undefined,
    requests: [{ method: 'DELETE', path: `${sensors}/line-1`, query: siteVersion, body: null }],
  },
  {
    name: 'deleting a record that is gone',
    act: (registrar) => registrar.deregister(record),
    answer: undefined,
    requests: [{ method: 'DELETE', path: `${sensors}/line-1`, query: siteVersion, body: null }],
  },
  {
    name: 'deleting the record of a locally managed sensor',
    seed: { name: 'air-1', mode: 'local' },
    act: (registrar) => registrar.deregister(air),
    answer: undefined,
    requests: [{ method: 'DELETE', path: `${provider}/onPremiseSensors/air-1`, query: localVersion, body: null }],
  },
  {
    name: 'downloading an activation file',
    seed: line1,
    act: async (registrar) => idOf(await registrar.downloadActivation(record)),
    answer: expect.any(String),
    requests: [{ method: 'POST', path: `${sensors}/line-1/downloadActivation`, query: siteVersion, body: null }],
  },
  {
    name: 'downloading the activation file of a locally managed sensor',
    seed: { name: 'air-1', mode: 'local' },
    act: async (registrar) => idOf(await registrar.downloadActivation(air)),
    answer: expect.any(String),
    requests: [
      {
        method: 'POST',
        path: `${provider}/onPremiseSensors/air-1/downloadActivation`,
        query: localVersion,
        body: null,
      },
    ],
  },
])('$name: these requests, whole', async ({ seed, act, answer, requests }) => {
  const { cloud, registrar } = await open()
  if (seed) cloud.seed(seed)
  expect(await act(registrar)).toEqual(answer)
  expect(byPath(cloud.requests)).toEqual(byPath(requests))
})

it('contacts nothing and reads no secret before the first call, and the secret once', async () => {
  const { registrar, attempts, secretsRead, cloud } = await open()
  expect([attempts, secretsRead()]).toEqual([[], 0])
  await registrar.lookup('line-1')
  await registrar.register('line-1', put)
  expect([cloud.requests.length, secretsRead()]).toEqual([6, 1])
})

it('lists once for a whole fleet, however many ask at once', async () => {
  const { cloud, registrar } = await open()
  const names = Array.from({ length: 50 }, (_, index) => `line-${index}`)
  for (const name of names) cloud.seed({ ...line1, name })
  const states = await Promise.all(names.map(async (name) => (await registrar.lookup(name)).state))
  expect([new Set(states), cloud.requests.length]).toEqual([new Set(['present']), listing.length])
})

it('knows after its own writes what is there, without listing again', async () => {
  const { cloud, registrar } = await open()
  await registrar.lookup('line-1')
  await registrar.register('line-1', put)
  expect(await registrar.lookup('line-1')).toEqual({ state: 'present', record: putRecord })
  await registrar.deregister(putRecord)
  expect(await registrar.lookup('line-1')).toEqual({ state: 'absent' })
  expect(await registrar.lookup('line-1', { fresh: true })).toEqual({ state: 'absent' })
  expect(cloud.requests.slice(listing.length).map(({ method }) => method)).toEqual(['GET', 'PUT', 'DELETE', 'GET'])
})

it('sees with a fresh look what somebody else changed', async () => {
  const { cloud, registrar, send } = await open()
  cloud.seed(line1)
  await registrar.lookup('line-1')
  await send('DELETE', '/locations/eastus/sites/berlin-plant/sensors/line-1')
  cloud.seed({ ...line1, site: 'hamburg-plant' })
  expect(await registrar.lookup('line-1')).toMatchObject({ record: { site: 'berlin-plant' } })
  expect(await registrar.lookup('line-1', { fresh: true })).toMatchObject({ record: { site: 'hamburg-plant' } })
})

it('follows a sensor from its first contact to its silence', async () => {
  const { cloud, clock, registrar } = await open()
  const id = idOf(cloud.seed(line1))
  const look = async () => {
    const found = await registrar.lookup('line-1', { fresh: true })
    if (found.state !== 'present') return found.state
    const { status, connected, lastContact, softwareVersion } = found.record
    return { status, connected, contact: lastContact !== undefined, softwareVersion }
  }
  expect(await look()).toEqual({ status: 'Unavailable', connected: false, contact: false, softwareVersion: undefined })
  cloud.link.connect(id, 'SN-1', 'line-1', '22.1.3')
  expect(await look()).toEqual({ status: 'Ok', connected: true, contact: true, softwareVersion: '22.1.3' })
  clock.advance(600)
  expect(await look()).toEqual({ status: 'Disconnected', connected: false, contact: true, softwareVersion: '22.1.3' })
})

it('reads every page of a list', async () => {
  const { cloud, registrar } = await open({ cloud: { pageSize: 1 } })
  for (const name of ['a', 'b', 'c']) cloud.seed({ ...line1, name })
  expect(await registrar.lookup('c')).toMatchObject({ state: 'present', record: { name: 'c' } })
  expect(cloud.requests).toHaveLength(2 + 3 + 1 + 1)
})

async function openTwice(): Promise<Registrar> {
  const opened = await open()
  opened.cloud.seed(line1)
  opened.cloud.seed({ ...line1, site: 'hamburg-plant' })
  return opened.registrar
}

describe('a name that is registered twice', () => {
  it('is not observable: one of them is another sensor', async () => {
    expect(await (await openTwice()).lookup('line-1')).toEqual({
      state: 'notObservable',
      reason: 'several sensors are registered as line-1 (site berlin-plant, site hamburg-plant)',
    })
  })

  it('is told apart by where it is expected', async () => {
    const registrar = await openTwice()
    const at = { mode: 'cloud', site: 'hamburg-plant' } as const
    expect(await registrar.lookup('line-1', { at })).toMatchObject({ record: { site: 'hamburg-plant' } })
    const fresh = await registrar.lookup('line-1', { at: inBerlin, fresh: true })
    expect(fresh).toMatchObject({ record: { site: 'berlin-plant' } })
  })

  it('is free in a third site', async () => {
    const registrar = await openTwice()
    const at = { mode: 'cloud', site: 'paris-plant' } as const
    expect(await registrar.lookup('line-1', { at })).toEqual({ state: 'absent' })
    expect(await registrar.lookup('line-1', { at, fresh: true })).toEqual({ state: 'absent' })
  })
})

const look = (registrar: Registrar) => registrar.lookup('line-1')

describe('a refusal', () => {
  interface Refused {
    name: string
    options?: Parameters<typeof openCloud>[1]
    act: (registrar: Registrar) => Promise<unknown>
    want: { code: string; message: string; advice: string }
  }
  test.each<Refused>([
    {
      name: 'a wrong token',
      options: { tokens: ['wrong'] },
      act: look,
      want: {
        code: 'REGISTRAR_DENIED',
        message:
          'registrar cloud: listing the records: status 401: InvalidAuthenticationToken: The access token is invalid.',
        advice: 'The token is wrong or has expired',
      },
    },
    {
      name: 'an empty token',
      options: { tokens: [' \n'] },
      act: look,
      want: {
        code: 'REGISTRAR_DENIED',
        message: 'registrar cloud: the token is empty',
        advice: 'az account get-access-token',
      },
    },
    {
      name: 'a token that no header can carry',
      options: { tokens: ['two\nlines'] },
      act: look,
      want: {
        code: 'REGISTRAR_DENIED',
        message: 'registrar cloud: the token holds characters that no token has',
        advice: 'az account get-access-token',
      },
    },
    {
      name: 'a reader that registers',
      options: { tokens: [readerToken] },
      act: (registrar) => registrar.register('line-1', put),
      want: {
        code: 'REGISTRAR_DENIED',
        message: 'registrar cloud: registering line-1: status 403: AuthorizationFailed: The client does not have',
        advice: 'Security Admin, Contributor or Owner',
      },
    },
    {
      name: 'a reader that downloads',
      options: { tokens: [readerToken] },
      act: (registrar) => registrar.downloadActivation(record),
      want: {
        code: 'REGISTRAR_DENIED',
        message: 'registrar cloud: downloading the activation file of line-1: status 403: AuthorizationFailed',
        advice: 'Security Admin, Contributor or Owner',
      },
    },
    {
      name: 'a site that is not there',
      act: (registrar) => registrar.register('line-1', { ...put, site: 'munich' }),
      want: {
        code: 'REGISTRAR_REFUSED',
        message: 'registrar cloud: registering line-1: there is no site munich',
        advice: 'Sites: berlin-plant, hamburg-plant.',
      },
    },
    {
      name: 'no site',
      act: (registrar) => registrar.register('line-1', { mode: 'cloud' }),
      want: { code: 'REGISTRAR_REFUSED', message: 'no site is declared', advice: 'Give `registration.site`.' },
    },
    {
      name: 'a subscription that is not there',
      options: { config: { subscriptionId: 'other' } },
      act: look,
      want: {
        code: 'REGISTRAR_REFUSED',
        message: 'status 404: SubscriptionNotFound',
        advice: 'Check `azure.subscriptionId`',
      },
    },
    {
      name: 'a location that is not there',
      options: { config: { location: 'westus' } },
      act: look,
      want: {
        code: 'REGISTRAR_REFUSED',
        message: 'LocationNotAvailableForResourceType',
        advice: 'Check `azure.location`.',
      },
    },
    {
      name: 'the file of a record that is gone',
      act: (registrar) => registrar.downloadActivation(record),
      want: { code: 'REGISTRAR_REFUSED', message: 'status 404: ResourceNotFound', advice: 'Plan again.' },
    },
    {
      name: 'a name that climbs',
      act: (registrar) => registrar.deregister({ ...record, name: '..' }),
      want: { code: 'REGISTRAR_REFUSED', message: '".." is not a name', advice: 'Names may hold letters' },
    },
  ])('$name says what, why and what to do', async ({ options, act, want }) => {
    const { registrar, cloud } = await open(options)
    const error = await act(registrar).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(DeviceError)
    expect(error).toMatchObject({
      code: want.code,
      message: expect.stringContaining(want.message),
      advice: expect.stringContaining(want.advice),
    })
    expect(cloud.records()).toEqual([])
  })

  it('is not asked for again by every sensor of a fleet', async () => {
    const { registrar, cloud } = await open({ tokens: ['wrong'] })
    const codes = await Promise.all(
      ['a', 'b', 'c'].map((name) => registrar.lookup(name).catch(({ code }: DeviceError) => code)),
    )
    expect([codes, cloud.requests.length]).toEqual([Array(3).fill('REGISTRAR_DENIED'), 1])
  })
})

it('says that @azure/identity is needed when no token is declared', async () => {
  const { cloud, registrar: _, ...rest } = await open()
  const { registrar } = openRegistrar(cloud.endpoint, cloud.pin, { config: { token: undefined } })
  stops.push(() => registrar.close?.())
  await expect(registrar.lookup('line-1')).rejects.toMatchObject({
    code: 'REGISTRAR_DENIED',
    message: expect.stringContaining('no token is declared'),
    advice: expect.stringContaining('npm install @azure/identity'),
  })
  expect(rest.secretsRead()).toBe(0)
})

describe('trouble on the way', () => {
  const operation = 'SiteSensors_CreateOrUpdate'
  test.each(['cutBefore', 'cutAfter'] as const)(
    '%s a PUT: it is sent again, and the record is made once',
    async (kind) => {
      const { registrar, cloud, faults, attempts } = await open()
      faults.add({ kind, appliance: '(cloud)', operation, nth: 1 })
      expect(await registrar.register('line-1', put)).toEqual(putRecord)
      expect(attempts.slice(-2)).toEqual(['PUT cut', expect.stringMatching(/^PUT 20[01]$/)])
      expect(cloud.records()).toHaveLength(1)
    },
  )

  it('cut after a DELETE: it is sent again and finds nothing, which is success', async () => {
    const { registrar, cloud, faults, attempts } = await open()
    cloud.seed(line1)
    faults.add({ kind: 'cutAfter', appliance: '(cloud)', operation: 'SiteSensors_Delete', nth: 1 })
    await registrar.deregister(record)
    expect([attempts, cloud.records()]).toEqual([['DELETE cut', 'DELETE 204'], []])
  })

  it('waits as long as Retry-After asks', async () => {
    const { registrar, faults, pauses } = await open()
    faults.add({ kind: 'throttle', appliance: '(cloud)', operation: 'Sites_List', retryAfterSeconds: 7, count: 2 })
    expect(await registrar.lookup('line-1')).toEqual({ state: 'absent' })
    expect(pauses).toEqual([7000, 7000])
  })

  it('does not wait for long: a run says so instead', async () => {
    const { registrar, faults, pauses } = await open()
    faults.add({ kind: 'throttle', appliance: '(cloud)', operation: 'Sites_List', retryAfterSeconds: 3600 })
    await expect(registrar.lookup('line-1')).rejects.toMatchObject({
      code: 'REGISTRAR_ERROR',
      message: 'registrar cloud: listing the records: status 429: TooManyRequests: Too many requests.',
      advice: 'The cloud asks for fewer requests: run again later.',
    })
    expect(pauses).toEqual([])
  })

  it('a list that stays cut has changed nothing, and says so', async () => {
    const { registrar, faults } = await open()
    faults.add({ kind: 'cutBefore', appliance: '(cloud)', operation: 'Sites_List' })
    await expect(registrar.lookup('line-1')).rejects.toMatchObject({
      code: 'REGISTRAR_UNREACHABLE',
      advice: 'Nothing was changed: run again later.',
    })
  })

  it('gives up a write that stays cut, and does not trust what it listed before', async () => {
    const { registrar, faults, cloud } = await open()
    await registrar.lookup('line-1')
    faults.add({ kind: 'cutAfter', appliance: '(cloud)', operation })
    await expect(registrar.register('line-1', put)).rejects.toMatchObject({
      code: 'REGISTRAR_UNREACHABLE',
      message: expect.stringContaining('registering line-1'),
      advice: 'Whether the cloud did it is not known: plan again.',
    })
    faults.remove()
    expect(cloud.records()).toHaveLength(1)
    expect(await registrar.lookup('line-1')).toMatchObject({ state: 'present' })
  })

  it.each([
    ['a server error that stays', { kind: 'status', status: 500 }, 'REGISTRAR_ERROR', 'status 500'],
    ['a page of a proxy', { kind: 'status', status: 502, body: '<html>' }, 'REGISTRAR_ERROR', 'status 502'],
    ['a body that is cut', { kind: 'malformedBody' }, 'REGISTRAR_ERROR', 'is not JSON'],
    ['a list that is none', { kind: 'malformedBody', body: '{"values":[]}' }, 'REGISTRAR_ERROR', 'is not a list'],
  ] as const)('%s ends in a sentence', async (_, fault, code, message) => {
    const { registrar, faults } = await open()
    faults.add({ ...fault, appliance: '(cloud)' })
    await expect(registrar.lookup('line-1')).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
  })

  it('ends at once when the run is called off, and leaves the others their answers', async () => {
    const { registrar, faults } = await open()
    faults.add({ kind: 'latency', appliance: '(cloud)', ms: 200 })
    const caller = new AbortController()
    const [mine, others] = [registrar.lookup('line-1', { signal: caller.signal }), registrar.lookup('line-2')]
    caller.abort()
    await expect(mine).rejects.toMatchObject({ code: 'ABORTED' })
    expect(await others).toEqual({ state: 'absent' })
    await expect(registrar.register('line-1', put, caller.signal)).rejects.toMatchObject({ code: 'ABORTED' })
  })
})

describe('whether a record would be taken is asked beforehand', () => {
  const present: RegistrationRecord = { name: 'line-1', mode: 'cloud', site: 'berlin-plant', connected: false }

  test('a record of ours is written as it is', async () => {
    const { registrar, cloud } = await open()
    cloud.seed(line1)
    const [before] = cloud.records()
    await registrar.checkRegister?.('line-2', inBerlin, present)
    expect(cloud.records()).toEqual([{ ...before, modifiedAt: expect.any(String) }])
  })

  test.each([
    { name: 'a token that may only read', tokens: [readerToken], place: inBerlin, code: 'REGISTRAR_DENIED' },
    {
      name: 'a site that is not there',
      tokens: undefined,
      place: { mode: 'cloud', site: 'nowhere' } as const,
      code: 'REGISTRAR_REFUSED',
    },
  ])('$name is refused', async ({ tokens, place, code }) => {
    const { registrar, cloud } = await open(tokens && { tokens })
    cloud.seed(line1)
    const error: unknown = await registrar.checkRegister?.('line-2', place, present).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code })
    expect(cloud.records().map(({ name }) => name)).toEqual(['line-1'])
  })
})
