/** What the provider block declares, apart from what is projected: a start of the provider reads no more than this. */
import * as z from 'zod'
import { access, credentials, policy, registrar } from '../access.ts'
import { filePath, secret } from '../rules.ts'

/** An appliance that is only reached has no layers that could add its endpoint. */
const { endpoint } = access.shape
const reached = access.extend({ endpoint: endpoint.unwrap().meta(endpoint.meta() ?? {}) })

const names = z.array(z.string().min(1).max(128)).optional()
const choice = { 'x-basis': 'project choice', 'x-not-a-setting': true } as const

/** What the provider block declares of the fleet. Where `environment` has a variable for it, the block wins. */
export const providerBlock = z.strictObject({
  credentials: z.record(z.string(), credentials).optional().meta({
    description:
      'How to sign in, by name. Reading has no configuration of a resource, so they are declared here. SENSORFORM_USERNAME and SENSORFORM_PASSWORD of the environment are the credentials `default`, unless they are declared.',
  }),
  registrars: z
    .record(z.string(), registrar)
    .optional()
    .meta({ description: 'Where sensors are registered, by name.' }),
  managementConsoles: z.record(z.string(), reached).optional().meta({
    description:
      'How to reach the management consoles that sensors name in `management_console.console`, by that name.',
  }),
  pinFile: filePath()
    .optional()
    .meta({
      description:
        'Path of the pin file (JSON, written by `sensorform trust`) that tells appliances whose `access` has no `trust`. An entry goes by host and port of the endpoint (the port only where it is not 443), else by the registered name; that of a console by its name here. Or the environment variable SENSORFORM_PIN_FILE.',
      ...choice,
    }),
  concurrency: policy.shape.concurrency.meta({
    description:
      'Appliances in flight at once, beside `-parallelism` of Terraform. Not given: as many as Terraform asks for. Or the environment variable SENSORFORM_CONCURRENCY.',
    ...choice,
  }),
  fingerprintKey: secret(
    'Key of at least 32 bytes for the tags by which a secret that was changed on an appliance is found. Without it secrets are only written with a new version. Or the environment variable SENSORFORM_FINGERPRINT_KEY.',
  )
    .optional()
    .meta(choice),
  allowUnguardedNetworkChange: z
    .boolean()
    .optional()
    .meta({
      description:
        'Lets an address be changed that does not revert by itself: a mistake cuts the sensor off. Not given: false. Or SENSORFORM_ALLOW_UNGUARDED_NETWORK_CHANGE=true.',
      ...choice,
    }),
  allowDelete: names.meta({
    description:
      'Registered names of sensors whose registration may be deleted where a renewal or an update across 22.1 needs it.',
    ...choice,
  }),
  adoptRecords: names.meta({
    description: 'Registered names whose record may be taken over although the sensor does not report it.',
    ...choice,
  }),
  allowCutOff: names.meta({
    description: 'Registered names of sensors whose peers may be cut off by certificate validation.',
    ...choice,
  }),
})

/** Variables of the environment that stand in for what the provider block leaves out. */
export const environment = {
  /** Together they are the credentials named `default`. */
  username: 'SENSORFORM_USERNAME',
  password: 'SENSORFORM_PASSWORD',
  pinFile: 'SENSORFORM_PIN_FILE',
  concurrency: 'SENSORFORM_CONCURRENCY',
  /** Of the same name as for the CLI, so that both know the other's tags. */
  fingerprintKey: 'SENSORFORM_FINGERPRINT_KEY',
  allowUnguardedNetworkChange: 'SENSORFORM_ALLOW_UNGUARDED_NETWORK_CHANGE',
} as const
