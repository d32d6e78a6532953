/**
 * Which fields are written together. The id of a step is the name of its group.
 *
 * | fields                                           | step                      |
 * | ------------------------------------------------ | ------------------------- |
 * | `network.address`, `.subnetMask`, `.gateway`     | `network.address`         |
 * | `network.dns`, `.hostname`, `.proxy.*`           | `network.dns`, … one each |
 * | `certificate.validation`                         | `certificate.validation`  |
 * | every other field of `certificate`               | `certificate`             |
 * | `forwarding.rules.<rule>.*`                      | `forwarding.rules.<rule>` |
 * | `managementConsole.zone`                         | `managementConsole.zone`  |
 * | `registration.legacy`                            | `registration.legacy`     |
 * | `name`, `registration.*`, `activation.*`         | `activation`              |
 * | every field of any other aspect                  | the aspect                |
 *
 * @module
 */
import { legacyPath } from '../compare/legacy-record.ts'
import { rulePath, segmentsOf } from '../compare/setting-fields.ts'

const addressFields = new Set(['address', 'subnetMask', 'gateway'])
const registrationAspects = new Set(['name', 'registration', 'activation'])
const groups = new Map<string, string>()

/** Group of a field, and so the id of the step that writes it. */
export function groupOf(path: string): string {
  let group = groups.get(path)
  if (group === undefined) groups.set(path, (group = findGroup(path)))
  return group
}

function findGroup(path: string): string {
  if (path === legacyPath) return legacyPath
  const [aspect = '', second = '', third = ''] = segmentsOf(path)
  if (registrationAspects.has(aspect)) return 'activation'
  if (aspect === 'network') return addressFields.has(second) ? 'network.address' : `network.${second}`
  if (aspect === 'certificate') return second === 'validation' ? 'certificate.validation' : 'certificate'
  if (aspect === 'managementConsole') return second === 'zone' ? 'managementConsole.zone' : aspect
  if (aspect === 'forwarding' && second === 'rules') return rulePath(third)
  return aspect
}
