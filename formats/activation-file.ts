/**
 * The activation files that the simulated cloud makes and simulated sensors accept: a zip of `activation.json` and
 * `activation.sig` (Ed25519 over the bytes of `activation.json`). The format of the vendor's own files is not published;
 * a file that does not look like this is opaque, and only its bytes are passed on.
 *
 * @module
 */

/** What an activation file says. */
export interface ActivationFile {
  /** Unique for each download. */
  id: string
  /** Registered name. */
  name: string
  mode: 'cloud' | 'local'
  subscriptionId: string
  /** Site of the registration; null in local mode. */
  site: string | null
  /** Id of the record that it was downloaded from. */
  recordId: string
  /** ISO 8601, UTC. It must be uploaded within 14 days. */
  createdAt: string
  /** ISO 8601, UTC; null for files of cloud-connected sensors, which do not expire. */
  expiresAt: string | null
}

/** A downloaded file must be uploaded within this time of its creation. Documented. */
export const unusedFileDays = 14
