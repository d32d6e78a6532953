import type { Placement } from '../../reconcile/registrar.ts'

/** The documented way through the portal, step by step, with the values of this sensor. */
export function describeSteps(name: string, { mode, site, zone }: Placement, file: string): string {
  const values = [
    `name: ${name}`,
    mode === 'cloud' ? 'cloud connected: on' : 'cloud connected: off (locally managed)',
    ...(mode === 'cloud' && site !== undefined ? [`site: ${site}`] : []),
    ...(mode === 'cloud' && zone !== undefined ? [`zone: ${zone}`] : []),
  ]
  const steps = [
    'In the Azure portal, open Defender for IoT > Sites and sensors.',
    'If the sensor is registered already, under whatever name: find it, select the three dots (...) on its row, and select Delete sensor.',
    `Select Getting Started > Set up OT/ICS Security > Register this sensor with Microsoft Defender for IoT, with ${values.join(', ')}.`,
    `Back on Sites and sensors, find ${name}, select the three dots (...) on its row, and select Download activation file.`,
    `Save the file, unopened, as ${file}. It must be used within 14 days.`,
  ]
  return steps.map((step, index) => `${index + 1}. ${step}`).join('\n')
}
