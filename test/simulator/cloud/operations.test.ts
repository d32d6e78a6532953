// Addresses: 127.20.120.x.
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { readActivationFile, verifyActivationFile, type ReadActivationFile } from '../../../formats/activation-file.ts'
import { readerToken, startMs, startTestCloud, subscriptionId, type Reply, type TestCloud } from './start.ts'

let running: TestCloud
beforeAll(async () => {
  running = await startTestCloud('127.20.120.1')
})
afterAll(() => running.stop())

const site = '/locations/eastus/sites/berlin-plant'
const sensor = `${site}/sensors/line-1`
const local = '/onPremiseSensors/air-1'
const localVersion = '2021-02-01-preview'
const provider = `/subscriptions/${subscriptionId}/providers/Microsoft.IoTSecurity`
const properties = (value: object): string => JSON.stringify({ properties: value })
const errorOf = ({ status, body }: Reply): unknown => [status, (body as { error?: { code?: string } })?.error?.code]

function fileOf({ status, type, bytes }: Reply): ReadActivationFile {
  expect([status, type]).toEqual([200, 'application/zip'])
  const read = readActivationFile(bytes)
  if ('problem' in read) throw new Error(read.problem)
  expect(verifyActivationFile(read, running.cloud.publicKey)).toBe(true)
  return read
}

const instant = expect.stringMatching(/^2026-03-01T00:00:/)
const systemData = {
  createdBy: 'simulated',
  createdByType: 'Application',
  createdAt: instant,
  lastModifiedBy: 'simulated',
  lastModifiedByType: 'Application',
  lastModifiedAt: instant,
}

describe('sites', () => {
  it('are listed, shown, made, changed and deleted', async () => {
    const berlin = {
      id: `${provider}/locations/eastus/sites/berlin-plant`,
      type: 'Microsoft.IoTSecurity/locations/sites',
      name: 'berlin-plant',
      properties: { displayName: 'berlin-plant', tags: {} },
      systemData,
    }
    expect((await running.send('GET', '/locations/eastus/sites')).body).toEqual({ value: [berlin] })
    expect((await running.send('GET', site)).body).toEqual(berlin)
    const hall = '/locations/eastus/sites/hall'
    const write = { displayName: 'Hall', tags: { tier: 'test' } }
    const made = await running.send('PUT', hall, { body: properties(write) })
    expect([made.status, made.body]).toEqual([201, expect.objectContaining({ name: 'hall', properties: write })])
    expect((await running.send('PUT', hall, { body: properties({ displayName: 'Hall 2' }) })).status).toBe(200)
    expect((await running.send('DELETE', hall)).status).toBe(200)
    expect((await running.send('DELETE', hall)).status).toBe(204)
    expect(errorOf(await running.send('GET', hall))).toEqual([404, 'ResourceNotFound'])
  })

  it('with sensors are not deleted', async () => {
    await running.send('PUT', `${site}/sensors/stays`, { body: properties({}) })
    expect(errorOf(await running.send('DELETE', site))).toEqual([409, 'CannotDeleteResource'])
    await running.send('DELETE', `${site}/sensors/stays`)
  })
})

const sensorBody = (zone: string | undefined, tiAutomaticUpdates: boolean) => ({
  name: 'line-1',
  id: `${provider}/locations/eastus/sites/berlin-plant/sensors/line-1`,
  type: 'Microsoft.IoTSecurity/locations/sites/sensors',
  properties: {
    sensorStatus: 'Unavailable',
    dynamicLearning: false,
    learningMode: true,
    tiAutomaticUpdates,
    tiStatus: 'UpdateAvailable',
    ...(zone && { zone }),
    sensorType: 'Ot',
  },
  systemData,
})

