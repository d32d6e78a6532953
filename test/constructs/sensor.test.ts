/** `Sensor`: the spec with tokens in every position, as attributes of its resource. */
import { Aspects, Fn, Lazy, TerraformVariable, Testing, Token, type TerraformStack } from 'cdktf'
import { expect, test } from 'vitest'
import {
  ManagementConsole,
  secretVariable,
  Sensor,
  SensorformProvider,
  type SecretSource,
  type SensorConfig,
} from '../../constructs/index.ts'
import { sensorAttributes } from '../../schemas/terraform/generated.ts'
import { isNested, type Attributes } from '../../schemas/terraform/schema.ts'
import { sensorSchema } from '../../provider/sensorform/sensor/schema.ts'
import { toSnakeCase } from '../../schemas/terraform/names.ts'
import { synthesise } from './synth.ts'

const access = { endpoint: 'https://10.20.0.5', credentials: 'default', trust: [{ system: true as const }] }
const provider = (stack: TerraformStack) =>
  new SensorformProvider(stack, 'sensorform', {
    credentials: { default: { username: 'admin', password: { fromEnv: 'SENSOR_PASSWORD' } } },
  })

const one = (config: Omit<ConstructorParameters<typeof Sensor>[2], 'access'>) =>
  synthesise((stack) => {
    provider(stack)
    new Sensor(stack, 'line-1', { access, ...config })
  })

const attributesOf = (config: Parameters<typeof one>[0]): Record<string, unknown> => {
  const { access: _, ...attributes } = one(config).json.resource?.['sensorform_sensor']?.['line-1'] ?? {}
  return attributes
}

test('each form of a setting has its attribute', () => {
  const said = attributesOf({
    name: 'berlin-line-1',
    network: { subnetMask: '255.255.255.0', proxy: { port: 8080, password: { fromEnv: 'PROXY_PASSWORD' } } },
    certificate: { certificate: { content: 'PEM' }, privateKey: { fromFile: 'key.pem' } },
    forwarding: { rules: { 'to SIEM': { minimumSeverity: 'Major', protocols: 'any', engines: ['Malware'] } } },
  })
  expect(said).toEqual({
    name: 'berlin-line-1',
    network: { subnet_mask: '255.255.255.0', proxy: { port: 8080, password_from_env: 'PROXY_PASSWORD' } },
    certificate: { certificate: 'PEM', private_key_from_file: 'key.pem' },
    forwarding: { rules: { 'to SIEM': { minimum_severity: 'Major', protocols: ['any'], engines: ['Malware'] } } },
  })
})

test('a token stands in every position', () => {
  const { json } = synthesise((stack) => {
    provider(stack)
    const text = new TerraformVariable(stack, 'text', {})
    const token = Token.asAny(text.value)
    const first = new Sensor(stack, 'first', { access: { ...access, trust: [{ system: token }] } })
    new Sensor(stack, 'second', {
      access: { endpoint: `https://${first.reference('network.address')}:8443`, credentials: text.stringValue },
      time: { dateFormat: token, ntp: { enabled: token } },
      network: { dns: text.listValue, proxy: { port: text.numberValue } },
      forwarding: { rules: { r: { minimumSeverity: token, protocols: token, engines: [token] } } },
      systemProperties: { files: { f: { [text.stringValue]: Fn.upper(text.stringValue) } } },
    })
  })
  expect(json.resource?.['sensorform_sensor']?.['second']).toMatchObject({
    access: { endpoint: 'https://${sensorform_sensor.first.network.address}:8443', credentials: '${var.text}' },
    time: { date_format: '${var.text}', ntp: { enabled: '${var.text}' } },
    network: { dns: '${var.text}', proxy: { port: '${var.text}' } },
    forwarding: {
      rules: { r: { minimum_severity: '${var.text}', protocols: '${var.text}', engines: ['${var.text}'] } },
    },
    system_properties: { files: { f: { '${var.text}': '${upper(var.text)}' } } },
  })
})

/** Every place of the spec that a value may stand in, and the attribute that it becomes. */
function positions(attributes: Attributes, path: Position = { spec: [], attribute: [] }): Position[] {
  return Object.entries(attributes).flatMap(([name, attribute]) => {
    const { spec: link } = attribute
    if (!link || !['same', 'file'].includes(link.form)) return []
    const here = { spec: [...path.spec, link.key], attribute: [...path.attribute, name] }
    if (!isNested(attribute)) return [here]
    const item = { single: [], list: ['0'], set: ['0'], map: ['k'] }[attribute.nesting]
    const inner = { spec: [...here.spec, ...item], attribute: [...here.attribute, ...item] }
    return [here, ...positions(attribute.attributes, inner)]
  })
}

interface Position {
  spec: string[]
  attribute: string[]
}

