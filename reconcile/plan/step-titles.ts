/** Steps in plain words. */
import { liesBelow, ruleOf } from '../compare/setting-fields.ts'

const words: readonly (readonly [prefix: string, word: string])[] = [
  ['time.timezone', 'time zone'],
  ['time.dateFormat', 'date format'],
  ['time.ntp', 'NTP'],
  ['network.dns', 'DNS servers'],
  ['network.hostname', 'host name'],
  ['network.proxy', 'proxy'],
  ['network.address', 'address'],
  ['network.subnetMask', 'subnet mask'],
  ['network.gateway', 'gateway'],
  ['certificate.name', 'name of the certificate'],
  ['certificate.validation', 'certificate validation'],
  ['certificate.privateKey', 'private key'],
  ['certificate.chain', 'certificate chain'],
  ['certificate.certificate', 'certificate'],
  ['backup.enabled', 'daily backup'],
  ['backup.directory', 'backup directory'],
  ['backup.target', 'backup target'],
  ['registration.zone', 'zone'],
  ['registration.site', 'site'],
  ['registration.tiAutomaticUpdates', 'threat intelligence updates'],
  ['activation', 'activation'],
]

function wordFor(path: string): string {
  const rule = ruleOf(path)
  if (rule !== undefined) return `forwarding rule ${rule}`
  return words.find(([prefix]) => liesBelow(path, prefix))?.[1] ?? path
}

/** "time zone, date format and NTP". */
export function nameFields(paths: readonly string[]): string {
  const names = [...new Set(paths.map(wordFor))]
  const last = names.pop() ?? ''
  return names.length === 0 ? last : `${names.join(', ')} and ${last}`
}
