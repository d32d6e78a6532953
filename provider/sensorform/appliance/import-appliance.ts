/**
 * Importing an appliance. Neither the import nor the read after it sees a configuration, so the id says how it is reached,
 * or the provider block does.
 *
 * @module
 */
import type { IdentitySchema } from '../../../schemas/terraform/schema.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { ImportRequest, StateResponse } from '../../model/resource.ts'
import { isList, isObject, textOf, type ObjectValue } from '../../model/value.ts'
import type { Client } from '../client.ts'

export const applianceIdentity: IdentitySchema = {
  version: 0,
  attributes: {
    endpoint: {
      type: 'string',
      description: 'Where the appliance is found, such as https://10.20.0.5.',
      requiredForImport: true,
    },
    credentials: {
      type: 'string',
      description: 'Name of the credentials of the provider block. Left out: `default`.',
    },
    pin: {
      type: 'string',
      description: 'Pin of its public key, sha256/…. Left out: the entry in the pin file of the provider block.',
    },
  },
}

/** The identity that a configuration or a state tells; null while its endpoint is not known. */
export function identityOf({ access }: ObjectValue): ObjectValue | null {
  const endpoint = isObject(access) ? textOf(access['endpoint']) : undefined
  if (!isObject(access) || endpoint === undefined) return null
  const trust = access['trust']
  const pins = isList(trust) ? trust.map((anchor) => (isObject(anchor) ? textOf(anchor['pin']) : undefined)) : []
  return { endpoint, credentials: textOf(access['credentials']) ?? null, pin: pins.find(Boolean) ?? null }
}

/** By identity, or by `ENDPOINT`, `ENDPOINT,CREDENTIALS` or `ENDPOINT,CREDENTIALS,PIN`. */
export function importAppliance(request: ImportRequest, { pinFile }: Pick<Client, 'pinFile'>): StateResponse {
  const named = 'id' in request ? fromId(request.id) : request.identity
  const [endpoint, credentials, pin] = ['endpoint', 'credentials', 'pin'].map((name) => textOf(named[name]) || null)
  if (!endpoint?.startsWith('https://') || !URL.canParse(endpoint)) return { state: null, diagnostics: [malformed] }
  if (pin === null && pinFile === undefined) return { state: null, diagnostics: [unpinned] }
  const access = { endpoint, credentials: credentials ?? null, trust: pin === null ? null : [{ pin: pin ?? null }] }
  return { state: { access }, identity: identityOf({ access }) }
}

function fromId(id: string): ObjectValue {
  const [endpoint = null, credentials = null, pin = null] = id.split(',')
  return { endpoint, credentials, pin }
}

const form = 'Write it as https://10.20.0.5,default,sha256/…: the endpoint, the name of credentials, and the pin.'

const malformed: Diagnostic = { severity: 'error', summary: 'The id does not begin with an endpoint', detail: form }

const unpinned: Diagnostic = {
  severity: 'error',
  summary: 'The id does not say whom to trust',
  detail: `${form} Or name a pin file in the provider block.`,
}
