/**
 * Documents with mistakes. What loading says about each stands in bad-input.txt.
 *
 * @module
 */
/** A fleet document and its separator. */
export const fleet = `apiVersion: sensorform.io/v1
kind: Fleet
metadata: { name: acme }
spec:
  credentials:
    default: { username: admin, password: { fromEnv: SENSOR_PASSWORD } }
  registrars:
    cloud: { azure: { endpoint: https://cloud.example, subscriptionId: s, location: eastus } }
---
`
const pin = `{ pin: sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= }`
const head = `apiVersion: sensorform.io/v1
kind: Sensor
metadata: { name: line-1 }
spec:
`
const access = `  access: { endpoint: https://10.20.0.5, credentials: default, trust: [${pin}] }\n`
/** A management console, whose spec ends with these lines. */
export const console = (spec: string, name = 'hq'): string =>
  `${head.replace('Sensor', 'ManagementConsole').replace('line-1', name)}${access.replace('10.20.0.5', '10.1.0.9')}${spec}`
/** A fleet with one sensor, whose spec ends with these lines. */
export const sensor = (spec: string): string => fleet + head + access + spec
/** What is wrong, and the files. The word CANARY is a secret that must not come out again. */
export const badInput: readonly (readonly [name: string, files: Readonly<Record<string, string | Uint8Array>>])[] = [
  ['an empty folder', {}],
  ['an empty file', { 'a.yaml': '' }],
  ['comments only', { 'a.yaml': '# nothing\n---\n# here\n' }],
  ['files of other types only', { 'a.json': '{}', '.hidden/a.yaml': fleet, 'node_modules/a.yaml': fleet }],
  [
    'bytes that are not UTF-8',
    { 'a.yaml': Buffer.concat([Buffer.from('a: 1\nb: '), Buffer.from([0xff, 0xfe]), Buffer.from('\n')]) },
  ],
  ['UTF-16', { 'a.yaml': Buffer.from('\ufeffkind: Fleet\n', 'utf16le') }],
  ['more than a mebibyte', { 'a.yaml': '# '.padEnd(1024 * 1024 + 1, 'x') }],
  ['a scalar as document', { 'a.yaml': 'hello\n' }],
  ['a list as document', { 'a.yaml': '- kind: Sensor\n' }],
  ['a document without kind', { 'a.yaml': 'apiVersion: sensorform.io/v1\nmetadata: { name: a }\n' }],
  ['a document without apiVersion', { 'a.yaml': fleet + 'kind: Sensor\nmetadata: { name: a }\nspec: {}\n' }],
  ['another apiVersion and kind', { 'a.yaml': 'apiVersion: v2\nkind: Deployment\n' }],
  ['a kind that is a list', { 'a.yaml': 'apiVersion: sensorform.io/v1\nkind: [Sensor]\n' }],
  ['a misspelt kind', { 'a.yaml': 'apiVersion: sensorform.io/v1\nkind: sensor\nmetadata: { name: a }\n' }],
  ['a document of kind and apiVersion alone', { 'a.yaml': 'apiVersion: sensorform.io/v1\nkind: Sensor\n' }],
  ['an unclosed bracket', { 'a.yaml': fleet + 'kind: Sensor\nmetadata: { name: a\nspec: {}\n' }],
  ['an unclosed quote', { 'a.yaml': 'kind: "Sensor\n' }],
  ['a tab as indentation', { 'a.yaml': 'kind: Sensor\nspec:\n\tname: a\n' }],
  ['a tab in a flow map', { 'a.yaml': sensor('  time: {\ttimezone: Europe/Berlin }\n') }],
  ['bad indentation', { 'a.yaml': 'kind: Sensor\nmetadata:\n  name: a\n site: b\n' }],
  ['a colon in a plain value', { 'a.yaml': sensor('  hold: { until: 2030-01-01, reason: note: this }\n') }],
  ['a plain value that begins with @', { 'a.yaml': sensor('  name: @line\n') }],
  ['an alias of nothing', { 'a.yaml': sensor('  time: *time\n') }],
  ['an alias that holds itself', { 'a.yaml': sensor('  time: &t { ntp: *t }\n') }],
  [
    'aliases that multiply',
    {
      'a.yaml':
        [
          'a: &a [x,x,x,x,x,x,x,x,x]',
          ...'bcdefgh'.split('').map(
            (c, i) =>
              `${c}: &${c} [${Array(9)
                .fill('*' + 'abcdefg'[i])
                .join(',')}]`,
          ),
        ].join('\n') + '\n',
    },
  ],
  ['deep nesting', { 'a.yaml': '['.repeat(20000) + ']'.repeat(20000) }],
  ['a tag', { 'a.yaml': sensor('  name: !!binary aGVsbG8=\n') }],
  ['a tag that would run code', { 'a.yaml': sensor('  name: !!js/function "function(){}"\n') }],
  ['a merge key', { 'a.yaml': sensor('  time: { <<: { timezone: Europe/Berlin } }\n') }],
  ['the key __proto__', { 'a.yaml': sensor('  forwarding: { rules: { __proto__: { minimumSeverity: Major } } }\n') }],
  ['YAML 1.1', { 'a.yaml': '%YAML 1.1\n---\nkind: Sensor\n' }],
  ['a map as key', { 'a.yaml': sensor('  ? { a: b }\n  : c\n') }],
  ['a duplicate key', { 'a.yaml': sensor('  name: line-a\n  name: line-b\n  registration: { registrar: cloud }\n') }],
  [
    'duplicate keys in a flow map',
    { 'a.yaml': sensor('  time: { timezone: Europe/Berlin, timezone: Europe/Paris }\n') },
  ],
  ['two sensors with one key', { 'a.yaml': sensor(''), 'b.yaml': head + access.replace('.5,', '.6,') }],
  [
    'two sites with one name',
    {
      'a.yaml':
        sensor('') +
        `---\napiVersion: sensorform.io/v1\nkind: Site\nmetadata: { name: berlin }\nspec: {}\n---\napiVersion: sensorform.io/v1\nkind: Site\nmetadata: { name: berlin }\nspec: {}\n`,
    },
  ],
  ['two fleets', { 'a.yaml': sensor(''), 'b.yaml': fleet.replace('acme', 'other').replace('---\n', '') }],
  [
    'one name in one registrar, in another case',
    {
      'a.yaml':
        sensor('  name: line-a\n  registration: { registrar: cloud }\n') +
        '---\n' +
        head.replace('line-1', 'line-2') +
        access.replace('.5,', '.6,') +
        '  name: Line-A\n  registration: { registrar: cloud }\n',
    },
  ],
  [
    'one endpoint, spelt in two ways',
    {
      'a.yaml':
        sensor('').replace('https://10.20.0.5', 'https://LINE.example:443/') +
        '---\n' +
        head.replace('line-1', 'line-2') +
        access.replace('10.20.0.5', 'line.example'),
    },
  ],
  [
    'an unknown site, credentials and registrar',
    {
      'a.yaml': sensor('  registration: { registrar: clud }\n')
        .replace('{ name: line-1 }', '{ name: line-1, site: berlin }')
        .replace('credentials: default,', 'credentials: defualt, readCredentials: reader,'),
    },
  ],
  [
    'names that are unknown in a document with other mistakes, and in defaults',
    {
      'a.yaml':
        sensor('  tim: {}\n').replace('{ name: line-1 }', '{ name: line-1, site: berln }') +
        '---\napiVersion: sensorform.io/v1\nkind: Site\nmetadata: { name: berlin }\nspec: { defaults: { registration: { registrar: azure } } }\n',
    },
  ],
  [
    'a former key that is in use',
    {
      'a.yaml':
        sensor('') +
        '---\n' +
        head.replace('name: line-1', 'name: line-2, formerKey: line-1') +
        access.replace('.5,', '.6,'),
    },
  ],
  [
    'a former key that is the own key',
    { 'a.yaml': sensor('').replace('{ name: line-1 }', '{ name: line-1, formerKey: line-1 }') },
  ],
  [
    'many mistakes at once',
    {
      'a.yaml': sensor(
        '  nam: x\n  time: { timezone: Berlin, dateFormat: dd.MM.yyyy, ntp: { enabled: yes } }\n  network: { gatway: 1, dns: 10.0.0.1, hostname: -a- }\n',
      ),
    },
  ],
  ['a top-level key that belongs into spec', { 'a.yaml': sensor('') + 'time: { timezone: Europe/Berlin }\n' }],
  ['a key of nothing', { 'a.yaml': sensor('  time:\n  network:\n    dns:\n') }],
  [
    'null where nothing may be withdrawn',
    { 'a.yaml': fleet.replace('{ name: acme }', '{ name: null }') + head + access },
  ],
  ['a number for a string', { 'a.yaml': sensor('  name: 17\n') }],
  [
    'true for a string in labels',
    { 'a.yaml': sensor('').replace('{ name: line-1 }', '{ name: line-1, labels: { canary: true, tier: 1 } }') },
  ],
  ['a string for a boolean', { 'a.yaml': sensor('  backup: { enabled: "true" }\n') }],
  ['a list for a map', { 'a.yaml': sensor('  time: [Europe/Berlin]\n') }],
  ['a map for a list', { 'a.yaml': sensor('  network: { dns: { a: 10.0.0.1 } }\n') }],
  ['a scalar for a map', { 'a.yaml': sensor('  network: 10.0.0.1\n') }],
  ['a string for a number', { 'a.yaml': sensor('  network: { proxy: { host: p.example, port: "3128" } }\n') }],
  ['a port out of range', { 'a.yaml': sensor('  network: { proxy: { host: p.example, port: 70000 } }\n') }],
  ['a fraction for a whole number', { 'a.yaml': sensor('  network: { proxy: { host: p.example, port: 3.5 } }\n') }],
  ['an empty list', { 'a.yaml': sensor('  network: { dns: [] }\n') }],
  ['an empty string', { 'a.yaml': sensor('  name: ""\n') }],
  ['wrong list items', { 'a.yaml': sensor('  network: { dns: [10.0.0.1, dns.example, 10.0.0.256, 5] }\n') }],
  [
    'a value of neither alternative',
    {
      'a.yaml': sensor(
        '  forwarding: { rules: { ops: { protocols: 5, engines: [Malwares], actions: { a: { email: { address: no } } } } } }\n',
      ),
    },
  ],
  [
    'a string of neither alternative',
    {
      'a.yaml': sensor(
        '  forwarding: { rules: { ops: { protocols: all, actions: { a: { email: { address: a@b.example } } } } } }\n',
      ),
    },
  ],
  [
    'a misspelt enum value',
    {
      'a.yaml': sensor(
        '  forwarding: { rules: { ops: { minimumSeverity: major, actions: { a: { email: { address: a@b.example } } } } } }\n',
      ),
    },
  ],
  [
    'two actions in one',
    {
      'a.yaml': sensor(
        '  forwarding: { rules: { ops: { actions: { a: { email: { address: a@b.example }, netwitness: { host: n.example, port: 1 } } } } } }\n',
      ),
    },
  ],
  [
    'what only a management console has',
    {
      'a.yaml': sensor(
        '  forwarding: { rules: { ops: { systemNotifications: true, actions: { hook: { webhook: { url: https://x.example } } } } } }\n',
      ),
    },
  ],
  [
    'a rule that declares nothing',
    { 'a.yaml': sensor('  forwarding: { rules: { ops: {}, sec: { actions: {} }, gone: { absent: true } } }\n') },
  ],
  ['a name with a slash in a rule', { 'a.yaml': sensor('  forwarding: { rules: { "a/b": { absent: true } } }\n') }],
  ['absent: false', { 'a.yaml': sensor('  forwarding: { rules: { ops: { absent: false } } }\n') }],
  [
    'TLS without CEF',
    {
      'a.yaml': sensor(
        '  forwarding: { rules: { ops: { actions: { a: { syslog: { host: s.example, port: 6514, format: leef, protocol: tls } } } } } }\n',
      ),
    },
  ],
  [
    'an incomplete action',
    { 'a.yaml': sensor('  forwarding: { rules: { ops: { actions: { a: { syslog: { host: s.example } } } } } }\n') },
  ],
  [
    'a network without sense',
    { 'a.yaml': sensor('  network: { address: 10.20.0.0, subnetMask: 255.255.255.0, gateway: 10.20.0.255 }\n') },
  ],
  [
    'a gateway outside, across two layers',
    {
      'a.yaml':
        fleet.replace('---\n', '  defaults: { network: { subnetMask: 255.255.255.0, gateway: 10.9.9.9 } }\n---\n') +
        head +
        access +
        '  network: { address: 10.20.0.7 }\n',
    },
  ],
  ['a mask that is none', { 'a.yaml': sensor('  network: { subnetMask: 255.0.255.0 }\n') }],
  [
    'a proxy, NTP and a target that lack something',
    {
      'a.yaml': sensor(
        '  network: { proxy: { enabled: true } }\n  time: { ntp: { enabled: true } }\n  backup: { target: { smb: { path: a } } }\n',
      ),
    },
  ],
  ['nothing declared of access', { 'a.yaml': fleet + head + '  time: { timezone: Europe/Berlin }\n' }],
  ['an empty access', { 'a.yaml': fleet + head + '  access: {}\n' }],
  ['access withdrawn', { 'a.yaml': fleet + head + '  access: null\n' }],
  ['an authority without a name', { 'a.yaml': sensor('').replace(pin, '{ system: true }') }],
  [
    'an authority without a name, for a registrar',
    { 'a.yaml': sensor('').replace('https://cloud.example', 'https://10.0.0.1') },
  ],
  [
    'a cloud-connected sensor without a site',
    { 'a.yaml': sensor('  name: a\n  registration: { registrar: cloud }\n  activation: { mode: cloud }\n') },
  ],
  [
    'a site of a sensor that is connected via an IoT hub',
    {
      'a.yaml': sensor('  name: a\n  registration: { registrar: cloud, site: plant }\n').replace(
        'location: eastus',
        'location: eastus, hub: /subscriptions/s/resourceGroups/r/providers/Microsoft.Devices/IotHubs/h',
      ),
    },
  ],
  [
    'an endpoint with a path, one without https',
    {
      'a.yaml': sensor('').replace('https://10.20.0.5', 'https://10.20.0.5/login'),
      'b.yaml': head.replace('line-1', 'line-2') + access.replace('https://10.20.0.5', 'http://10.20.0.6'),
    },
  ],
  ['a pin that is none', { 'a.yaml': sensor('').replace(pin, '{ pin: sha256/abc }') }],
  ['trust without anything, and with two', { 'a.yaml': sensor('').replace(pin, '{}, { pinFile: a, system: true }') }],
  ['a literal password', { 'a.yaml': sensor('').replace('{ fromEnv: SENSOR_PASSWORD }', 'CANARY') }],
  ['a literal password of digits', { 'a.yaml': sensor('').replace('{ fromEnv: SENSOR_PASSWORD }', '12345678') }],
  [
    'a literal password as a block',
    { 'a.yaml': sensor('  certificate:\n    passphrase: |\n      CANARY\n    name: 5\n') },
  ],
  [
    'a literal password in a map of its own making',
    { 'a.yaml': sensor('').replace('{ fromEnv: SENSOR_PASSWORD }', '{ value: CANARY }') },
  ],
  ['a literal password as a key', { 'a.yaml': sensor('').replace('{ fromEnv: SENSOR_PASSWORD }', '{ CANARY }') }],
  ['a literal password where a variable is named', { 'a.yaml': sensor('').replace('SENSOR_PASSWORD', 'CANARY-1!') }],
  [
    'a literal password beside other mistakes of the line',
    {
      'a.yaml': sensor('').replace(
        'username: admin, password: { fromEnv: SENSOR_PASSWORD }',
        'user: admin, password: CANARY, port: 5',
      ),
    },
  ],
  [
    'a literal password below a misspelt key',
    { 'a.yaml': sensor('').replace('password: { fromEnv: SENSOR_PASSWORD }', 'pasword: CANARY') },
  ],
  [
    'a literal password in a document of no kind',
    { 'a.yaml': 'kind: Flet\nspec: { credentials: { default: { password: CANARY } } }\n' },
  ],
  [
    'a literal password on a line that is no YAML',
    { 'a.yaml': 'kind: Fleet\nspec: { credentials: { default: { password: "CANARY } } }\n' },
  ],
  [
    'a literal password given twice',
    {
      'a.yaml': sensor('').replace(
        'password: { fromEnv: SENSOR_PASSWORD }',
        'password: CANARY, password: { fromEnv: A }',
      ),
    },
  ],
  [
    'a password in an endpoint',
    { 'a.yaml': sensor('').replace('https://10.20.0.5', 'https://admin:CANARY@10.20.0.5') },
  ],
  [
    'a private key in a document',
    {
      'a.yaml': sensor(
        '  certificate:\n    privateKey: |\n      -----BEGIN PRIVATE KEY-----\n      CANARY\n      -----END PRIVATE KEY-----\n',
      ),
    },
  ],
  [
    'a secret that is both',
    { 'a.yaml': sensor('').replace('{ fromEnv: SENSOR_PASSWORD }', '{ fromEnv: A, fromFile: b }') },
  ],
  ['a secret that is neither', { 'a.yaml': sensor('').replace('{ fromEnv: SENSOR_PASSWORD }', '{}') }],
  ['a secret that is null', { 'a.yaml': sensor('').replace('{ fromEnv: SENSOR_PASSWORD }', 'null') }],
  [
    'references that lead out',
    {
      'a.yaml': sensor(
        '  certificate: { certificate: { file: ../a.crt }, chain: { file: /etc/passwd }, privateKey: { fromFile: ../../a.key } }\n',
      ),
    },
  ],
  [
    'software: a form of version, a hash, names and places of packages',
    {
      'a.yaml': sensor(
        `  software:
    version: 22.x
    packages:
      "10.5.5": { file: legacy-sensor-secured-patcher-10.5.5.tar, sha256: abc }
      latest: { file: sensor-secured-patcher-22.3.9.tar, sha256: ${'a'.repeat(64)} }
`,
      ),
    },
  ],
  [
    'software: packages of other versions and of other names',
    {
      'a.yaml': sensor(
        `  software:
    version: "22.3.9"
    packages:
      "10.5.5": { file: legacy-sensor-secured-patcher-22.3.9.tar, sha256: ${'a'.repeat(64)} }
      "22.3.8": { file: update.tar, sha256: ${'a'.repeat(64)} }
`,
      ),
    },
  ],
  [
    'software: packages that are missing, or lie out of their folder',
    {
      'a.yaml': sensor(
        `  software:
    packages:
      "10.5.5": { file: legacy-sensor-secured-patcher-10.5.5.tar, sha256: ${'a'.repeat(64)} }
      "22.3.9": { file: ../sensor-secured-patcher-22.3.9.tar, sha256: ${'a'.repeat(64)} }
`,
      ),
    },
  ],
  [
    'files that do not exist',
    {
      'a.yaml': sensor(
        '  certificate: { certificate: { file: "${key}.crt" }, chain: { file: certs }, privateKey: { fromFile: later.key } }\n',
      ),
      'certs/x': '',
    },
  ],
  [
    'a caFile without a certificate, a broken pin file',
    {
      'a.yaml': sensor('')
        .replace(pin, '{ caFile: ca.pem }, { pinFile: pins.json }')
        .replace('trust:', 'serverName: a.example, trust:'),
      'ca.pem': 'x',
      'pins.json': '{ "line-1": { "pins": ["abc"] } }',
    },
  ],
  [
    'placeholders that are none',
    {
      'a.yaml': sensor(
        '  certificate: { privateKey: { fromFile: "${kye}.key" }, passphrase: { fromEnv: "P_${key" } }\n',
      ),
    },
  ],
  [
    'placeholders where none are filled in',
    {
      'a.yaml': sensor(
        '  name: "${key}"\n  network: { hostname: "${key}.example" }\n  hold: { until: "2030-01-01", reason: "${name}" }\n',
      ),
    },
  ],
  [
    'placeholders that stand for nothing',
    {
      'a.yaml': sensor(
        '  certificate: { privateKey: { fromFile: "${name}.key" }, passphrase: { fromEnv: "P_${site}" } }\n',
      ),
    },
  ],
  [
    'a placeholder in a registrar',
    { 'a.yaml': sensor('').replace('location: eastus', 'location: eastus, token: { fromEnv: "T_${key}" }') },
  ],
  ['holds', { 'a.yaml': sensor('  hold: { until: tomorrow, reason: "" }\n') }],
  ['a hold without a reason', { 'a.yaml': sensor('  hold: { until: 2030-01-01 }\n') }],
  [
    'expired holds',
    {
      'a.yaml':
        sensor('  hold: { until: 2020-01-01, reason: old }\n') +
        '---\napiVersion: sensorform.io/v1\nkind: Site\nmetadata: { name: berlin }\nspec: { hold: { until: "2020-01-01T00:00:00+01:00", reason: old } }\n',
    },
  ],
  [
    'windows',
    {
      'a.yaml':
        sensor('') +
        '---\napiVersion: sensorform.io/v1\nkind: Site\nmetadata: { name: berlin }\nspec: { window: { timezone: Mars/Base, open: [Sat 22-02, "Mon-Fri 20:00-23:00"] } }\n',
    },
  ],
  [
    'a policy without sense',
    {
      'a.yaml': sensor('').replace(
        '---\n',
        '  policy: { maxChangedSensors: 30, maxUnknownSensors: 101%, concurrency: 0, onError: stop, drift: ignore }\n---\n',
      ),
    },
  ],
  ['keys with capital letters', { 'a.yaml': sensor('').replace('line-1', 'Line_1') }],
  [
    'mistakes in a shared layer are told once',
    {
      'a.yaml':
        fleet.replace('---\n', '  defaults: { network: { proxy: { host: p.example } } }\n---\n') +
        head +
        access +
        '---\n' +
        head.replace('line-1', 'line-2') +
        access.replace('.5,', '.6,'),
    },
  ],
  [
    'a broken site does not break its sensors',
    {
      'a.yaml':
        sensor('').replace('{ name: line-1 }', '{ name: line-1, site: berlin }') +
        '---\napiVersion: sensorform.io/v1\nkind: Site\nmetadata: { name: berlin }\nspec: { defalts: {} }\n',
    },
  ],
  [
    'an unparsable file does not make names unknown',
    {
      'a.yaml': sensor('').replace('{ name: line-1 }', '{ name: line-1, site: berlin }'),
      'b.yaml': 'kind: Site\nmetadata: { name: berlin\n',
    },
  ],
  ['Windows line ends', { 'a.yaml': sensor('  tim: {}\n').replaceAll('\n', '\r\n') }],
  ['a byte order mark', { 'a.yaml': '\ufeff' + sensor('  tim: {}\n') }],
  ['a very long line', { 'a.yaml': sensor(`  hold: { until: 2030-01-01, reason: "${'x'.repeat(600)}" }\n`) }],
  ['control characters', { 'a.yaml': sensor('  name: a\0b\n') }],
  ['characters that turn the direction of text', { 'a.yaml': sensor('  name: line # \u202e1-enil\n') }],
  [
    'one endpoint, with a dot at its end',
    {
      'a.yaml':
        sensor('').replace('10.20.0.5', 'line.example.:8443') +
        '---\n' +
        head.replace('line-1', 'line-2') +
        access.replace('10.20.0.5', 'line.example:8443'),
    },
  ],
  [
    'addresses that only parsers of URLs understand',
    {
      'a.yaml': sensor('').replace('10.20.0.5', '010.20.0.5'),
      'b.yaml': head.replace('line-1', 'line-2') + access.replace('10.20.0.5', '0xa140006'),
      'c.yaml': head.replace('line-1', 'line-3') + access.replace('10.20.0.5', '%31%30.20.0.7'),
      'd.yaml': head.replace('line-1', 'line-4') + access.replace('10.20.0.5', '10.20.0.8:0'),
      'e.yaml': head.replace('line-1', 'line-5') + access.replace('10.20.0.5', String.raw`10.20.0.9\.evil.example`),
    },
  ],
  [
    'a network of addresses that are none',
    {
      'a.yaml': sensor('  network: { address: 10.20.0, subnetMask: 255.255.255.0, gateway: gw }\n'),
      'b.yaml':
        head.replace('line-1', 'line-2') +
        access.replace('10.20.0.5', '10.20.0.6') +
        '  network: { address: 10.20.0.6, subnetMask: 255.0.255.0, gateway: 10.20.0.1 }\n',
    },
  ],
  [
    'one network address in a site, from its defaults; and another site',
    {
      'a.yaml':
        fleet +
        ['berlin', 'hamburg']
          .map(
            (site) =>
              `apiVersion: sensorform.io/v1\nkind: Site\nmetadata: { name: ${site} }\nspec: { defaults: { network: { address: 10.0.0.5 } } }\n---\n`,
          )
          .join('') +
        [1, 2, 3]
          .map(
            (n) =>
              head.replace('{ name: line-1 }', `{ name: line-${n}, site: ${n < 3 ? 'berlin' : 'hamburg'} }`) +
              access.replace('.5,', `.${n},`),
          )
          .join('---\n'),
    },
  ],
  [
    'a gateway that is the sensor, and addresses of no host',
    {
      'a.yaml': sensor('  network: { address: 10.0.0.5, gateway: 10.0.0.5 }\n'),
      'b.yaml':
        head.replace('line-1', 'line-2') +
        access.replace('.5,', '.6,') +
        '  network: { address: 224.0.0.5, gateway: 0.0.0.1, dns: [255.255.255.255] }\n',
    },
  ],
  [
    'host names that are numbers',
    { 'a.yaml': sensor('  network: { hostname: 10.0.0.1 }\n  time: { ntp: { server: 1.2.3 } }\n') },
  ],
  ['time zones misspelt', { 'a.yaml': sensor('  time: { timezone: europe/berlin }\n') }],
  ['numbers without an end', { 'a.yaml': sensor('  network: { proxy: { host: p, port: .inf } }\n') }],
  [
    'a number that is far too large',
    { 'a.yaml': sensor('  network: { proxy: { host: p, port: 99999999999999999999 } }\n') },
  ],
  [
    'a string for a list, longer than the list may be',
    {
      'a.yaml': sensor(
        '  network: { dns: "10.0.0.1, 10.0.0.2" }\n  forwarding: { rules: { a: { engines: malware } } }\n',
      ),
    },
  ],
  [
    'a version that YAML reads as a number',
    { 'a.yaml': sensor('  backup: { target: { enabled: false, smb: { version: 3.0 } } }\n') },
  ],
  [
    'paths that climb',
    {
      'a.yaml': sensor('  backup: { directory: /var/../etc, target: { smb: { server: a, share: b, path: a/.. } } }\n'),
    },
  ],
  [
    'a name of a rule that ends with a space',
    { 'a.yaml': sensor('  forwarding: { rules: { "a ": { absent: true } } }\n') },
  ],
  [
    'a literal password that another key shares by its anchor',
    {
      'a.yaml': sensor('').replace(
        'username: admin, password: { fromEnv: SENSOR_PASSWORD }',
        'username: &p CANARY, password: *p, colour: red',
      ),
    },
  ],
  ['credentials that are a password alone', { 'a.yaml': sensor('').replace(/default: \{.*/, 'default: CANARY') }],
  ['credentials that are a list', { 'a.yaml': sensor('').replace(/\n {4}default: \{.*/, ' [admin, CANARY]') }],
  [
    'a literal password below a key of another language',
    { 'a.yaml': sensor('').replace('password:', 'motdepasse: CANARY, parole:') },
  ],
  [
    'a literal password in a key',
    { 'a.yaml': sensor('').replace('password: { fromEnv: SENSOR_PASSWORD }', '"password=CANARY": 1') },
  ],
  ['a literal password after an equals sign', { 'a.yaml': 'SENSOR_PASSWORD=CANARY\n' }],
  [
    'a proxy with its password',
    { 'a.yaml': sensor('  network: { proxy: { host: "user:CANARY@proxy", port: 80 } }\n') },
  ],
  [
    'a signature in an endpoint',
    { 'a.yaml': sensor('').replace('https://cloud.example', 'https://cloud.example/?sig=CANARY') },
  ],
  [
    'a private key in place of its path',
    { 'a.yaml': sensor('  certificate: { certificate: { file: "-----BEGIN PRIVATE KEY-----CANARY" } }\n') },
  ],
  [
    'a literal password of several lines that is no YAML',
    { 'a.yaml': fleet.replace('{ fromEnv: SENSOR_PASSWORD } }', '"one\n        CANARY" two }') },
  ],
  ['a literal password indented too little', { 'a.yaml': 'kind: Fleet\nspec:\n    password: "one\n CANARY"\n' }],
  ['a literal password in a block with a tab', { 'a.yaml': 'spec:\n  password: |\n    one\n\tCANARY\n  a: b\n' }],
  ['a console that no document declares', { 'a.yaml': sensor('  managementConsole: { console: hq }\n') }],
  [
    'a console and a connection string',
    { 'a.yaml': sensor('  managementConsole: { console: hq, connectionString: { fromEnv: X } }\n') },
  ],
  [
    'a connection to no management console',
    { 'a.yaml': sensor('  managementConsole:\n    enabled: true\n    zone: Assembly\n') },
  ],
  [
    'a connection to no management console, of two layers',
    {
      'a.yaml':
        fleet.replace('---\n', '  defaults: { managementConsole: { enabled: true, console: hq } }\n---\n') +
        `${head}${access}  managementConsole: { console: null }\n---\n${console('')}`,
    },
  ],
  [
    'a connection string as it is',
    { 'a.yaml': sensor('  managementConsole: { connectionString: "10.1.0.9:CANARY" }\n') },
  ],
  ['a console with the key of a sensor', { 'a.yaml': `${sensor('')}---\n${console('', 'line-1')}` }],
  [
    'a console with the endpoint of a sensor',
    { 'a.yaml': `${sensor('')}---\n${console('').replace('10.1.0.9', '10.20.0.5')}` },
  ],
  [
    'a mail server with every field wrong',
    {
      'a.yaml': sensor(
        '  mailServer: { host: "10.1.2", port: 70000, tls: ssl, sender: sensor, username: "", password: CANARY, ntlm: true }\n',
      ),
    },
  ],
  ['a mail server that is half declared', { 'a.yaml': sensor('  mailServer: { host: mail.plant.example }\n') }],
  [
    'a mail server that is off, with an email beside it',
    {
      'a.yaml': sensor(
        '  mailServer: { enabled: false }\n  forwarding: { rules: { ops: { actions: { a: { email: { address: ops@plant.example } }, b: { netwitness: { host: a.example, port: 1 } } } } } }\n',
      ),
    },
  ],
  [
    'a password that the mail server gets in the clear',
    {
      'a.yaml': sensor(
        '  mailServer: { host: a.example, port: 25, tls: none, sender: a@plant.example, username: a, password: { fromEnv: MAIL } }\n',
      ),
    },
  ],
  [
    'an action with every field wrong',
    {
      'a.yaml': sensor(
        `  forwarding:
    rules:
      ops:
        minimumSeverity: Low
        protocols: []
        engines: [Virus]
        actions:
          a: { email: { address: "a@b.example, c@d.example", timezone: Mars } }
          b: { syslog: { host: "a b", port: 0, format: json, protocol: sctp, timezone: 1, level: 3 } }
          c: { netwitness: { host: 1, port: "50005" } }
          d: { syslog: { host: a.example, port: 514, format: leef, protocol: tls } }
          e: { syslog: { host: a.example, port: 514, format: cef, protocol: udp, tls: { privateKey: CANARY } } }
    unmanagedRules: delete
`,
      ),
    },
  ],
  [
    'a webhook with every field wrong',
    {
      'a.yaml':
        fleet +
        console(
          `  forwarding:
    rules:
      ops:
        systemNotifications: "yes"
        alertNotifications: 1
        actions:
          a: { webhook: { url: ftp://ops.example, extended: maybe } }
          b: { webhook: { url: "https://user:CANARY@ops.example/hook" } }
          c: { webhook: { url: https://ops.example, headers: { "X Team": a, X-Two: "  b", X-Line: "a\\nb" } } }
          d: { webhook: { url: https://ops.example, headers: { Authorization: Bearer CANARY } } }
          e: { webhook: { url: https://ops.example, headers: { x-a: b }, secretHeaders: { X-B: CANARY } } }
          f: { webhook: {} }
          g: { webhook: { url: https://ops.example, headers: { x-a: b }, secretHeaders: { X-A: { fromEnv: A } } } }
`,
        ),
    },
  ],
  [
    'system properties without the acknowledgement',
    { 'a.yaml': sensor('  systemProperties: { files: { authentication.properties: { crl_retries: "3" } } }\n') },
  ],
  [
    'system properties with every mistake',
    {
      'a.yaml': sensor(
        `  systemProperties:
    acknowledgeUnsupported: yes
    withdrawnKeys: undo
    files:
      ../passwd: { a: "1" }
      two//slashes: { a: "1" }
      authentication.properties: { crl_retries: 3, infinity_session_expiration: false, "a=b": "1", x: "a\\nb" }
      backup.properties: crl_retries=3
`,
      ),
    },
  ],
  [
    'system properties that the vendor documents otherwise',
    {
      'a.yaml': sensor(
        `  systemProperties:
    acknowledgeUnsupported: true
    files:
      authentication.properties:
        crl_retries: many
        crl_retry: "3"
        cm_auth_token: CANARY
        certifcate_validation: "true"
        infinity_session_expiration: "false"
      authentication.property: { infinity_session_expiration: "true" }
      autentication.properties: { some_key: "1" }
      backup.properties: { crl_retries: "3", backup_directory_path: /var }
      Azure Remote Config: { block_local_config: "2" }
      traffic_monitor/traffic-monitor.properties: { ldap_password: CANARY, horizon.processor.filter: "" }
`,
      ),
    },
  ],
  [
    'a console with aspects of a sensor',
    { 'a.yaml': fleet + console('  time: { timezone: Europe/Berlin }\n  name: hq\n') },
  ],
  [
    'collected backups out of their limits',
    {
      'a.yaml':
        fleet +
        console(
          '  sensorBackups: { collect: yes, at: 4:00, keepPerSensor: 10, storage: 101, path: /var/../backups }\n',
        ),
    },
  ],
  [
    'a console without anything to reach it',
    { 'a.yaml': fleet + console('').replace(/ {2}access: .*\n/, '  sensorBackups: {}\n') },
  ],
]
