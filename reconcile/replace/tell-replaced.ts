import { DeviceError } from '../device-error.ts'
import type { Remembered } from '../memory.ts'

/** Hardware that was replaced and shows its old key is not trusted any more; the error says that it is that. */
export function tellReplaced(error: unknown, key: string, remembered: Remembered | undefined): unknown {
  if (!(error instanceof DeviceError) || error.code !== 'TLS_UNTRUSTED' || !remembered?.replacement) return error
  const { at, former } = remembered.replacement
  const { served } = error.facts as { served?: { pin?: unknown } }
  if (typeof served?.pin !== 'string' || !former.pins?.includes(served.pin)) return error
  const serial = former.identity === undefined ? '' : ` (serial number ${former.identity})`
  return new DeviceError(
    error.code,
    `${error.message}. It is the key of the hardware${serial} that was replaced at ${at}`,
    {
      cause: error,
      facts: { ...error.facts },
      advice: `Nothing was sent. Switch the old hardware off, or give it another address. To go back to it: sensorform apply --replace ${key}.`,
    },
  )
}
