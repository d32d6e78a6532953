/**
 * Rules over a whole appliance, all layers merged: what is needed to reach it, and what a setting needs beside it.
 *
 * @module
 */
import type { ApplianceSpec } from '../schemas/documents.ts'
import type { Problem } from '../schemas/problem.ts'
import { mailRequirements } from './mail-rules.ts'
import type { DocumentCode } from './problem.ts'
import { propertyRequirements } from './property-rules.ts'
import { softwareRequirements } from './software-rules.ts'

/** What a merged appliance lacks, at a path of its spec. */
export interface Requirement {
  code: DocumentCode
  path: readonly string[]
  summary: string
  hint?: string
  severity?: Problem['severity']
}

/**
 * Everything that the merged appliance lacks. Must also bear a spec that the schema refused. `hubs` are the registrars
 * whose records lie in an IoT hub; absent: nobody knows which do.
 */
export const requirements = (spec: ApplianceSpec, hubs?: ReadonlySet<string>): Requirement[] => [
  ...accessRequirements(spec),
  ...enabledRequirements(spec),
  ...ruleRequirements(spec),
  ...mailRequirements(spec),
  ...propertyRequirements(spec),
  ...softwareRequirements(spec),
  ...nameRequirements(spec),
  ...(hubs ? siteRequirements(spec, hubs) : []),
  ...zoneRequirements(spec),
]

const missing = (path: readonly string[], why: string, hint: string): Requirement => ({
  code: 'REQUIRED',
  path,
  summary: `${path.at(-1) ?? ''} is missing: ${why}`,
  hint,
})

function accessRequirements({ access, network }: ApplianceSpec): Requirement[] {
  // An `access` that no layer declares is found by the schema itself.
  if (!access) return []
  const { endpoint, credentials, trust, serverName } = access
  const named = serverName ?? network?.hostname ?? dnsNameOf(endpoint)
  const byAuthority = trust?.some(({ caFile, system }) => caFile !== undefined || system)
  return [
    ...(endpoint === undefined
      ? [
          missing(
            ['access', 'endpoint'],
            'the appliance cannot be found',
            'Give its address, such as https://10.20.0.5.',
          ),
        ]
      : []),
    ...(credentials === undefined
      ? [missing(['access', 'credentials'], 'nothing to sign in with', 'Name credentials of the Fleet document.')]
      : []),
    ...(trust === undefined
      ? [
          missing(
            ['access', 'trust'],
            'the appliance cannot be recognised',
            'Give a pin, pinFile, caFile or system: true.',
          ),
        ]
      : []),
    ...(byAuthority && named === undefined ? [noServerName] : []),
  ]
}

const noServerName: Requirement = {
  code: 'NO_SERVER_NAME',
  path: ['access', 'trust'],
  summary: 'A certificate authority is trusted, but no name is known that the certificate must carry',
  hint: "Declare access.serverName or network.hostname; the vendor's certificates carry a name and no address.",
}

/** The host of an endpoint where it is a name; an address names nobody. */
export function dnsNameOf(endpoint: string | undefined): string | undefined {
  if (endpoint === undefined || !URL.canParse(endpoint)) return undefined
  const { hostname } = new URL(endpoint)
  return /^[0-9.]+$|^\[/.test(hostname) ? undefined : hostname
}

const isOn = (group: { enabled?: boolean | undefined } | undefined): boolean =>
  group !== undefined && group.enabled !== false && Object.keys(group).length > 0

const need = (group: string, path: readonly string[], value: unknown): Requirement[] =>
  value === undefined
    ? [missing(path, `${group} is on`, `Declare it, or switch ${group} off with enabled: false.`)]
    : []

/** A group that is on needs what makes it work; `enabled` left out beside declared siblings means on. */
function enabledRequirements({ network, time, backup, mailServer }: ApplianceSpec): Requirement[] {
  const { target } = backup ?? {}
  return [
    ...(isOn(network?.proxy)
      ? [
          ...need('the proxy', ['network', 'proxy', 'host'], network?.proxy?.host),
          ...need('the proxy', ['network', 'proxy', 'port'], network?.proxy?.port),
        ]
      : []),
    ...(isOn(time?.ntp) ? need('NTP', ['time', 'ntp', 'server'], time?.ntp?.server) : []),
    ...(isOn(mailServer)
      ? (['host', 'port', 'sender'] as const).flatMap((key) =>
          need('the mail server', ['mailServer', key], mailServer?.[key]),
        )
      : []),
    ...(isOn(target)
      ? [
          ...need('the backup target', ['backup', 'target', 'smb', 'server'], target?.smb?.server),
          ...need('the backup target', ['backup', 'target', 'smb', 'share'], target?.smb?.share),
        ]
      : []),
  ]
}

function ruleRequirements({ forwarding }: ApplianceSpec): Requirement[] {
  return Object.entries(forwarding?.rules ?? {})
    .filter(([, rule]) => rule.absent !== true && Object.keys(rule.actions ?? {}).length === 0)
    .map(([name, rule]) => ({
      code: 'RULE_WITHOUT_ACTION' as const,
      path: ['forwarding', 'rules', name],
      summary: `Rule ${JSON.stringify(name)} declares no action`,
      hint: 'Declare actions; without them the rule can only be changed where it exists already.',
      ...((rule.actions !== undefined || Object.keys(rule).length === 0) && { severity: 'error' as const }),
    }))
}

function nameRequirements({ name, registration }: ApplianceSpec): Requirement[] {
  if (name === undefined || registration?.registrar !== undefined) return []
  return [
    {
      code: 'NAME_ONLY_READ',
      path: ['name'],
      summary: 'A name is declared without a registrar: it is only compared, a difference is a manual step',
      hint: 'Declare registration.registrar to have the sensor renamed by re-activation.',
    },
  ]
}

/** A cloud-connected sensor is registered in a site; one that is connected via an IoT hub has none. */
function siteRequirements({ registration, activation }: ApplianceSpec, hubs: ReadonlySet<string>): Requirement[] {
  const { registrar, site } = registration ?? {}
  if (registrar === undefined || activation?.mode === 'local') return []
  const path = ['registration', 'site']
  if (hubs.has(registrar) && site !== undefined) {
    const summary = `site is declared, but ${registrar} is an IoT hub, which has no sites`
    return [{ code: 'VALUE_INVALID', path, summary, hint: 'Leave it out, or withdraw what a layer declares: null.' }]
  }
  if (hubs.has(registrar) || activation?.mode !== 'cloud' || site !== undefined) return []
  return [missing(path, 'a cloud-connected sensor is registered in a site', 'Name the site of the registrar.')]
}

/** Registrars whose records lie in an IoT hub. */
export const hubsOf = (
  registrars: Iterable<readonly [string, { azure?: { hub?: string | undefined } | undefined }]>,
): ReadonlySet<string> =>
  new Set([...registrars].flatMap(([name, { azure }]) => (azure?.hub === undefined ? [] : [name])))

/** A zone is assigned at a console: the tool does it where it is declared, a person where its connection string is. */
function zoneRequirements({ managementConsole }: ApplianceSpec): Requirement[] {
  const { enabled, zone, console, connectionString } = managementConsole ?? {}
  // A connection that is on and leads nowhere is refused by the schema itself.
  if (zone === undefined || enabled || console !== undefined || connectionString !== undefined) return []
  return [
    {
      code: 'ZONE_NOT_ASSIGNED',
      path: ['managementConsole', 'zone'],
      summary: `The zone ${zone} is not assigned: nothing says at which management console`,
      hint: 'Name the console in managementConsole.console, or give its connectionString.',
    },
  ]
}
