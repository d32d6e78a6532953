import * as z from 'zod'
import { duration } from '../rules.ts'

export const activation = z
  .strictObject({
    mode: z.enum(['cloud', 'local']).optional().meta({
      description: 'Whether the sensor is connected to the cloud or managed locally.',
      'x-reactivates': true,
      'x-rule': 'Another mode needs a new activation file.',
      'x-basis': 'documented',
      'x-source': 'Vendor how-to, "Upload new activation files".',
      'x-console': 'System settings > Sensor management > Subscription & Activation Mode',
    }),
    minRemaining: duration().optional().meta({
      description: 'How long the activation file must still be valid; below that it is renewed.',
      'x-not-a-setting': true,
      'x-unit': 'm, h or d',
      'x-rule':
        'The console itself warns 30d before a file of a locally managed sensor expires; files of cloud-connected sensors do not expire.',
      'x-basis': 'documented',
      'x-source': 'Vendor how-to, "About activation files for locally connected sensors".',
    }),
  })
  .meta({ description: 'How the sensor is activated.', 'x-label': 'activation' })
