/** What is found before certificate validation is turned on. */
import type { Catalog } from './entry.ts'

export const validation = {
  VALIDATION_CUTS_OFF: {
    severity: 'error',
    title: 'Certificate validation would cut peers off',
    explanation:
      'Before validation is turned on, the appliance connects to every peer that it speaks TLS with (a management console to its sensors as well) and judges its certificate. With validation on, the communication with the named ones is halted, so it is not turned on. Where that was allowed, this is a warning.',
    remedy:
      'Give these peers certificates that the declared certificate chain has issued, or take them out of the spec. If they may be cut off, say --allow-cut-off KEY.',
  },
  VALIDATION_UNCHECKED: {
    severity: 'warning',
    title: 'Nobody knows what certificate validation cuts off',
    explanation:
      'The driver cannot let the sensor look at the certificates of its peers, or a peer did not answer. Validation is turned on all the same.',
    remedy: 'Look at the certificates of the named peers; after the apply, send a test message.',
  },
} as const satisfies Catalog
