/**
 * Steps for the certificate of the web console.
 *
 * | differs                                | `privateKey` | step                                              |
 * | -------------------------------------- | ------------ | ------------------------------------------------- |
 * | certificate, chain, key or passphrase  | declared     | one import of all five                            |
 * | certificate or chain                   | not declared | a person's: the certificate is only watched       |
 * | the name alone                         |              | a name is set                                     |
 * | any, where the driver leaves it to a person |         | a person's                                        |
 *
 * @module
 */
import type { Change } from '../change.ts'
import type { Draft } from './draft.ts'
import { setStep, writeOf } from './field-steps.ts'
import type { Look } from '../compare/look.ts'
import { manualStep, stepByHand } from './manual-steps.ts'
import type { PlannedValue, Step } from '../plan-types.ts'
import { declaredFields } from '../compare/setting-fields.ts'
import { groupOf } from './step-groups.ts'
import { makeStep } from './step-facts.ts'

const imported = ['certificate.certificate', 'certificate.chain', 'certificate.privateKey', 'certificate.passphrase']
const name = 'certificate.name'

/** Steps for every changed field of the certificate but its validation. */
export function certificateSteps(look: Look, changes: readonly Change[]): Draft {
  const paths = changes
    .filter(({ kind, path }) => kind === 'field' && groupOf(path) === 'certificate')
    .map(({ path }) => path)
  const manual = paths.filter((path) => writeOf(look, path) === 'manual')
  const automatic = paths.filter((path) => writeOf(look, path) === 'automatic')
  const files = automatic.filter((path) => imported.includes(path))
  const declared = declaredFields(look.desired)
  const canImport = declared.has('certificate.privateKey') && declared.has('certificate.certificate')
  const steps: (Step | undefined)[] = [
    files.length > 0 && canImport ? importStep(look, automatic) : undefined,
    files.length > 0 && !canImport ? watchedStep(look, files) : undefined,
    automatic.includes(name) && (files.length === 0 || !canImport)
      ? setStep(look, 'certificate', [name], [])
      : undefined,
    manual.length > 0 ? manualStep(look, 'certificate', manual) : undefined,
  ]
  return { steps: steps.filter((step) => step !== undefined), problems: [] }
}

function importStep(look: Look, changes: readonly string[]): Step {
  const declared = declaredFields(look.desired)
  const paths = [name, ...imported].filter((path) => declared.has(path) && writeOf(look, path) === 'automatic')
  const values = Object.fromEntries(paths.map((path) => [path, declared.get(path) as PlannedValue]))
  return makeStep({
    id: 'certificate',
    title: 'import the certificate',
    action: { type: 'importCertificate', values },
    changes,
    pointOfNoReturn: 'the sensor accepts the import: the private key before it cannot be read back',
  })
}

function watchedStep(look: Look, paths: readonly string[]): Step {
  const declared = declaredFields(look.desired)
  const values = Object.fromEntries(paths.map((path) => [path, declared.get(path) as PlannedValue]))
  return stepByHand(look, 'certificate.manual', values, paths)
}
