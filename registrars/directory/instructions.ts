import type { Placement } from '../../reconcile/registrar.ts'
import { noFile } from './read-file.ts'

/** What was found where the file belongs: no problem when it is good. */
export interface FoundFile {
  problem: string | undefined
}

/** What is left to do in the portal. A person who put another file there is told what is wrong with it. */
export function describeSteps(name: string, placement: Placement, file: string, found: FoundFile | undefined): string {
  if (found && found.problem === undefined)
    return `${file} is there and good for ${name}: nothing is left to do in the portal, unless ${name} was registered anew since.`
  const isWrong = found?.problem !== undefined && found.problem !== noFile
  return [
    ...(isWrong ? [`The file that is there is not used: ${file} ${found.problem}.`] : []),
    ...portalSteps(name, placement, file),
  ].join('\n')
}

/** The documented way through the portal, step by step, with the values of this sensor. */
function portalSteps(name: string, { mode, site, zone }: Placement, file: string): readonly string[] {
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
  return steps.map((step, index) => `${index + 1}. ${step}`)
}
