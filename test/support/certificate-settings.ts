/** Settings of sensors with a certificate of their own. Its key is the secret KEY. */
import type { DesiredSettings } from '../../schemas/fleet.ts'
import { makeCertificate, type CertificateOptions } from '../simulator/sensor/certificates.ts'

const hostOf = (key: string): string => `${key}.plant.example`
/** The certificate carries the host name of the sensor. */
export const settingsOf =
  (made: CertificateOptions = {}, more: DesiredSettings['certificate'] = {}) =>
  (key: string): DesiredSettings => ({
    network: { hostname: hostOf(key) },
    certificate: {
      certificate: { file: `${key}.crt`, content: makeCertificate({ commonName: hostOf(key), ...made }) },
      privateKey: { fromEnv: 'KEY' },
      ...more,
    },
  })

/** Certificates are made once, so that each look compares the same. */
export function kept(settings: (key: string) => DesiredSettings): (key: string) => DesiredSettings {
  const made = new Map<string, DesiredSettings>()
  return (key) => {
    const known = made.get(key) ?? settings(key)
    made.set(key, known)
    return known
  }
}

/** In so many days; negative lies in the past. */
export const day = (days: number): Date => new Date(Date.now() + days * 86_400_000)
