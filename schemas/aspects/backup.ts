import * as z from 'zod'
import { duration, host, secret } from '../rules.ts'

const documented = { 'x-basis': 'documented', 'x-source': 'Vendor how-to, "Set up backup and restore files".' } as const

const smb = z
  .strictObject({
    server: host()
      .optional()
      .meta({ description: 'SMB server.', ...documented }),
    share: z
      .string()
      .min(1)
      .max(80)
      .regex(/^[^\\/:*?"<>|\s,]+$/, 'is not the name of a share')
      .optional()
      .meta({
        description: 'Name of the share.',
        ...documented,
        'x-rule': 'Up to 80 characters, without spaces and \\ / : * ? " < > , and a bar (project choice).',
      }),
    path: z
      .string()
      .min(1)
      .max(512)
      .regex(
        /^(?!(.*\/)?\.\.?(\/|$))[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/,
        'is not a relative path such as sensors/berlin',
      )
      .optional()
      .meta({
        description: 'Folder within the share.',
        'x-basis': 'project choice',
        'x-rule': 'Relative, with forward slashes, without "..".',
      }),
    username: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .meta({ description: 'User name at the SMB server.', ...documented }),
    password: secret('Password at the SMB server.')
      .optional()
      .meta({ ...documented, 'x-sent-on-to': 'server' }),
    version: z.enum(['2.0', '2.1', '3.0', '3.1.1']).optional().meta({
      description: 'SMB protocol version (the `vers=` of the mount).',
      'x-basis': 'project choice',
      'x-source':
        'The vendor writes vers=X.X; the values are those of the Linux cifs mount. Version 1.0 is left out as unsafe.',
    }),
  })
  .meta({ description: 'SMB share.' })

export const backup = z
  .strictObject({
    enabled: z
      .boolean()
      .optional()
      .meta({
        description:
          'Whether the daily backup runs, at 03:00 on the clock of the sensor. PCAP files and logs are not backed up.',
        'x-label': 'daily backup',
        ...documented,
        'x-rule': 'Off by default in some hardware profiles; profile L100 has no backup.',
      }),
    directory: z
      .string()
      .regex(/^(?!.*\/\.\.?(\/|$))(\/[A-Za-z0-9_.-]+)+$/, 'is not an absolute path such as /var/cyberx/backups')
      .max(512)
      .optional()
      .meta({
        description: 'Directory of the backup files on the sensor, where the target is mounted.',
        'x-label': 'backup directory',
        ...documented,
        'x-rule':
          '/var/cyberx/backups after installation. Files are named <sensor name>-backup-version-<version>-<date>.tar.',
      }),
    target: z
      .strictObject({
        enabled: z
          .boolean()
          .optional()
          .meta({ description: 'Whether the share is mounted at `directory`.', ...documented }),
        smb: smb.optional(),
      })
      .optional()
      .meta({ description: 'Share outside the sensor that the backups are written to.', 'x-label': 'backup target' }),
    maxAge: duration().optional().meta({
      description: 'How old the newest backup may be; above that a backup is made. Backups under a former name count.',
      'x-not-a-setting': true,
      'x-unit': 'm, h or d',
      'x-basis': 'project choice',
      'x-source': 'The daily run makes 26h a sensible value.',
    }),
  })
  .meta({
    description: 'Daily backup and where it is written.',
    'x-console': 'System settings > Health and troubleshooting > Backup & restore',
  })
