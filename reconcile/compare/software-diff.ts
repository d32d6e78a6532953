/**
 * What an update changes beside the version: a sensor that crosses 22.1 is activated in another way from then on, so that
 * its activation file is no longer the right one.
 *
 * @module
 */
import { crossesActivation } from '../../formats/software-package.ts'
import { compareVersions } from '../../formats/version.ts'
import type { DesiredAppliance } from '../../schemas/fleet.ts'
import type { Observation } from '../driver.ts'
import { noFindings, type Findings, type Look } from './look.ts'

/** The version that runs, as far as it is told. */
export const runningVersion = ({
  observation,
  live,
}: Pick<Look, 'live'> & { observation: Pick<Observation, 'softwareVersion'> }): string | undefined => {
  const version = observation.softwareVersion ?? live.get('software.version')
  return typeof version === 'string' ? version : undefined
}

/** True when the declared version is newer than the one that runs. */
export function updateIsDue(
  { settings }: Pick<DesiredAppliance, 'settings'>,
  observation: Pick<Observation, 'live' | 'softwareVersion'>,
): boolean {
  const from = runningVersion({ observation, live: observation.live })
  const to = settings.software?.version
  return from !== undefined && to !== undefined && compareVersions(from, to) < 0
}

/** True when the declared version is activated in another way than the one that runs. */
export function crosses(look: Look): boolean {
  const [from, to] = [runningVersion(look), look.desired.settings.software?.version]
  return from !== undefined && to !== undefined && crossesActivation(from, to)
}

/** Compares the way of activation. The version itself is a field like the others. */
export function compareSoftware(look: Look): Findings {
  const findings = noFindings()
  if (!crosses(look)) return findings
  findings.changes.push({
    kind: 'registration',
    what: 'activationOutdated',
    path: 'activation.version',
    aspect: 'activation',
    before: 'before 22.1',
    after: '22.1 or later',
    cause: 'spec',
    sensitive: false,
  })
  return findings
}
