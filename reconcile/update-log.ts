/**
 * Where the log of an update lies. From before 22.1 to 22.1 or later: vendor how-to, "Reactivate your sensor for version
 * 22.1.x or higher". Within 22.x and later: vendor page "Update Defender for IoT OT monitoring software". Of earlier updates
 * nothing is published.
 *
 * @module
 */
import { crossesActivation, newActivationVersion } from '../formats/software-package.ts'
import { compareVersions } from '../formats/version.ts'

/** A sentence for whoever has to find out what an update did. */
export function logOfUpdate({ from, to }: { from: string; to: string }): string {
  if (crossesActivation(from, to))
    return `The log of the update is /opt/sensor/logs/legacy-upgrade.log on the sensor${access}.`
  if (compareVersions(from, newActivationVersion) < 0) return 'Look into the logs of the sensor.'
  return `The log of the update is /opt/sensor/logs/install.log on the sensor${access}; in early 22.x versions /var/cyberx/logs/upgrade.log.`
}

const access = ', over SSH as cyberx_host'
