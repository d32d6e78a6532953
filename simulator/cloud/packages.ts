/**
 * What `packageDownloads` lists, in the published shape. The versions follow the documented upgrade path; links lead
 * nowhere.
 *
 * @module
 */
type VersionKind = 'Latest' | 'Previous' | 'Preview'

const link = 'https://download.simulated.example'
const item = (version: string, versionKind: VersionKind) => ({ version, link: `${link}/${version}`, versionKind })
const upgrade = (version: string, fromVersion: string, versionKind: VersionKind) => ({
  ...item(version, versionKind),
  fromVersion,
})
const tool = (name: string, version: string) => ({ link: `${link}/${name}`, version })

/** An update that is offered, and the oldest version from which it leads. */
export interface OfferedUpdate {
  version: string
  fromVersion: string
}

/** On the documented path. */
export const documentedUpdates: readonly OfferedUpdate[] = [
  { version: '22.3.8.91', fromVersion: '10.5.5' },
  { version: '10.5.5', fromVersion: '3.1.1' },
]

const kindAt = (index: number): VersionKind => (index === 0 ? 'Latest' : 'Previous')

/** Version of the threat intelligence package; it is named after the day it was built. */
export const currentTiVersion = '2022-03-01T00:00:00Z'

/** The published body, with these updates, the newest first. */
export function packageDownloads(updates: readonly OfferedUpdate[]) {
  const full = updates.map(({ version }, index) => item(version, kindAt(index)))
  const upgrades = updates.map(({ version, fromVersion }, index) => upgrade(version, fromVersion, kindAt(index)))
  return {
    sensor: { full: { iso: full, ovf: { enterprise: full, medium: full, line: full } }, upgrade: upgrades },
    centralManager: {
      full: {
        iso: full,
        ovf: { enterprise: full, enterpriseHighAvailability: full, medium: full, mediumHighAvailability: full },
      },
      upgrade: upgrades,
    },
    threatIntelligence: [tool('threat-intelligence', currentTiVersion)],
    snmp: [tool('snmp', '2022.03.01')],
    wmiTool: [tool('wmi', '2022.03.01')],
    authorizedDevicesImportTemplate: [tool('authorized-devices', '2022.03.01')],
    deviceInformationUpdateImportTemplate: [tool('device-information', '2022.03.01')],
  }
}
