import * as z from 'zod'
import { exactlyOne, filePath, hostName, secret, timeZone } from './rules.ts'

const choice = { 'x-basis': 'project choice', 'x-not-a-setting': true } as const

/** One way to recognise an appliance or a cloud endpoint. Any one of a list may match. */
export const trustAnchor = z
  .strictObject({
    pin: z
      .string()
      .regex(/^sha256\/[A-Za-z0-9+/]{43}=$/, 'is not a pin such as sha256/<base64 of 32 bytes>')
      .optional()
      .meta({ description: 'SHA-256 of the public key (SubjectPublicKeyInfo), in base64.', ...choice }),
    pinFile: filePath()
      .optional()
      .meta({
        description: 'Pin file (JSON) that `sensorform trust` writes: document key to public key hashes and identity.',
        ...choice,
        'x-file': true,
      }),
    caFile: filePath()
      .optional()
      .meta({ description: 'Certificate authority, PEM.', ...choice, 'x-file': true }),
    system: z
      .literal(true)
      .optional()
      .meta({ description: 'The certificate authorities of the operating system.', ...choice }),
  })
  .superRefine((value, ctx) => exactlyOne(value, ctx, ['pin', 'pinFile', 'caFile', 'system']))
  .meta({
    description: 'Whom to trust: exactly one of pin, pinFile, caFile, system.',
    'x-leaf': true,
    'x-exactly-one': true,
  })

export type TrustAnchor = z.infer<typeof trustAnchor>

