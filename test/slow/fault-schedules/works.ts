/** What a sensor may have before it: how it starts out, and what its document then declares. */
import { manySettings } from '../../support/many-settings.ts'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SimulatedSensorOptions } from '../../../simulator/options.ts'
import { simulatedPackage } from '../../../simulator/software-package.ts'
import { authority, leafKey, makeAuthority, makeCertificate } from '../../simulator/sensor/certificates.ts'
import { sha256Of } from '../../support/packages.ts'

/** Where a sensor lives: `<network>.<host>`. */
export interface Lot {
  key: string
  network: string
  host: number
}

export interface Work {
  name: string
  /** Who takes part in it beside the sensor. */
  with?: 'cloud' | 'console'
  sensor?: (lot: Lot) => Partial<SimulatedSensorOptions>
  /** Of the sensor's spec. */
  spec: (lot: Lot) => string
}

/** Files that the documents name. */
export function writeFiles(folder: string, lots: readonly Lot[]): void {
  for (const { key } of lots) {
    const content = certificates.get(key) ?? makeCertificate({ commonName: hostOf(key), issuer: authority })
    certificates.set(key, content)
    writeFileSync(join(folder, `${key}.crt`), content)
  }
  writeFileSync(join(folder, 'ca.crt'), authorityFile)
  writeFileSync(join(folder, 'leaf.key'), leafKey.pem, { mode: 0o600 })
  writeFileSync(join(folder, packageFile), packageContent)
}

/** Made once: signing is what takes time. */
const certificates = new Map<string, string>()
const authorityFile = makeAuthority()
const hostOf = (key: string): string => `${key}.plant.example`

const version = '22.3.9'
const packageFile = `sensor-secured-patcher-${version}.tar`
const packageContent = simulatedPackage(version, 'x'.repeat(5_000))

const registered = '  registration: { registrar: cloud, site: plant }\n'
const activated = (name: string) => ({ activated: { name, mode: 'cloud' as const, site: 'plant' } })

/** What the whole fleet is to have: a time zone and a DNS server. */
export const fewSettings: Work = { name: 'few settings', spec: () => '' }

export const works: readonly Work[] = [
  fewSettings,
  {
    name: 'settings',
    spec: ({ key }) => manySettings(key, 'SMB_PASSWORD'),
  },
  {
    name: 're-activation under another name',
    with: 'cloud',
    sensor: ({ key }) => activated(`${key}-old`),
    spec: ({ key }) => `  name: ${key}\n${registered}`,
  },
  {
    name: 'first activation',
    with: 'cloud',
    spec: ({ key }) => `  name: ${key}\n${registered}`,
  },
  {
    name: 'move of the address',
    spec: ({ network, host }) =>
      `  network: { address: ${network}.${host + 100}, subnetMask: 255.255.255.0, gateway: ${network}.254 }\n`,
  },
  {
    name: 'import of a certificate',
    spec: ({ key }) => `  network: { hostname: ${hostOf(key)} }
  certificate: { certificate: { file: ${key}.crt }, chain: { file: ca.crt }, privateKey: { fromFile: leaf.key } }
`,
  },
  {
    name: 'connection to a management console',
    with: 'console',
    spec: () => '  managementConsole: { console: hq, zone: Assembly }\n',
  },
  {
    name: 'update of the software',
    sensor: ({ key }) => ({ softwareVersion: '22.3.8', activated: { name: key, mode: 'local' } }),
    spec: () => `  software:
    version: '${version}'
    packages: { '${version}': { file: ${packageFile}, sha256: ${sha256Of(packageContent)} } }
`,
  },
]
