/**
 * Rules of update packages that can be told without the appliance: a package for the declared version, under the name
 * that the vendor gives it.
 *
 * @module
 */
import { packageVersion } from '../formats/software-package.ts'
import { compareVersions } from '../formats/version.ts'
import type { ApplianceSpec } from '../schemas/documents.ts'
import type { Requirement } from './appliance-rules.ts'

/** What is wrong with the declared packages. Must also bear a spec that the schema refused. */
export function softwareRequirements({ software }: ApplianceSpec): Requirement[] {
  const { version, packages = {} } = software ?? {}
  const versions = Object.keys(packages)
  if (versions.length === 0) return []
  const wrong = Object.entries(packages).flatMap(([key, { file }]) => checkName(key, file))
  const isThere = version === undefined || versions.some((key) => isSame(key, version))
  return [...(isThere ? [] : [lacking(version, versions)]), ...wrong]
}

const isSame = (one: string, other: string): boolean => compareVersions(one, other) === 0

const lacking = (version: string, packages: readonly string[]): Requirement => ({
  code: 'SOFTWARE_PACKAGE_MISSING',
  path: ['software', 'version'],
  summary: `Packages of ${packages.join(', ')} are declared, but none of ${version}`,
  hint: 'Download the package of this version in the portal (Defender for IoT > Getting started > Updates) and declare it in software.packages.',
})

function checkName(version: string, file: string): Requirement[] {
  const name = file.split(/[\\/]/).at(-1) ?? ''
  const found = packageVersion(name)
  if (found === undefined) return [misnamed(version, `${name} is not named as an update package is`)]
  return isSame(found, version) ? [] : [misnamed(version, `${name} is the package of ${found}, not of ${version}`)]
}

const misnamed = (version: string, summary: string): Requirement => ({
  code: 'SOFTWARE_PACKAGE_NAME',
  path: ['software', 'packages', version, 'file'],
  summary,
  hint: `The vendor names it legacy-sensor-secured-patcher-${version}.tar, upstream-… or sensor-secured-patcher-${version}.tar. Keep the name of the download.`,
})
