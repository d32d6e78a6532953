/** Wrong usage of the command line. */
import type { Catalog } from './entry.ts'

export const cli = {
  SIMULATOR_NOT_LOOPBACK: {
    severity: 'error',
    title: 'An endpoint cannot be simulated',
    explanation:
      'Simulated sensors and the simulated cloud listen on this machine only. The document names an endpoint elsewhere; it may be a real appliance.',
    remedy: 'Give the documents loopback endpoints for the simulation, such as https://127.20.1.1:8443.',
  },
  SIMULATOR_SECRET_MISSING: {
    severity: 'error',
    title: 'A simulated appliance would have no password',
    explanation:
      'The simulator gives its sensors the passwords, and its cloud the token, that the documents refer to. One of them is not set.',
    remedy: 'Set the environment variable, or write the file, that the Fleet document refers to. Any text will do.',
  },
  SIMULATOR_ONE_CLOUD: {
    severity: 'error',
    title: 'More than one cloud is to be simulated',
    explanation: 'The simulator plays one cloud, but the documents declare several azure registrars.',
    remedy: 'Simulate documents that use one azure registrar.',
  },
} as const satisfies Catalog