const nest = ([key, ...rest]: readonly string[], value: unknown): unknown => {
  if (key === undefined) return value
  return key === '0' ? [nest(rest, value)] : { [key]: nest(rest, value) }
}

const every = positions(sensorAttributes)
test.each(every.map((one) => [one.spec.join('.'), one] as const))('a token stands at %s', (_, { spec, attribute }) => {
  expect(every.length).toBeGreaterThan(100)
  const { json } = synthesise((stack) => {
    provider(stack)
    const token = Token.asAny(new TerraformVariable(stack, 'v', {}).value)
    new Sensor(stack, 'line-1', { access, ...(nest(spec, token) as object) })
  })
  const said: unknown = json.resource?.['sensorform_sensor']?.['line-1']
  const at = attribute.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], said)
  expect(at).toBe('${var.v}')
})

test('a secret by value is an ephemeral variable with a version', () => {
  const { json, text } = synthesise((stack) => {
    provider(stack)
    const password = secretVariable(stack, 'proxy_password')
    new Sensor(stack, 'line-1', {
      access,
      network: { proxy: { password: { value: password.stringValue, version: 2 } } },
    })
  })
  expect(json.variable).toEqual({ proxy_password: { ephemeral: true, sensitive: true, type: 'string' } })
  expect(text).toContain('"password_wo": "${var.proxy_password}"')
  expect(text).toContain('"password_wo_version": 2')
})

const variable = Token.asString({ resolve: () => '${var.proxy}' })
const plainSecret = /network\.proxy\.password is a secret in plain text/
const refusedSecrets: readonly [string, unknown, RegExp][] = [
  ['text', { value: 'canary-1', version: 1 }, plainSecret],
  ['text with a token in it', { value: `canary-1${variable}`, version: 1 }, plainSecret],
  ['a token that becomes text', { value: Lazy.stringValue({ produce: () => 'canary-1' }), version: 1 }, plainSecret],
  ['text without its source', 'canary-1', plainSecret],
  ['a token without its source', variable, plainSecret],
  ['no source at all', {}, /network\.proxy\.password names no secret/],
  ['a value without a version', { value: variable }, /Add version: 1/],
]

test.each(refusedSecrets)('a secret given as %s is refused, and not quoted', (_, password, words) => {
  const attempt = () => one({ network: { proxy: { password: password as SecretSource } } })
  expect(attempt).toThrow(words)
  expect(attempt).not.toThrow(/canary/)
})

test('a secret of the provider is refused as text as well', () => {
  const password = { value: 'canary-2' }
  expect(() =>
    synthesise((stack) => {
      new SensorformProvider(stack, 'p', { credentials: { default: { username: 'a', password } } })
    }),
  ).toThrow(/credentials\.default\.password is a secret in plain text/)
})

/** What types do not tell: of a spread object, or in JavaScript. */
const mistakes: readonly [string, object, RegExp][] = [
  ['a key that is none', { tiem: { timezone: 'Etc/UTC' } }, /There is no setting tiem\. Did you mean time\?/],
  [
    'a key within a group',
    { time: { timeZone: 'Etc/UTC' } },
    /There is no setting time\.timeZone\. Did you mean timezone\?/,
  ],
  ['a key of a rule', { forwarding: { rules: { r: { engine: 'any' } } } }, /rules\.r\.engine\. Did you mean engines\?/],
  [
    'a key of the trust',
    { access: { ...access, trust: [{ pins: 'x' }] } },
    /access\.trust\.0\.pins\. Did you mean pin\?/,
  ],
  ['text for a group', { network: 'dhcp' }, /network must be a map, but is text/],
  ['a list for a map', { forwarding: { rules: [{}] } }, /forwarding\.rules must be a map, but is a list/],
  [
    'a map for a list',
    { access: { ...access, trust: { system: true } } },
    /access\.trust must be a list, but is a map/,
  ],
  ['a number that is none', { network: { proxy: { port: Number('x') } } }, /network\.proxy\.port is NaN/],
  ['a number without end', { network: { proxy: { port: 1 / 0 } } }, /network\.proxy\.port is Infinity/],
  ['a function', { network: { dns: [() => '10.0.0.1'] } }, /network\.dns\.0 is a function/],
  ['a file that is not there', { certificate: { certificate: { file: 'no.crt' } } }, /file no\.crt cannot be read/],
  ['text for a file', { certificate: { certificate: 'PEM' } }, /certificate\.certificate must be \{ file/],
]

test.each(mistakes)('%s fails the synth, with its path', (_, config, words) => {
  expect(() => one(config)).toThrow(words)
})

const withUnknown: Pick<SensorConfig, 'access'> = Object.assign({ access }, { tiem: {} })

test('what an aspect makes of a spec is checked as well', () => {
  expect(() =>
    synthesise((stack) => {
      provider(stack)
      new Sensor(stack, 'line-1', { access })
      Aspects.of(stack).add({
        visit: (node) => {
          if (node instanceof Sensor) node.spec = withUnknown
        },
      })
    }),
  ).toThrow(/There is no setting tiem/)
})

test('a key that is none of the provider or of a console fails the synth', () => {
  const wrong: object = { credential: {} }
  expect(() => synthesise((stack) => void new SensorformProvider(stack, 'p', wrong))).toThrow(/mean credentials\?/)
  expect(() => synthesise((stack) => void new ManagementConsole(stack, 'hq', withUnknown))).toThrow(/no setting tiem/)
})

test('two providers without an alias fail the synth', () => {
  expect(() =>
    synthesise((stack) => {
      provider(stack)
      new SensorformProvider(stack, 'other', {})
    }),
  ).toThrow(/stack\/other\] The provider stack\/sensorform has no alias as well/)
})

