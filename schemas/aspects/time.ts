import * as z from 'zod'
import { host, timeZone } from '../rules.ts'

export const dateFormats = ['dd/MM/yyyy HH:mm:ss', 'MM/dd/yyyy HH:mm:ss', 'yyyy/MM/dd HH:mm:ss'] as const

export const time = z
  .strictObject({
    timezone: timeZone().optional().meta({
      description: 'Time zone of alerts, widgets, reports and attack vectors, for all users.',
      'x-label': 'time zone',
      'x-rule':
        'An IANA name. The console shows region and city. Two names of one zone (Europe/Kyiv, Europe/Kiev) are no difference; one that the sensor does not know yet is refused, and the other name told.',
      'x-basis': 'project choice',
      'x-source':
        'Vendor how-to, "Synchronize time zones on the sensor": the identifiers themselves are not published.',
    }),
    dateFormat: z.enum(dateFormats).optional().meta({
      description: 'Format in which the console shows dates.',
      'x-label': 'date format',
      'x-basis': 'documented',
      'x-source': 'Vendor how-to, "Synchronize time zones on the sensor".',
    }),
    ntp: z
      .strictObject({
        enabled: z.boolean().optional().meta({
          description: 'Whether the clock is set by NTP. A drifting clock blocks activation.',
          'x-rule':
            'Switched off, the server that is set is left as it is: the vendor’s own command needs its address for that. Where the portal or a management console sets NTP, it is read only here.',
          'x-basis': 'documented',
          'x-source': 'Vendor CLI reference, "ntp enable" and "ntp disable".',
        }),
        server: host().optional().meta({
          description: 'NTP server (UDP port 123, reachable from the management port).',
          'x-basis': 'documented',
          'x-source': 'Vendor sensor settings, type "NTP": IP address or domain of an IPv4 NTP server.',
        }),
      })
      .optional()
      .meta({ description: 'Clock synchronisation.', 'x-label': 'NTP' }),
  })
  .meta({ description: 'Time and region.', 'x-console': 'System settings > Basic > Time & Region' })