export const httpsEndpoint = z
  .string()
  .max(512)
  .regex(/^https:\/\/[^\s/\\?#@]+\/?$/, 'is not an https address such as https://10.20.0.5')
  .refine(isPlainOrigin, 'is not an https address such as https://10.20.0.5')

/** Parsers of URLs read 010.20.0.5, 0xa140005 and %31%30.20.0.5 as addresses; here an address is written as one. */
function isPlainOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { hostname, port } = new URL(text)
  return port !== '0' && (!/^[0-9.]+$/.test(hostname) || text.slice('https://'.length).startsWith(hostname))
}

/** How to reach an appliance and how to know that it is the right one. */
export const access = z
  .strictObject({
    driver: z
      .enum(['api'])
      .optional()
      .meta({ description: 'Driver that speaks to the appliance.', ...choice }),
    endpoint: httpsEndpoint.optional().meta({
      description: 'Where the appliance is found. May name the old or the new address, before and after a move.',
      'x-rule': 'https, a host and perhaps a port; no path and no password. One sensor has it.',
      ...choice,
    }),
    credentials: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .meta({
        description: 'Name of the credentials (of the Fleet document) to sign in with.',
        ...choice,
      }),
    readCredentials: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .meta({
        description: 'Name of the credentials that serve every verb that writes nothing.',
        ...choice,
      }),
    trust: z
      .array(trustAnchor)
      .min(1)
      .max(16)
      .optional()
      .meta({ description: 'Whom to trust; any entry may match.', ...choice }),
    serverName: hostName()
      .optional()
      .meta({
        description: 'Name that a certificate signed by a trusted authority must carry.',
        ...choice,
      }),
    identity: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .meta({ description: 'Serial number of the appliance.', ...choice }),
  })
  .meta({ description: 'How to reach the appliance.' })

export type Access = z.infer<typeof access>

export const hold = z
  .strictObject({
    until: z.iso
      .datetime({ offset: true })
      .or(z.iso.date())
      .meta({
        description: 'End of the hold: a date (its first moment in UTC) or a date with time and offset.',
        ...choice,
      }),
    reason: z
      .string()
      .min(1)
      .max(512)
      .meta({ description: 'Why; shown in every report.', ...choice }),
  })
  .meta({
    description:
      'Leaves the sensor or site alone: not contacted, outside all thresholds. An expired hold is a problem.',
    'x-leaf': true,
  })

export type Hold = z.infer<typeof hold>

export const credentials = z
  .strictObject({
    username: z
      .string()
      .min(1)
      .max(256)
      .meta({ description: 'User of the appliance.', ...choice }),
    password: secret('Password of the user.').meta(choice),
    previousPassword: secret('Tried once, and reported, when the password is refused.').optional().meta(choice),
  })
  .meta({ description: 'How to sign in.' })

export type Credentials = z.infer<typeof credentials>

/** Azure Resource Manager of the public cloud. */
export const azureEndpoint = 'https://management.azure.com'

const azure = z
  .strictObject({
    endpoint: httpsEndpoint.optional().meta({
      description: 'Azure Resource Manager. Not given: https://management.azure.com; other clouds have another.',
      ...choice,
    }),
    subscriptionId: z
      .string()
      .min(1)
      .max(128)
      .meta({ description: 'Azure subscription.', 'x-basis': 'documented', 'x-not-a-setting': true }),
    location: z
      .string()
      .regex(/^[a-z0-9]+$/, 'is not a location such as eastus')
      .meta({ description: 'Azure location of the sites.', 'x-basis': 'documented', 'x-not-a-setting': true }),
    hub: z
      .string()
      .max(512)
      .regex(
        /^\/subscriptions\/[\w-]+\/resourceGroups\/[\w().-]+\/providers\/Microsoft\.Devices\/IotHubs\/[\w-]+$/i,
        'is not the resource id of an IoT hub',
      )
      .optional()
      .meta({
        description:
          'Resource id of an IoT hub, for sensors that are connected via one (legacy): their records lie there, and have no site. Another hub is another registrar, and so a re-activation.',
        'x-basis': 'documented',
        'x-source':
          'Microsoft.IoTSecurity 2021-02-01-preview, Sensors_CreateOrUpdate; vendor how-to, "Upload new activation files".',
        'x-not-a-setting': true,
      }),
    token: secret('Bearer token. Without it, @azure/identity signs in as the environment says.')
      .optional()
      .meta(choice),
    trust: z
      .array(trustAnchor)
      .min(1)
      .max(16)
      .optional()
      .meta({ description: 'Whom to trust. Not given: system.', ...choice }),
  })
  .meta({ description: 'Registers sensors in Azure through the published Microsoft.IoTSecurity operations.' })

const directory = z
  .strictObject({
    path: filePath().meta({
      description:
        'Folder, below that of the document, in which a person puts activation files named <registered name>.zip.',
      ...choice,
    }),
  })
  .meta({
    description:
      'Activation files that a person downloads in the portal and hands in; for locally managed and air-gapped sites.',
  })

export const registrar = z
  .strictObject({ azure: azure.optional(), directory: directory.optional() })
  .superRefine((value, ctx) => exactlyOne(value, ctx, ['azure', 'directory']))
  .meta({
    description: 'Where sensors are registered: exactly one of azure, directory.',
    'x-leaf': true,
    'x-exactly-one': true,
  })

export type RegistrarSpec = z.infer<typeof registrar>

const percentage = (description: string) =>
  z
    .string()
    .regex(/^(100|[1-9]?[0-9])%$/, 'is not a percentage such as 30%')
    .meta({ description, ...choice, 'x-unit': '% of the declared fleet or site' })

export const policy = z
  .strictObject({
    maxChangedSensors: percentage(
      'Largest share of the declared fleet that one run may change; from 10 sensors up. Not given: 30%.',
    ).optional(),
    maxUnknownSensors: percentage(
      'Largest share of a site that may be unknown; from 10 sensors up. Not given: 10%.',
    ).optional(),
    maxDisruptedPerSite: percentage(
      'Largest share of a site that one run may disrupt; one sensor always may. Not given: 50%.',
    ).optional(),
    concurrency: z
      .int()
      .min(1)
      .max(256)
      .optional()
      .meta({ description: 'Sensors in flight at once. Not given: 10.', ...choice }),
    onError: z
      .enum(['continue', 'stopSite', 'abort'])
      .optional()
      .meta({
        description:
          'What a failed sensor means for the others: continue, begin no other of its site, or begin no other at all. Not given: continue.',
        ...choice,
      }),
    drift: z
      .enum(['correct', 'report'])
      .optional()
      .meta({
        description: 'Whether apply corrects changes of cause `sensor` or only shows them. Not given: correct.',
        ...choice,
      }),
  })
  .meta({ description: 'When a plan is refused, and how a run behaves.' })

export type PolicySpec = z.infer<typeof policy>

const openPattern =
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)(-(Mon|Tue|Wed|Thu|Fri|Sat|Sun))? ([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$/
const open = z.string().regex(openPattern, 'is not a window such as "Sat 22:00-02:00" or "Mon-Fri 20:00-23:00"')

export const window = z
  .strictObject({
    timezone: timeZone().meta({ description: 'IANA time zone in which the hours are meant.', ...choice }),
    open: z.union([open, z.array(open).min(1).max(32)]).meta({
      description: 'When disruptive steps may run: days and hours; an end before the start lies on the next day.',
      ...choice,
    }),
  })
  .meta({ description: 'Maintenance window of the site.', 'x-leaf': true })

export type WindowSpec = z.infer<typeof window>
