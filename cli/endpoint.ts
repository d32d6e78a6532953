import { httpsEndpoint } from '../schemas/access.ts'
import { UsageError } from './usage-error.ts'

/** An endpoint as a person types it: `10.20.0.5` is meant as `https://10.20.0.5`. */
export function endpointOf(text: string): string {
  const endpoint = /^[a-z]+:\/\//i.test(text) ? text : `https://${text}`
  const parsed = httpsEndpoint.safeParse(endpoint)
  if (parsed.success) return new URL(parsed.data).origin
  throw new UsageError(
    'ENDPOINT_INVALID',
    `${JSON.stringify(text)} is not the address of an appliance`,
    'Write it as https://10.20.0.5 or https://line-1.plant.example:8443.',
  )
}
