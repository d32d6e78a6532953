/** The ephemeral resource `sensorform_activation_file`: a download that is kept nowhere. */
import type { Mode, Registrar, RegistrationRecord } from '../../../reconcile/registrar.ts'
import type { Call } from '../../model/call.ts'
import type { Diagnostic, Diagnostics } from '../../model/diagnostic.ts'
import type { OpenResponse } from '../../model/provider.ts'
import { textOf, unknown, type ObjectValue } from '../../model/value.ts'
import type { Client } from '../client.ts'
import { activationFacts } from '../functions/activation-file.ts'
import { failureAt, openRegistrarOf } from '../registrar-of.ts'

const modes: readonly string[] = ['cloud', 'local'] satisfies readonly Mode[]

/** What is wrong with the configuration alone. */
export function checkActivationFile({ mode = null }: ObjectValue): Diagnostics {
  if (mode === null || mode === unknown || modes.includes(textOf(mode) ?? '')) return []
  return [{ severity: 'error', summary: 'mode must be one of cloud, local', detail: '(VALUE_INVALID)', path: ['mode'] }]
}

/** Finds the registration and downloads its file. Each download makes a new one. */
export async function openActivationFile(config: ObjectValue, { client, signal }: Call<Client>): Promise<OpenResponse> {
  const registrar = await openRegistrarOf(client, config['registrar'] ?? null)
  if ('severity' in registrar) return { diagnostics: [registrar] }
  try {
    const record = await findRecord(registrar, config, signal)
    if ('severity' in record) return { diagnostics: [record] }
    const bytes = await registrar.downloadActivation(record, signal)
    return { result: resultOf(config, record, bytes) }
  } catch (error) {
    return { diagnostics: [failureAt(error, ['name'])] }
  }
}

async function findRecord(
  registrar: Registrar,
  config: ObjectValue,
  signal: AbortSignal,
): Promise<RegistrationRecord | Diagnostic> {
  const [name = '', site] = [textOf(config['name']), textOf(config['site'])]
  const mode = textOf(config['mode']) as Mode | undefined
  const place = site === undefined ? {} : { site }
  if (registrar.support.download === 'manual') return { name, mode: mode ?? 'local', ...place, connected: false }
  const expected = mode ?? (site === undefined ? undefined : 'cloud')
  const lookup = await registrar.lookup(name, { signal, ...(expected && { at: { mode: expected, ...place } }) })
  if (lookup.state === 'present' && isAsked(lookup.record, mode, site)) return lookup.record
  return lookup.state === 'notObservable' ? severalOf(lookup.reason) : notRegistered(registrar.name, name, mode, site)
}

/** The only record of a name is answered wherever it lies. */
const isAsked = (record: RegistrationRecord, mode: Mode | undefined, site: string | undefined): boolean =>
  (mode === undefined || record.mode === mode) &&
  (site === undefined || record.site?.toLowerCase() === site.toLowerCase())

const notRegistered = (registrar: string, name: string, mode?: Mode, site?: string): Diagnostic => {
  const where = [
    ...(site === undefined ? [] : [` in site ${site}`]),
    ...(mode === undefined ? [] : [` in mode ${mode}`]),
  ]
  return {
    severity: 'error',
    summary: `Registrar ${registrar} has no registration ${name}${where.join('')}`,
    detail: 'Register the sensor first, or correct name, site and mode.',
    path: ['name'],
  }
}

const severalOf = (reason: string): Diagnostic => ({
  severity: 'error',
  summary: `The registration cannot be told: ${reason}`,
  detail: 'Give site or mode.',
  path: ['name'],
})

function resultOf(config: ObjectValue, { mode, site }: RegistrationRecord, bytes: Uint8Array): ObjectValue {
  const read = activationFacts(bytes)
  const { created_at = null, upload_before = null, expires_at = null } = 'facts' in read ? read.facts : {}
  return {
    ...config,
    site: config['site'] ?? site ?? null,
    mode: config['mode'] ?? mode,
    content_base64: Buffer.from(bytes).toString('base64'),
    created_at,
    upload_before,
    expires_at,
  }
}
