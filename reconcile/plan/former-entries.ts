import type { DesiredAppliance } from '../../schemas/fleet.ts'
import type { Problem } from '../../schemas/problem.ts'
import { consolePath, isSetUpFor } from '../compare/console-diff.ts'
import { answered, problemOf } from '../compare/look.ts'
import type { ManagedSensor, Observation } from '../driver.ts'
import type { Sight } from '../engine.ts'

/**
 * Consoles that go on listing a sensor which its document has moved away or disconnected, by the key of the sensor. No write
 * of a sensor takes it off the list; a person does, or `retire`, once no document declares it.
 */
export function formerEntries(sights: readonly Sight[]): ReadonlyMap<string, Problem[]> {
  const seen = sights.filter(answered)
  const lists = seen.flatMap(({ desired, observation }) =>
    (observation.console?.sensors ?? []).map((entry) => ({ console: desired, observation, entry })),
  )
  if (lists.length === 0) return new Map()
  const sensors = new Map(
    seen.filter(({ desired }) => isManaged(desired)).map((sight) => [sight.observation.identity, sight]),
  )
  const told = lists.flatMap(({ console, observation, entry }) => {
    const sensor = sensors.get(entry.identity)
    return sensor && hasLeft(sensor, console.key, observation) ? [notice(sensor.desired, console, entry)] : []
  })
  return Map.groupBy(told, ({ key }) => key)
}

/** Where the document says nothing of consoles, the connection is nobody's to judge. */
const isManaged = ({ kind, settings }: DesiredAppliance): boolean =>
  kind === 'Sensor' && settings.managementConsole !== undefined

const hasLeft = (
  { desired, observation }: Pick<Sight, 'desired'> & { observation: Observation },
  key: string,
  console: Observation,
): boolean => {
  const { console: wanted, enabled } = desired.settings.managementConsole ?? {}
  return (wanted !== key || enabled === false) && !isSetUpFor(console, observation)
}

const notice = (sensor: DesiredAppliance, console: DesiredAppliance, { name, identity, connection }: ManagedSensor) =>
  problemOf(sensor, {
    severity: 'warning',
    code: 'FORMER_CONSOLE_ENTRY',
    field: consolePath,
    summary: `The management console ${console.key} still lists the sensor as ${name} (${connection}), although it is connected there no more`,
    hint: `By hand, in ${console.key} at ${console.access.endpoint}: Site Management, delete the sensor ${name} (serial number ${identity}).`,
  })
