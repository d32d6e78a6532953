/** A fingerprint as a person compares it. */
import type { ServedCertificate } from '../reconcile/driver.ts'
import { plainText } from '../report/neutral.ts'
import { styleOf } from '../report/style.ts'

export interface Shown {
  endpoint: string
  /** Under which the pin is recorded. */
  key: string
  served: ServedCertificate
  /** Pins that were recorded before. */
  known: readonly string[] | undefined
}

export function fingerprintText({ endpoint, key, served, known }: Shown, { colour }: { colour: boolean }): string {
  const style = styleOf(colour)
  const rows = [
    ['key', key],
    ['pin', served.pin],
    ['certificate', `sha256 ${served.sha256}`],
    ['subject', served.subject],
    ['valid', `${served.notBefore} to ${served.notAfter}${served.expired ? ' (expired)' : ''}`],
    ['known', knownText(known, served.pin)],
  ].map(([name = '', value = '']) => `  ${name.padEnd(11)}  ${plainText(value)}`)
  return [style.bold(endpoint), ...rows, ''].join('\n')
}

function knownText(known: readonly string[] | undefined, pin: string): string {
  if (!known) return 'no'
  return known.includes(pin) ? 'yes, the same' : `ANOTHER KEY WAS RECORDED: ${known.join(', ')}`
}
