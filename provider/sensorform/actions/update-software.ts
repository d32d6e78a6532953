import { applyPlan } from '../../../reconcile/apply/apply.ts'
import { planRun } from '../../../reconcile/run.ts'
import { hasErrors } from '../../model/diagnostic.ts'
import { fromOutcome, fromProblems } from '../appliance/diagnostics.ts'
import { onAppliance } from './on-appliance.ts'
import { updateSoftwareSchema } from './schemas.ts'

const { attributes } = updateSoftwareSchema

/** `sensorform_update_software`. */
export const updateSoftwareAction = onAppliance(updateSoftwareSchema, async (config, { desired, world, progress }) => {
  const { key, fleet } = desired
  const { plan } = await planRun(fleet, world, { keys: [key], waitForRuns: true })
  const problems = [...plan.problems, ...plan.sensors.flatMap((sensor) => sensor.problems)]
  const found = fromProblems(attributes, problems, config)
  if (plan.refused || hasErrors(found)) return found
  if (plan.sensors.every(({ steps }) => steps.length === 0)) progress('The version runs already')
  const { sensors } = await applyPlan(plan, fleet, world, { run: crypto.randomUUID() })
  return [...found, ...sensors.flatMap((outcome) => fromOutcome(attributes, outcome, config))]
})
