/** Values that mean the same are the same; values that do not are not. */
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../../reconcile/compare/canonical-json.ts'
import { sameValue } from '../../reconcile/compare/canonical.ts'
import { findField } from '../../reconcile/compare/setting-fields.ts'
import { ahead, makeCertificate } from './sights.ts'

const same = (path: string, a: unknown, b: unknown): boolean => {
  const field = findField(path)
  if (!field) throw new Error(`no field ${path}`)
  return sameValue(field, a, b)
}

const [leaf, issuer] = [makeCertificate('a', ahead(30)), makeCertificate('b', ahead(30))]
const der = Buffer.from(leaf.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64').toString('base64')
const rule = 'forwarding.rules.ops'

describe('the same', () => {
  test.each([
    ['host name in capitals', 'network.hostname', 'LINE-1.Plant', 'line-1.plant'],
    ['host name with a final dot', 'time.ntp.server', 'ntp.plant.', 'ntp.plant'],
    ['time zone in lower case', 'time.timezone', 'europe/berlin', 'Europe/Berlin'],
    ['time zone under its former name', 'time.timezone', 'Asia/Calcutta', 'Asia/Kolkata'],
    ['address with leading zeros', 'network.address', '010.000.0.05', '10.0.0.5'],
    ['engines in another order', `${rule}.engines`, ['Malware', 'Anomaly'], ['Anomaly', 'Malware']],
    ['protocols named twice, and in capitals', `${rule}.protocols`, ['MODBUS', 'modbus'], ['modbus']],
    ['any protocol, as a word and as a list', `${rule}.protocols`, 'any', ['any']],
    [
      'domain of an email address in capitals',
      `${rule}.actions.a.email.address`,
      'Ops@PLANT.example',
      'Ops@plant.example',
    ],
    [
      'certificate with other line ends',
      'certificate.certificate',
      { file: 'a', content: leaf },
      { content: leaf.replaceAll('\n', '\r\n') },
    ],
    [
      'certificate with text around it',
      'certificate.certificate',
      { file: 'a', content: `subject=a\n${leaf}` },
      { content: leaf },
    ],
    [
      'certificate in DER',
      'certificate.certificate',
      { file: 'a', content: der, encoding: 'base64' },
      { content: leaf },
    ],
    [
      'certificate file that goes on with its issuer',
      'certificate.certificate',
      { file: 'a', content: leaf + issuer },
      { content: leaf },
    ],
    [
      'text that is no certificate, with other line ends',
      'certificate.chain',
      { file: 'a', content: 'x\r\ny\n' },
      { content: 'x\ny' },
    ],
  ])('%s', (_, path, a, b) => expect(same(path, a, b)).toBe(true))
})

describe('not the same', () => {
  test.each([
    ['DNS servers in another order', 'network.dns', ['10.0.0.1', '10.0.0.2'], ['10.0.0.2', '10.0.0.1']],
    ['time zones of one offset', 'time.timezone', 'Europe/Berlin', 'Europe/Paris'],
    [
      'local parts of an email address in other letter case',
      `${rule}.actions.a.email.address`,
      'Ops@a.example',
      'ops@a.example',
    ],
    ['users in other letter case', 'network.proxy.username', 'Admin', 'admin'],
    ['any engine and all but one', `${rule}.engines`, 'any', ['Malware', 'Anomaly', 'Operational', 'Policy Violation']],
    ['chains in another order', 'certificate.chain', { file: 'a', content: leaf + issuer }, { content: issuer + leaf }],
    ['a value and none', 'time.timezone', 'UTC', undefined],
    ['a number and its text', 'network.proxy.port', 8080, '8080'],
  ])('%s', (_, path, a, b) => expect(same(path, a, b)).toBe(false))
})

test('canonical JSON has one spelling for equal values', () => {
  expect(canonicalJson({ b: [1, undefined], a: { d: null, c: undefined } })).toBe('{"a":{"d":null},"b":[1,null]}')
  expect(
    canonicalJson(
      new Map([
        ['z', 1],
        ['a', 2],
      ]),
    ),
  ).toBe('{"a":2,"z":1}')
})
