/** Configurations as specs and back, and what is said about a bad one. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unknown, type ObjectValue } from '../../provider/model/value.ts'
import { checkSpec, problemDiagnostic } from '../../provider/spec/check-spec.ts'
import { fromSpec, nestFlat } from '../../provider/spec/from-spec.ts'
import { toSpec, variableFor } from '../../provider/spec/to-spec.ts'
import { applianceSchemas } from '../../schemas/documents.ts'
import { flatten } from '../../schemas/fields.ts'
import { sensorSettings } from '../../schemas/sensor.ts'
import { sensorAttributes } from '../../schemas/terraform/generated.ts'
import { configurations } from './support/arbitrary.ts'

const pin = `sha256/${'A'.repeat(43)}=`

const config: ObjectValue = {
  access: { endpoint: 'https://10.20.0.5', credentials: 'default', trust: [{ pin }] },
  name: 'berlin-line-1',
  network: {
    dns: ['10.20.0.2'],
    proxy: { host: 'proxy.example', username: 'p', password_wo: 's3cret', password_wo_version: 2 },
  },
  certificate: { certificate: '-----BEGIN', private_key_from_file: 'line-1.key' },
  forwarding: {
    rules: {
      'to SIEM': {
        protocols: ['any'],
        engines: ['Malware'],
        actions: { main: { syslog: { host: 'siem', port: 514, format: 'cef', protocol: 'tcp' } } },
      },
    },
  },
}

const secretAt = variableFor(['network', 'proxy', 'password'], 2)

test('a configuration is a spec', () => {
  const form = toSpec(sensorAttributes, config)
  expect(form.spec).toEqual({
    access: { endpoint: 'https://10.20.0.5', credentials: 'default', trust: [{ pin }] },
    name: 'berlin-line-1',
    network: {
      dns: ['10.20.0.2'],
      proxy: { host: 'proxy.example', username: 'p', password: { fromEnv: secretAt } },
    },
    certificate: { certificate: { file: 'certificate.certificate' }, privateKey: { fromFile: 'line-1.key' } },
    forwarding: {
      rules: {
        'to SIEM': {
          protocols: 'any',
          engines: ['Malware'],
          actions: { main: { syslog: { host: 'siem', port: 514, format: 'cef', protocol: 'tcp' } } },
        },
      },
    },
  })
  expect(form.files).toEqual(new Map([['certificate.certificate', '-----BEGIN']]))
  expect(form.secrets).toEqual(new Map([[secretAt, 's3cret']]))
  expect(form.unknowns).toEqual([])
  expect(applianceSchemas.Sensor.spec.safeParse(form.spec).error).toBeUndefined()
})

test('a state, which holds no secret, is the same spec', () => {
  const stored = { network: { proxy: { host: 'proxy.example', password_wo: null, password_wo_version: 2 } } }
  expect(toSpec(sensorAttributes, stored)).toMatchObject({
    spec: { network: { proxy: { host: 'proxy.example', password: { fromEnv: secretAt } } } },
    secrets: new Map(),
  })
})

test('what is unknown is left out, and remembered', () => {
  const form = toSpec(sensorAttributes, {
    name: unknown,
    network: { dns: ['10.20.0.2', unknown], hostname: 'a' },
    time: unknown,
    forwarding: { rules: { ops: unknown, log: { minimum_severity: 'Minor', actions: unknown } } },
  })
  expect(form.spec).toEqual({
    network: { hostname: 'a' },
    forwarding: { rules: { log: { minimumSeverity: 'Minor' } } },
  })
  expect(form.unknowns).toEqual([
    ['name'],
    ['time'],
    ['network', 'dns'],
    ['forwarding', 'rules', 'ops'],
    ['forwarding', 'rules', 'log', 'actions'],
  ])
})

test('what stands for a spec stands for it again', () => {
  const values = configurations(sensorAttributes, { leaveOut: ({ spec }) => /^secret|^file/.test(spec?.form ?? '') })
  fc.assert(
    fc.property(values, (value) => {
      expect(fromSpec(sensorAttributes, toSpec(sensorAttributes, value).spec)).toEqual(value)
    }),
  )
})

test('what was read by path is a value', () => {
  const settings = {
    network: { dns: ['10.20.0.2'], proxy: { enabled: true, host: 'h' } },
    forwarding: { rules: { 'to SIEM': { minimumSeverity: 'Minor' } } },
  }
  const live = fromSpec(sensorAttributes, nestFlat(flatten(sensorSettings, settings)))
  expect(live['network']).toMatchObject({ dns: ['10.20.0.2'], proxy: { enabled: true, host: 'h', port: null } })
  expect(live['forwarding']).toMatchObject({ rules: { 'to SIEM': { minimum_severity: 'Minor', actions: null } } })
})

const found = (changed: ObjectValue) =>
  checkSpec(applianceSchemas.Sensor.spec, sensorAttributes, { ...config, ...changed }).diagnostics
const withAction = (action: ObjectValue) => ({ forwarding: { rules: { ops: { actions: { a: action } } } } })

describe('a bad configuration', () => {
  test('and a good one', () => expect(found({})).toEqual([]))

  test.each<[string, ObjectValue, unknown[]]>([
    ['a value', { time: { timezone: 'Europe/Berlni' } }, ['time', 'timezone']],
    ['an element of a list', { network: { dns: ['10.20.0.2', 'x'] } }, ['network', 'dns', 1]],
    [
      'an attribute of a map, by its name in Terraform',
      { forwarding: { rules: { 'to SIEM': { minimum_severity: 'Low' } } } },
      ['forwarding', 'rules', 'to SIEM', 'minimum_severity'],
    ],
    ['a file', { certificate: { private_key_from_env: 'no-name' } }, ['certificate', 'private_key_from_env']],
    [
      'a secret in two ways',
      { certificate: { private_key_from_env: 'A', private_key_from_file: 'b' } },
      ['certificate', 'private_key_from_env'],
    ],
    ['a secret without a version', { certificate: { passphrase_wo: 'x' } }, ['certificate', 'passphrase_wo']],
    [
      'a version without a secret',
      { certificate: { passphrase_wo_version: 1 } },
      ['certificate', 'passphrase_wo_version'],
    ],
    ['a connection to no management console', { management_console: { enabled: true } }, ['management_console']],
  ])('is told at %s', (_, changed, path) => {
    expect(found(changed)[0]).toMatchObject({ severity: 'error', path })
  })

  test('is told once, with its code, and without the value', () => {
    expect(found({ time: { timezone: 'Europe/Berlni' } })).toEqual([
      {
        severity: 'error',
        summary: 'timezone is not an IANA time zone such as Europe/Berlin',
        detail: 'Did you mean Europe/Berlin? (VALUE_INVALID)',
        path: ['time', 'timezone'],
      },
    ])
  })

  test('is told in the words of the documents', () => {
    expect(found({ management_console: { enabled: true } })).toEqual([
      {
        severity: 'error',
        summary: 'managementConsole is on, but nothing says with which management console',
        detail: 'Give console where a ManagementConsole document declares it, connectionString otherwise. (REQUIRED)',
        path: ['management_console'],
      },
    ])
  })

  test('is not told where something is unknown', () => {
    expect(found({ access: { endpoint: unknown, trust: [{ pin: unknown }] }, network: unknown })).toEqual([])
    expect(found({ network: { address: '10.0.0.0', subnet_mask: unknown, gateway: '10.0.0.1' } })).toEqual([])
    expect(found(withAction({ email: unknown }))).toEqual([])
    expect(found(withAction({ email: unknown, netwitness: null }))).toEqual([])
    expect(found(withAction({}))).toHaveLength(1)
    expect(found({ management_console: { enabled: true, console: unknown } })).toEqual([])
  })
})

test('a problem of the engine is shown at the line of its field', () => {
  const problem = {
    severity: 'warning',
    code: 'HELD',
    summary: 'It is held.',
    field: 'network.proxy.password',
  } as const
  expect(problemDiagnostic(sensorAttributes, problem, config)).toEqual({
    severity: 'warning',
    summary: 'It is held',
    detail: '(HELD)',
    path: ['network', 'proxy', 'password_wo'],
  })
})
