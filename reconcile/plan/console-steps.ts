/**
 * Steps for the connection to a declared management console. The connection string is read when the step runs, and lives
 * in memory only; the zone is assigned at the console, once the sensor is connected.
 *
 * | differs                               | step                                             |
 * | ------------------------------------- | ------------------------------------------------ |
 * | the console, or the connection is off | `managementConsole`: connects                    |
 * | the zone                              | `managementConsole.zone`: assigned at the console, by hand where no document declares it |
 * | the zone, of a sensor that the console does not list, where the run is narrowed to the zone | none, and a problem |
 *
 * @module
 */
import type { Problem } from '../../schemas/problem.ts'
import type { Change } from '../change.ts'
import {
  consolePath,
  entryOf,
  isSetUpFor,
  oldConsole,
  zoneByHand,
  zonePath,
  zonesNamed,
} from '../compare/console-diff.ts'
import { problemOf, type Look } from '../compare/look.ts'
import type { Observation } from '../driver.ts'
import type { Step } from '../plan-types.ts'
import { reportedOf } from '../compare/records.ts'
import { emptyDraft, type Draft } from './draft.ts'
import { needing } from './needs.ts'
import { makeStep } from './step-facts.ts'

const group = 'managementConsole'

/** What a sensor that is connected loses while it moves, or for good. */
export const lostConnection = 'the connection to the management console'

/** True where a document declares the console, so that its string need not be. */
export const namesConsole = ({ desired }: Look): boolean =>
  desired.settings.managementConsole?.console !== undefined && desired.settings.managementConsole.enabled !== false

/** Steps that bring the sensor to its console and into its zone. */
export function consoleSteps(look: Look, changes: readonly Change[]): Draft {
  const paths = changes.map(({ path }) => path).filter((path) => path.startsWith(`${group}.`))
  if (!namesConsole(look) && paths.includes(zonePath)) return { steps: [zoneByHandStep(look)], problems: [] }
  const seen = look.sight.console?.observation
  if (!namesConsole(look) || paths.length === 0 || !seen || 'problem' in seen) return emptyDraft
  const tooOld = oldConsole(look)
  if (tooOld) return { steps: [], problems: [], refusals: [tooOld] }
  const connecting = paths.filter((path) => path !== zonePath)
  const connect = connecting.length > 0 ? [connectStep(look, seen, connecting)] : []
  if (connect.length === 0 && !entryOf(seen, look.observation)) return { steps: [], problems: [notListed(look)] }
  const zone = paths.includes(zonePath) ? zoneSteps(look, connect) : []
  return { steps: [...connect, ...zone], problems: [] }
}

function connectStep(look: Look, seen: Observation, changes: readonly string[]): Step {
  const { desired, observation } = look
  const console = desired.settings.managementConsole?.console ?? ''
  const former = observation.consoleConnection
  const isAnew = isSetUpFor(seen, observation)
  const moves = former !== undefined && former.state !== 'NotConfigured' && !isAnew
  return makeStep({
    id: group,
    title: `${moves ? 'move' : 'connect'} to management console ${console}${isAnew ? ' anew' : ''}`,
    action: { type: 'connectConsole', console },
    changes,
    disrupts: moves ? lostConnection : undefined,
  })
}

/** A console assigns only sensors that have been connected to it. */
function notListed({ desired }: Look): Problem {
  const { console = '', zone = '' } = desired.settings.managementConsole ?? {}
  return problemOf(desired, {
    severity: 'error',
    code: 'ZONE_NEEDS_CONNECTION',
    field: zonePath,
    summary: `The management console ${console} does not list the sensor, so it cannot be assigned to zone ${zone}: it has not been connected`,
    hint: `Plan the connection with it: --only ${group}.`,
  })
}

/** None where the console has no such zone: a problem says so. */
function zoneSteps(look: Look, connect: readonly Step[]): Step[] {
  const { console = '', zone = '' } = look.desired.settings.managementConsole ?? {}
  const seen = look.sight.console?.observation
  const [found, ...more] = seen && !('problem' in seen) && seen.console ? zonesNamed(seen.console, zone) : []
  if (!found || more.length > 0) return []
  const step = makeStep({
    id: zonePath,
    title: `assign to zone ${zone} at management console ${console}`,
    action: { type: 'assignZone', console, zone: found.zone, site: found.site },
    changes: [zonePath],
  })
  return [{ ...step, needs: connect.map(({ id }) => id) }]
}

/** A person assigns the sensor, once it is connected: the console lists it from then on. */
function zoneByHandStep(look: Look): Step {
  const { desired, observation } = look
  const { zone = '' } = desired.settings.managementConsole ?? {}
  const { name } = reportedOf(look)
  const { address } = observation.consoleConnection ?? {}
  const step = makeStep({
    id: zonePath,
    title: `by hand: assign to zone ${zone} at the management console`,
    action: { type: 'manual', values: zoneByHand(look) },
    changes: [zonePath],
    instructions: [
      `In the management console${address ? ` at ${address}` : ''}: Site Management`,
      `  sensor = ${name ?? desired.key} (serial number ${observation.identity})`,
      ...zonePlace(zone),
    ].join('\n'),
    expectedSeconds: 0,
  })
  return needing(step, [group])
}

/** `Berlin/Assembly` names the site as well. */
function zonePlace(zone: string): string[] {
  const slash = zone.indexOf('/')
  return slash > 0 ? [`  site = ${zone.slice(0, slash)}`, `  zone = ${zone.slice(slash + 1)}`] : [`  zone = ${zone}`]
}

/** Id of the step that a change of such a path takes. */
export const consoleStepOf = (path: string): string => (path === zonePath ? zonePath : group)

/** Path of the field that a console document stands behind. */
export const isConsolePath = (path: string): boolean => path === consolePath || path === zonePath
