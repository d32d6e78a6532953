/**
 * The secret scope: which secrets documents may refer to, and where each may be sent. It is the runner's file, not a
 * document of the fleet, so that who changes documents cannot change it.
 *
 * @module
 */
import * as z from 'zod'
import { apiVersion } from './documents.ts'
import { exactlyOne, filePath, isHostName } from './rules.ts'

const addressOrNetwork = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])

/** A host name, `*.` and a domain, an address, or a network such as 10.20.0.0/16. */
const isReceiver = (text: string): boolean =>
  addressOrNetwork.safeParse(text).success || isHostName(text.replace(/^\*\./, ''))

const entry = z
  .strictObject({
    fromEnv: z
      .string()
      .regex(/^[A-Za-z_*][A-Za-z0-9_*]*$/, 'is not the name of an environment variable')
      .max(256)
      .optional()
      .meta({ description: 'Name of an environment variable; `*` stands for any characters of a name.' }),
    fromFile: filePath().optional().meta({
      description:
        'Path of a file, below `--secrets-dir` where that is given, else below the folder of this file; `*` stands for any characters but "/".',
    }),
    azureIdentity: z.literal(true).optional().meta({
      description: 'What @azure/identity signs in with at a registrar that declares no token.',
    }),
    heldByAppliance: z.literal(true).optional().meta({
      description:
        'A password that an appliance holds from earlier, and sends to a proxy, SMB or mail server that is declared without one.',
    }),
    sentTo: z
      .array(
        z.string().max(260).refine(isReceiver, 'is no host name, *.domain, address or network such as 10.20.0.0/16'),
      )
      .min(1)
      .max(1000)
      .meta({ description: 'Host names, `*.domain` for every name below it, addresses and networks.' }),
  })
  .superRefine((value, ctx) => exactlyOne(value, ctx, ['fromEnv', 'fromFile', 'azureIdentity', 'heldByAppliance']))
  .meta({ description: 'One secret, or several of one pattern, and where they may be sent.' })

export const secretScope = z
  .strictObject({
    apiVersion: z.literal(apiVersion).meta({ description: 'Version of the format.' }),
    kind: z.literal('SecretScope').meta({ description: 'A secret scope.' }),
    spec: z.strictObject({
      secrets: z.array(entry).max(10_000).meta({ description: 'What is not named here is signed in with nowhere.' }),
    }),
  })
  .meta({ description: 'Which secrets documents may refer to, and to which hosts each may be sent.' })

export type SecretScopeSpec = z.infer<typeof secretScope>['spec']
