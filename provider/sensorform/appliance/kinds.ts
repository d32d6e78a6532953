import type { Attribute } from '../../../schemas/terraform/schema.ts'
import { textOf, type Value } from '../../model/value.ts'
import type { ApplianceKind } from '../../../schemas/documents.ts'

/** Kinds of appliance, as a configuration says them. */
export const kinds = { sensor: 'Sensor', management_console: 'ManagementConsole' } as const

/** Of what both kinds of appliance have. */
export const applianceKind: Attribute = {
  type: 'string',
  optional: true,
  description: 'Kind of the appliance: `sensor` or `management_console`. Left out: `sensor`.',
}

export const isKind = (said: Value): boolean => said === null || Object.hasOwn(kinds, textOf(said) ?? '')

export const kindOf = (said: Value | undefined): ApplianceKind => kinds[textOf(said) as keyof typeof kinds] ?? 'Sensor'

export const noSuchKind = {
  severity: 'error',
  summary: 'appliance is neither sensor nor management_console',
  path: ['appliance'],
} as const
