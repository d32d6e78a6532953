import { expect, test } from 'vitest'
import { lastingCertificates } from '../../reconcile/observe/lasting-certificates.ts'
import type { LoadedTrust } from '../../schemas/fleet.ts'
import { desiredSensor } from '../support/memory-fleet.ts'
import { makeCertificate } from '../transport/pki.ts'

const leaf = makeCertificate({ cn: 'sensor', key: 'one' })
const pin = `sha256/${'B'.repeat(43)}=`
const other = `sha256/${'C'.repeat(43)}=`
const served = { sha256: leaf.sha256, pin, subject: 'CN=sensor', notBefore: '', notAfter: '', expired: false }
const declared = { certificate: { certificate: { file: 'a.crt', content: leaf.cert } } }

test.each<{ name: string; trust: LoadedTrust[]; settings?: object; imported?: string; lasts: boolean }>([
  { name: 'a pin of the documents', trust: [{ pin }], lasts: false },
  { name: 'a pin of a pin file', trust: [{ pinFile: 'pins.json', pins: [other, pin] }], lasts: false },
  { name: 'a pin beside an authority', trust: [{ system: true }, { pin }], lasts: false },
  { name: 'an authority', trust: [{ system: true }, { pin: other }], lasts: true },
  { name: 'memory, as new hardware was accepted', trust: [{ pin: other }], lasts: true },
  { name: 'the declared certificate', trust: [{ pin: other }], settings: declared, lasts: true },
  { name: 'the declared certificate, and a pin', trust: [{ pin }], settings: declared, lasts: true },
  { name: 'the certificate that is being imported, and a pin', trust: [{ pin }], imported: leaf.sha256, lasts: true },
])('verified by $name', ({ trust, settings = {}, imported, lasts }) => {
  const desired = desiredSensor(settings)
  const intent = imported === undefined ? {} : { intent: { run: 'r', step: 's', data: { certificate: imported } } }
  const lasting = lastingCertificates(
    { settings: desired.settings, access: { ...desired.access, trust } },
    { served, unfinished: intent as never },
  )
  expect(lasting).toEqual(lasts ? [leaf.sha256] : [])
})
