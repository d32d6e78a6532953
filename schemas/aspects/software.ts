import * as z from 'zod'
import { filePath } from '../rules.ts'

const documented = {
  'x-basis': 'documented',
  'x-source': 'Vendor how-to, "Update a standalone sensor version".',
} as const

const versionPattern = /^(0|[1-9][0-9]{0,8})(\.(0|[1-9][0-9]{0,8})){1,3}$/
const noVersion = 'is not a version such as 10.5.5 or 22.3.8.91, in quotes'

const softwarePackage = z
  .strictObject({
    file: filePath().meta({
      description: 'Path of the package, below `--packages-dir` or the folder of the document.',
      'x-not-a-setting': true,
      ...documented,
      'x-rule':
        'Named as the vendor names it: `legacy-`, `upstream-` or nothing, then `sensor-secured-patcher-<version>.tar`, of the same version.',
    }),
    sha256: z
      .string()
      .regex(/^[0-9a-fA-F]{64}$/, 'is not a SHA-256 hash of 64 hex digits, as sha256sum prints it')
      .meta({
        description: 'SHA-256 of the package. A file with another one is sent to no sensor.',
        'x-not-a-setting': true,
        'x-basis': 'project choice',
      }),
  })
  .meta({ description: 'A package as it was downloaded from the portal.', 'x-leaf': true, 'x-package': true })

export const software = z
  .strictObject({
    version: z
      .string()
      .regex(versionPattern, noVersion)
      .optional()
      .meta({
        description: 'Version of the software. A build after it, as in 22.2.5.9-r-2121448, is not compared.',
        'x-label': 'software version',
        ...documented,
        'x-rule': 'No older than what runs: a sensor goes back to a version by a new installation only.',
      }),
    packages: z
      .record(z.string().regex(versionPattern, noVersion), softwarePackage)
      .optional()
      .meta({
        description: 'Update packages by version: that of `version`, and of what lies on the way there.',
        'x-not-a-setting': true,
        ...documented,
        'x-rule': 'From before 10.5.5 the way leads over 10.5.5 to 22.x.',
      }),
    backupFirst: z.boolean().optional().meta({
      description: 'false declines the backup that is made before an update.',
      'x-not-a-setting': true,
      'x-basis': 'project choice',
      'x-source': 'The vendor advises a backup before an update.',
    }),
  })
  .meta({
    description: 'Version of the software and the packages that lead there.',
    'x-label': 'software',
    'x-console': 'System Settings > Sensor management > Software Update',
  })