describe('sensors', () => {
  it('are made with 201, replaced with 200, deleted with 200 and then with 204', async () => {
    const made = await running.send('PUT', sensor, { body: properties({ zone: 'A12', tiAutomaticUpdates: true }) })
    expect([made.status, made.body]).toEqual([201, sensorBody('A12', true)])
    expect((await running.send('GET', `${site}/sensors`)).body).toEqual({ value: [sensorBody('A12', true)] })
    const replaced = await running.send('PUT', sensor, { body: properties({}) })
    expect([replaced.status, replaced.body]).toEqual([200, sensorBody(undefined, false)])
    expect((await running.send('GET', sensor)).body).toEqual(sensorBody(undefined, false))
    const gone = await running.send('DELETE', sensor)
    expect([gone.status, gone.bytes.length]).toEqual([200, 0])
    expect((await running.send('DELETE', sensor)).status).toBe(204)
    expect(errorOf(await running.send('GET', sensor))).toEqual([404, 'ResourceNotFound'])
  })

  it('have activation files: signed, each a new one', async () => {
    await running.send('PUT', sensor, { body: properties({}) })
    const files = [
      fileOf(await running.send('POST', `${sensor}/downloadActivation`)),
      fileOf(await running.send('POST', `${sensor}/downloadActivation`)),
    ]
    const recordId = running.cloud.records()[0]?.recordId
    expect(files.map(({ file }) => file)).toEqual(
      files.map(({ file: { id } }) => ({
        id,
        name: 'line-1',
        mode: 'cloud',
        subscriptionId,
        site: 'berlin-plant',
        recordId,
        createdAt: instant,
        expiresAt: null,
      })),
    )
    expect(new Set(files.map(({ file }) => file.id)).size).toBe(2)
    await running.send('DELETE', sensor)
  })

  it('have password files and take threat intelligence once they are connected', async () => {
    await running.send('PUT', sensor, { body: properties({}) })
    const reset = await running.send('POST', `${sensor}/downloadResetPassword`, { body: '{"applianceId":"a"}' })
    expect([reset.status, reset.type]).toEqual([200, 'application/zip'])
    expect(errorOf(await running.send('POST', `${sensor}/downloadResetPassword`))).toEqual([
      400,
      'InvalidRequestContent',
    ])
    const tiVersion = async () => {
      const trigger = await running.send('POST', `${sensor}/triggerTiPackageUpdate`)
      expect([trigger.status, trigger.bytes.length]).toEqual([200, 0])
      return ((await running.send('GET', sensor)).body as { properties: { tiVersion?: string } }).properties.tiVersion
    }
    expect(await tiVersion()).toBeUndefined()
    const { file } = fileOf(await running.send('POST', `${sensor}/downloadActivation`))
    running.cloud.link.connect(file.id, 'SN-1', 'line-1')
    expect(await tiVersion()).toBe('2022-03-01T00:00:00Z')
    await running.send('DELETE', sensor)
  })

  it('are found whatever the case of their names', async () => {
    await running.send('PUT', sensor, { body: properties({}) })
    expect((await running.send('GET', sensor.replace('line-1', 'LINE-1'))).body).toMatchObject({ name: 'line-1' })
    await running.send('DELETE', sensor)
  })
})

describe('locally managed sensors', () => {
  const options = { version: localVersion }
  it('are made without a body and carry no properties', async () => {
    const air = {
      name: 'air-1',
      id: `${provider}/onPremiseSensors/air-1`,
      type: 'Microsoft.IoTSecurity/onPremiseSensors',
      properties: {},
      systemData,
    }
    const made = await running.send('PUT', local, options)
    expect([made.status, made.body]).toEqual([201, air])
    expect((await running.send('PUT', local, options)).status).toBe(200)
    expect((await running.send('GET', '/onPremiseSensors', options)).body).toEqual({ value: [air] })
    expect((await running.send('GET', local, options)).body).toEqual(air)
    const { file } = fileOf(await running.send('POST', `${local}/downloadActivation`, options))
    const expiresAt = new Date(Date.parse(file.createdAt) + 365 * 86_400_000).toISOString()
    expect(file).toMatchObject({ name: 'air-1', mode: 'local', site: null, expiresAt })
    const reset = await running.send('POST', `${local}/downloadResetPassword`, {
      ...options,
      body: '{"applianceId":"a"}',
    })
    expect(reset.type).toBe('application/zip')
    expect((await running.send('DELETE', local, options)).status).toBe(200)
    expect((await running.send('DELETE', local, options)).status).toBe(204)
  })
})

