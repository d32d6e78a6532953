import * as z from 'zod'

const documented = { 'x-basis': 'documented', 'x-source': 'Vendor how-to, "Adjust system properties".' } as const

/** What the vendor says before anybody edits system properties. */
export const systemPropertiesWarning =
  'Editing or modifying system properties might damage the operation of the sensor console. Consult with Microsoft Support before you change them.'

const fileName = z
  .string()
  .max(128)
  .regex(
    /^\/?[A-Za-z0-9][A-Za-z0-9_.-]*([ /][A-Za-z0-9][A-Za-z0-9_.-]*)*$/,
    'is not the name of a property file such as authentication.properties',
  )

const keyName = z
  .string()
  .max(128)
  .regex(/^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$/, 'is not the name of a property such as crl_retries')

/** Of a sensor and of a management console: lines of property files. */
export const systemProperties = z
  .strictObject({
    acknowledgeUnsupported: z
      .literal(true)
      .optional()
      .meta({
        description: `Says that the warning of the vendor is known: ${systemPropertiesWarning}`,
        'x-not-a-setting': true,
        ...documented,
        'x-rule': 'Needed as soon as one property is declared.',
      }),
    files: z
      .record(
        fileName,
        z.record(
          keyName,
          z
            .string()
            .max(4096)
            .regex(/^(?!\s)[^\p{C}]*(?<!\s)$/u, 'is more than one line, or begins or ends with a space')
            .meta({
              description: 'Value of the property, as text: put numbers, true and false in quotes.',
              'x-label': 'system properties',
              ...documented,
            }),
        ),
      )
      .optional()
      .meta({
        description:
          'Property files and their keys. A file is named as below /var/cyberx/properties, or as the category of the console.',
        ...documented,
        'x-rule':
          'What is documented is checked; other keys bring a warning. Secrets, and what another field declares, are refused. When a file is read again is documented for settings.py alone (a restart of all processes); for others the sensor may have to be restarted by hand.',
      }),
    withdrawnKeys: z.enum(['keep', 'restore']).optional().meta({
      description:
        'What becomes of a key that is no longer declared. restore: it gets the value back that it had before the first write, as far as that is remembered. Not given: it stays as it is.',
      'x-not-a-setting': true,
      'x-basis': 'project choice',
    }),
  })
  .meta({
    description: `System properties. ${systemPropertiesWarning}`,
    'x-label': 'system properties',
    'x-console': 'System Settings > General > System Properties',
  })
