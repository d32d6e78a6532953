import * as z from 'zod'
import { refuse, secret } from '../rules.ts'

const documented = {
  'x-basis': 'documented',
  'x-source': 'Vendor how-to, "Connect a sensor to the management console".',
} as const

/** Of a sensor: which on-premises management console it is connected to. */
export const managementConsole = z
  .strictObject({
    enabled: z
      .boolean()
      .optional()
      .meta({ description: 'Whether the sensor is connected to a management console.', ...documented }),
    console: z
      .string()
      .min(1)
      .max(63)
      .optional()
      .meta({
        description: 'Name of the ManagementConsole document; its connection string is read when it is needed.',
        'x-not-a-setting': true,
        ...documented,
        'x-rule':
          'Either this or connectionString. The version of the console must not be older than that of the sensor.',
      }),
    connectionString: secret('Connection string of a management console that no document declares, <address>:<token>.')
      .optional()
      .meta({
        ...documented,
        'x-rule': 'Console: System Settings > Sensor Setup - Connection String, to copy it from.',
      }),
    zone: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .meta({
        description: 'Zone that the sensor is assigned to in the Site Management of the console.',
        'x-not-a-setting': true,
        ...documented,
        'x-rule':
          'With `connectionString` a person assigns the zone: a manual step until it is confirmed, as nothing can read it back.',
      }),
  })
  .superRefine(checkConsole)
  .meta({
    description: 'Connection to the on-premises management console, for sites without a way to the cloud.',
    'x-label': 'management console connection',
    'x-console': 'System settings > Basic > Sensor setup > Connection to management console',
  })

function checkConsole(
  value: { enabled?: unknown; console?: unknown; connectionString?: unknown },
  ctx: z.RefinementCtx,
): void {
  const given = [value.console, value.connectionString].filter((one) => one !== undefined)
  const hint = 'Give console where a ManagementConsole document declares it, connectionString otherwise.'
  if (given.length > 1) {
    refuse(ctx, { code: 'ONE_OF', message: 'has console and connectionString, but only one may be given', hint })
  }
  if (given.length === 0 && value.enabled === true) {
    refuse(ctx, { code: 'REQUIRED', message: 'is on, but nothing says with which management console', hint })
  }
}