const referenceTo = (path: string): string => {
  const { json } = synthesise((stack) => {
    provider(stack)
    const first = new Sensor(stack, 'first', { access })
    new Sensor(stack, 'second', { access, name: first.reference(path) })
  })
  return String(json.resource?.['sensorform_sensor']?.['second']?.['name'])
}

test.each([
  ['network.subnetMask', '${sensorform_sensor.first.network.subnet_mask}'],
  ['network.dns.0', '${sensorform_sensor.first.network.dns[0]}'],
  ['access.trust.0.pinFile', '${sensorform_sensor.first.access.trust[0].pin_file}'],
  [
    'forwarding.rules["to SIEM"].minimumSeverity',
    '${sensorform_sensor.first.forwarding.rules["to SIEM"].minimum_severity}',
  ],
  ['systemProperties.files.myFile.someKey', '${sensorform_sensor.first.system_properties.files["myFile"]["someKey"]}'],
])('%s is referred to as %s', (path, written) => {
  expect(referenceTo(path)).toBe(written)
})

test.each([
  ['network.hostnam', /There is no setting network\.hostnam\. Did you mean hostname\?/],
  ['network.proxy.password', /network\.proxy\.password is a secret, which no resource tells/],
])('a reference to %s is refused', (path, words) => {
  expect(() => referenceTo(path)).toThrow(words)
})

const idsOf = (name: string) => Object.keys(one({ name }).json.resource?.['sensorform_sensor'] ?? {})

test('a renamed sensor keeps its logical id', () => {
  expect(idsOf('berlin-line-1')).toEqual(idsOf('hamburg-line-9'))
})

test('overrides and aspects change what is said', () => {
  const { json } = synthesise((stack) => {
    provider(stack)
    const sensor = new Sensor(stack, 'line-1', {
      access,
      time: { timezone: 'Europe/Berlin' },
      lifecycle: { preventDestroy: true },
    })
    sensor.addOverride('network.hostname', 'line-1')
    Aspects.of(stack).add({
      visit: (node) => {
        if (node instanceof Sensor) node.spec = { ...node.spec, time: { timezone: 'Etc/UTC' } }
      },
    })
  })
  expect(json.resource?.['sensorform_sensor']?.['line-1']).toMatchObject({
    time: { timezone: 'Etc/UTC' },
    network: { hostname: 'line-1' },
    lifecycle: { prevent_destroy: true },
  })
})

test('what cdktf offers for tests of units knows our resources', () => {
  const { text } = one({ name: 'n' })
  expect(Testing.toHaveResourceWithProperties(text, Sensor.tfResourceType, { name: 'n' })).toBe(true)
  expect(Testing.toHaveProvider(text, SensorformProvider.tfResourceType)).toBe(true)
})

test('a console is a resource as well', () => {
  const { json } = synthesise((stack) => {
    provider(stack)
    new ManagementConsole(stack, 'hq', { access, sensorBackups: { collect: true, keepPerSensor: 5 } })
  })
  expect(json.resource?.['sensorform_management_console']?.['hq']).toMatchObject({
    sensor_backups: { collect: true, keep_per_sensor: 5 },
  })
})

test('there is a getter for all that a sensor says of itself', () => {
  const facts = Object.entries(sensorSchema.attributes)
    .filter(([name, { computed }]) => computed && !Object.hasOwn(sensorAttributes, name))
    .map(([name]) => name)
  const getters = [Sensor.prototype, Object.getPrototypeOf(Sensor.prototype) as object].flatMap((prototype) =>
    Object.entries(Object.getOwnPropertyDescriptors(prototype)).flatMap(([name, property]) =>
      'get' in property && property.get !== undefined ? [name] : [],
    ),
  )
  expect(getters.map(toSnakeCase).sort()).toEqual(facts.sort())
})

test('what the resource does besides the spec is an argument of its own', () => {
  expect(attributesOf({ name: 'line-1', onDestroy: 'unregister', onUnreachable: 'keep' })).toEqual({
    name: 'line-1',
    on_destroy: 'unregister',
    on_unreachable: 'keep',
  })
})
