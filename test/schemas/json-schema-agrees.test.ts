/**
 * What an editor underlines is what `validate` refuses: over mutations of the examples, JSON Schema and zod give one
 * verdict, but for the rules that JSON Schema cannot express, which are listed.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { documentKinds, type DocumentKind } from '../../schemas/documents.ts'
import { anyDocumentSchema, kindSchemas } from '../../schemas/json-schema.ts'
import { vocabulary } from '../../schemas/vocabulary.ts'

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, validateFormats: false, strictRequired: false })
for (const keyword of vocabulary) ajv.addKeyword(keyword)
const any = ajv.compile(anyDocumentSchema())
const byKind = Object.fromEntries(Object.entries(kindSchemas()).map(([kind, schema]) => [kind, ajv.compile(schema)]))

type Json = Record<string, unknown>
type Path = readonly (string | number)[]

const folder = new URL('../../examples/', import.meta.url)
const more = `
apiVersion: sensorform.io/v1
kind: Sensor
metadata: { name: all, site: berlin, formerKey: was, labels: { canary: 'true' } }
spec:
  access: { driver: api, endpoint: https://10.0.0.5, credentials: a, readCredentials: b, trust: [{ caFile: ca.pem }, { system: true }], serverName: a.b, identity: SN }
  name: a
  registration: { registrar: r, site: s, zone: z, tiAutomaticUpdates: true }
  activation: { mode: local, minRemaining: 30d }
  network: { address: 10.0.0.5, subnetMask: 255.255.255.0, gateway: 10.0.0.1, dns: [10.0.0.2], hostname: a.b, proxy: { enabled: true, host: p, port: 80, username: u, password: { fromFile: f } } }
  time: { timezone: Europe/Berlin, dateFormat: dd/MM/yyyy HH:mm:ss, ntp: { enabled: true, server: n } }
  certificate: { name: c, certificate: { file: a.crt }, chain: { file: a.pem }, privateKey: { fromFile: k }, passphrase: { fromEnv: P }, validation: none, minRemaining: 5d }
  backup: { enabled: true, directory: /a/b, target: { enabled: true, smb: { server: s, share: x, path: a/b, username: u, password: { fromEnv: P }, version: '3.0' } }, maxAge: 26h }
  forwarding:
    unmanagedRules: keep
    rules:
      gone: { absent: true }
      r: { minimumSeverity: Major, protocols: [a], engines: [Malware], actions: { e: { email: { address: a@b.example, timezone: Etc/UTC } }, n: { netwitness: { host: h, port: 1 } }, s: { syslog: { host: h, port: 1, format: cef, protocol: tls, tls: { certificate: { file: f }, privateKey: { fromEnv: P }, passphrase: { fromEnv: P } } } } } }
  hold: { until: '2030-01-01', reason: r }
`
const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'))
const documents = [...texts, more].flatMap((text) => [...parseAllDocuments(text)].map((one) => one.toJS() as Json))

const pathsOf = (value: unknown, path: Path = []): Path[] =>
  typeof value !== 'object' || value === null
    ? [path]
    : [
        path,
        ...Object.entries(value).flatMap(([key, item]) =>
          pathsOf(item, [...path, Array.isArray(value) ? Number(key) : key]),
        ),
      ]

/** The value with a change at a path; `undefined` removes. */
function changed(value: unknown, [key, ...rest]: Path, change: (old: unknown) => unknown): unknown {
  if (key === undefined) return change(value)
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as Json) }) as Json
  const next = changed(copy[key], rest, change)
  if (next === undefined) delete copy[key]
  else copy[key] = next
  return Array.isArray(copy) ? (copy as unknown[]).filter((item) => item !== undefined) : copy
}

const values = fc.constantFrom<unknown>(
  undefined,
  null,
  true,
  false,
  0,
  1,
  -1,
  1.5,
  70000,
  1e21,
  '',
  'a',
  ' a',
  'a/b',
  '0',
  'no',
  'x'.repeat(2000),
  '1.2.3',
  '10.0.0.256',
  '224.0.0.1',
  '${key}',
  'https://a',
  'https://a/b',
  'http://a',
  'a\u202eb',
  '../x',
  '5d',
  'P5D',
  '50%',
  [],
  [1],
  ['a'],
  [null],
  {},
  { a: 1 },
  { fromEnv: 'A' },
  { fromEnv: 'A', fromFile: 'b' },
  { fromEnv: '1' },
  { file: 'a' },
  { system: false },
  { enabled: 'yes' },
)
const added = fc.constantFrom('x', 'constructor', 'toString', 'enabled', 'name', 'fromEnv', 'A b', 'a/b', ' a')

const mutation = fc
  .constantFrom(...documents)
  .chain((document) =>
    fc.record({
      document: fc.constant(document),
      path: fc.constantFrom(...pathsOf(document)),
      value: values,
      key: fc.option(added),
    }),
  )
  .map(({ document, path, value, key }) =>
    changed(document, path, (old) =>
      key !== null && typeof old === 'object' && old !== null && !Array.isArray(old)
        ? { ...old, [key]: value ?? 1 }
        : value,
    ),
  )

/** Rules of zod that JSON Schema has no words for: formats, zones, and what concerns several values at once. */
const beyond =
  /ISO date|IANA|email|is not a URL|user name or password|secretHeaders|subnet mask|https address|of its subnet|in the subnet|sensor itself|tls is documented|although the protocol/

test('JSON Schema and zod give one verdict over mutated documents', () => {
  fc.assert(
    fc.property(mutation, (value) => {
      const kind = (value as Json | undefined)?.['kind']
      fc.pre(typeof kind === 'string' && Object.hasOwn(documentKinds, kind))
      const { success, error } = documentKinds[kind as DocumentKind].safeParse(value)
      const verdicts = [any(value), byKind[kind as DocumentKind]?.(value)]
      const structural = success || !error.issues.some(({ message }) => beyond.test(message))
      if (structural) expect(verdicts).toEqual([success, success])
      else if (!success) expect(verdicts[0]).toBe(verdicts[1])
    }),
    { numRuns: 3000 },
  )
})
