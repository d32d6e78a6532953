/** Bodies of writes, checked as the published models say. */
import * as z from 'zod'
import type { SiteRecord } from './state.ts'
import type { SensorWrite } from './store.ts'

const sensorModel = z.object({
  properties: z.object({
    zone: z.string().min(1).max(128).optional(),
    tiAutomaticUpdates: z.boolean().optional(),
    sensorType: z.string().optional(),
  }),
})

const siteModel = z.object({
  properties: z.object({
    displayName: z.string().min(1).max(256),
    tags: z.record(z.string(), z.string()).optional(),
  }),
})

type Problem = { problem: string }

/** What a PUT of a sensor says. What it leaves out is reset: a PUT replaces. */
export function readSensorWrite(body: unknown): SensorWrite | Problem {
  const parsed = sensorModel.safeParse(body)
  if (!parsed.success) return problemOf(parsed.error)
  const { zone = null, tiAutomaticUpdates = false, sensorType = 'Ot' } = parsed.data.properties
  return { zone, tiAutomaticUpdates, sensorType }
}

export function readSiteWrite(body: unknown): Pick<SiteRecord, 'displayName' | 'tags'> | Problem {
  const parsed = siteModel.safeParse(body)
  if (!parsed.success) return problemOf(parsed.error)
  const { displayName, tags = {} } = parsed.data.properties
  return { displayName, tags }
}

function problemOf({ issues }: z.ZodError): Problem {
  const path = issues[0]?.path.join('.')
  return {
    problem: `The request content was invalid: ${path ? `property '${path}'` : 'the body'} is not as the model says.`,
  }
}