it('lists packages with their upgrade paths', async () => {
  const path = '/defenderSettings/default/packageDownloads'
  const { status, body } = await running.send('POST', path, { version: localVersion, token: readerToken })
  expect([status, (body as { sensor: { upgrade: unknown } }).sensor.upgrade]).toEqual([
    200,
    [
      { version: '22.3.8.91', fromVersion: '10.5.5', versionKind: 'Latest', link: expect.any(String) },
      { version: '10.5.5', fromVersion: '3.1.1', versionKind: 'Previous', link: expect.any(String) },
    ],
  ])
})

test.each<[name: string, request: Parameters<TestCloud['send']>, refused: [number, string]]>([
  ['no token', ['GET', site, { token: null }], [401, 'AuthenticationFailed']],
  ['a wrong token', ['GET', site, { token: 'wrong' }], [401, 'InvalidAuthenticationToken']],
  ['a reader that writes', ['PUT', sensor, { token: readerToken, body: properties({}) }], [403, 'AuthorizationFailed']],
  ['a reader that deletes', ['DELETE', sensor, { token: readerToken }], [403, 'AuthorizationFailed']],
  [
    'a reader that downloads a file',
    ['POST', `${sensor}/downloadActivation`, { token: readerToken }],
    [403, 'AuthorizationFailed'],
  ],
  ['no api-version', ['GET', site, { version: null }], [400, 'MissingApiVersionParameter']],
  ['an unknown api-version', ['GET', site, { version: '2099-01-01' }], [400, 'InvalidApiVersionParameter']],
  ['an api-version of another resource', ['GET', site, { version: localVersion }], [404, 'InvalidResourceType']],
  ['an unknown resource type', ['GET', '/remoteConfigurations'], [404, 'InvalidResourceType']],
  ['an unknown location', ['GET', '/locations/westus/sites'], [404, 'LocationNotAvailableForResourceType']],
  ['a method that is not served', ['POST', site], [405, 'MethodNotAllowed']],
  [
    'a sensor in a site that is not there',
    ['PUT', '/locations/eastus/sites/none/sensors/line-1', { body: properties({}) }],
    [404, 'ParentResourceNotFound'],
  ],
  ['sensors of a site that is not there', ['GET', '/locations/eastus/sites/none/sensors'], [404, 'ResourceNotFound']],
  ['a sensor that is not there', ['POST', `${site}/sensors/no/downloadActivation`], [404, 'ResourceNotFound']],
  ['a body that is no JSON', ['PUT', sensor, { body: '{' }], [400, 'InvalidRequestContent']],
  ['a PUT without its body', ['PUT', sensor], [400, 'InvalidRequestContent']],
  ['a zone that is no text', ['PUT', sensor, { body: properties({ zone: 7 }) }], [400, 'InvalidRequestContent']],
  [
    'a site without a display name',
    ['PUT', '/locations/eastus/sites/hall', { body: properties({}) }],
    [400, 'InvalidRequestContent'],
  ],
  ['a name with a slash', ['PUT', `${site}/sensors/a%2Fb`, { body: properties({}) }], [400, 'InvalidResourceName']],
  ['a name that is no UTF-8', ['GET', `${site}/sensors/%ff`], [400, 'InvalidResourceName']],
])('%s is refused', async (_, request, refused) => expect(errorOf(await running.send(...request))).toEqual(refused))

it('challenges whoever has no token', async () => {
  expect((await running.send('GET', site, { token: null })).headers['www-authenticate']).toMatch(/^Bearer /)
})

it('reads with a reader token', async () => {
  expect((await running.send('GET', site, { token: readerToken })).status).toBe(200)
})

it('knows what time it is only from its clock', () => {
  expect(running.clock.nowMs()).toBeLessThan(startMs + 3_600_000)
})
