import * as z from 'zod'

const documented = {
  'x-basis': 'documented',
  'x-source': 'Vendor page "Back up OT network sensors from the on-premises management console".',
} as const

/** Of a management console: the backups that it collects from its sensors. */
export const sensorBackups = z
  .strictObject({
    collect: z
      .boolean()
      .optional()
      .meta({ description: 'Whether backups are collected from the sensors.', ...documented }),
    at: z
      .string()
      .regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, 'is not a time of day such as 04:00')
      .optional()
      .meta({
        description: 'Time of day at which they are collected, on the clock of the console.',
        ...documented,
        'x-rule': '24-hour time.',
      }),
    keepPerSensor: z
      .int()
      .min(1)
      .max(9)
      .optional()
      .meta({
        description: 'How many files are kept of each sensor.',
        ...documented,
        'x-rule': 'At most 9; a file has at most 40 GB, all together at most 100 GB.',
      }),
    storage: z
      .int()
      .min(1)
      .max(100)
      .optional()
      .meta({
        description: 'Storage that the collected files may take.',
        'x-unit': 'GB',
        ...documented,
      }),
    path: z
      .string()
      .max(512)
      // What is there after installation has a hyphen, and is read back, exported and declared as it is.
      .regex(
        /^((\/[A-Za-z0-9_]+)+|\/var\/cyberx\/sensor-backups)$/,
        'is not an absolute path of letters, digits, "_" and "/"',
      )
      .optional()
      .meta({
        description: 'Folder that the files are collected in.',
        ...documented,
        'x-rule': 'Letters, digits, "/" and "_". /var/cyberx/sensor-backups after installation.',
      }),
  })
  .meta({
    description: 'Backups that the console collects from its sensors.',
    'x-label': 'collected backups',
    'x-console': 'System Settings > Schedule Sensor Backups',
  })
