/** The data source `sensorform_sensor`: one look at a sensor. */
import { observeFleet } from '../../../reconcile/observe/observe.ts'
import type { Call } from '../../model/call.ts'
import type { Diagnostics } from '../../model/diagnostic.ts'
import type { ObjectValue } from '../../model/value.ts'
import { documentDiagnostic } from '../../spec/document-problem.ts'
import { checkAppliance, desireAppliance } from '../appliance/desired.ts'
import { memoryOf } from '../appliance/kept.ts'
import { liveValue } from '../appliance/live.ts'
import type { ApplianceType } from '../appliance/type.ts'
import { worldOf } from '../appliance/world.ts'
import type { Client } from '../client.ts'
import { notYetKnown, registrarMissing } from '../registrar-of.ts'
import { sensorType } from '../sensor/schema.ts'
import { sensorDataSchema } from './schemas.ts'

const lookedAt: ApplianceType = { ...sensorType, schema: sensorDataSchema }

const reachedBy = ({ access = null }: ObjectValue): ObjectValue => ({ access })

/** What is wrong with how the sensor is to be reached. */
export const checkSensorData = (config: ObjectValue): Diagnostics =>
  checkAppliance(sensorType, reachedBy(config)).diagnostics

/** Reads it with the credentials for reading; what the registrar says is added where one is named. */
export async function readSensorData(
  config: ObjectValue,
  call: Call<Client>,
): Promise<{ state: ObjectValue; diagnostics: Diagnostics }> {
  const { access = null, registrar = null } = config
  const state = { access, registrar }
  if (call.client.isUnknown) return { state, diagnostics: [notYetKnown] }
  const missing = registrar === null ? undefined : registrarMissing(call.client, registrar)
  if (missing) return { state, diagnostics: [missing] }
  const reached = { ...reachedBy(config), ...(registrar !== null && { registration: { registrar } }) }
  const { desired, diagnostics } = desireAppliance(sensorType, call.client, reached)
  if (!desired) return { state, diagnostics }
  const world = await worldOf(call, memoryOf(desired.key, {}), desired.given)
  const options = { keys: [desired.key], readOnly: true }
  const [sight] = await call.client.gate(() => observeFleet(desired.fleet, world, options))
  if (!sight) throw new TypeError('nothing was looked at')
  const { observation, records, problems = [] } = sight
  if ('problem' in observation) {
    return { state, diagnostics: [documentDiagnostic({ ...observation.problem, severity: 'error' }, ['access'])] }
  }
  return {
    state: { ...liveValue(lookedAt, { observation, records }, observation), ...state },
    diagnostics: [...diagnostics, ...problems.map((problem) => documentDiagnostic(problem, ['registrar']))],
  }
}
