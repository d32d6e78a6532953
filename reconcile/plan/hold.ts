import type { DesiredAppliance } from '../../schemas/fleet.ts'

/** True while a hold lasts: the sensor is then not contacted. A date ends at its first moment in UTC. */
export const isHeld = ({ hold }: Pick<DesiredAppliance, 'hold'>, now: number): boolean =>
  hold !== undefined && now < Date.parse(hold.until)
