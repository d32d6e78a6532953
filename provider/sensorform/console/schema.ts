import { consoleAttributes } from '../../../schemas/terraform/generated.ts'
import { applianceFacts, factsOfSteps, idFact, readFacts } from '../appliance/facts.ts'
import { unreachableAttribute } from '../appliance/conduct.ts'
import type { ApplianceType } from '../appliance/type.ts'

export const consoleType: ApplianceType = {
  name: 'sensorform_management_console',
  kind: 'ManagementConsole',
  schema: {
    version: 0,
    description: [
      'One on-premises management console. Creating it adopts a console that is there; only what is configured is compared and',
      'written, everything else is read and left alone. Destroying it leaves the console as it is.',
    ].join(' '),
    attributes: { ...idFact, ...consoleAttributes, ...unreachableAttribute, ...applianceFacts },
  },
  facts: readFacts,
  factsChangedBy: factsOfSteps,
}
