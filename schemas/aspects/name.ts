import * as z from 'zod'

export const name = z
  .string()
  .min(1)
  .max(128)
  .regex(
    /^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$/,
    'may hold letters, digits, ".", "_" and "-", and begins and ends with a letter or digit',
  )
  .meta({
    description:
      'Registered name of the sensor. It is carried in the activation file: changing it re-activates the sensor.',
    'x-reactivates': true,
    'x-rule': '1 to 128 letters, digits, ".", "_" and "-".',
    'x-basis': 'project choice',
    'x-source':
      'The vendor asks for a meaningful name and publishes no pattern; the pattern is what a URL segment carries safely.',
    'x-console': 'Azure portal > Defender for IoT > Sites and sensors',
  })
