/**
 * The pin file: who an appliance was when a person looked. `sensorform trust` and the simulator write it, loading reads it.
 *
 * @module
 */
import * as z from 'zod'

const entry = z.strictObject({
  /** Any of them may match. */
  pins: z
    .array(z.string().regex(/^sha256\/[A-Za-z0-9+/]{43}=$/))
    .min(1)
    .max(16),
  /** Serial number. */
  identity: z.string().min(1).max(128).optional(),
})

/** Key of the document, or `registrarPinKey`, to public key hashes and identity. */
export const pinFile = z.record(z.string().min(1).max(128), entry)

export type PinFile = z.infer<typeof pinFile>

/** The key of a registrar of the Fleet document. No document key holds a colon. */
export const registrarPinKey = (name: string): string => `registrar:${name}`
