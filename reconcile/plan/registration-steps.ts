/**
 * Steps for registration and activation.
 *
 * | differs                           | the tool can register, fetch and upload | step                      |
 * | --------------------------------- | --------------------------------------- | ------------------------- |
 * | zone or updates alone             | yes                                     | the record is updated     |
 * | anything else                     | yes                                     | re-activation             |
 * | anything                          | no                                      | a person's, with the path |
 *
 * What stands in the way of a re-activation: registration-obstacles.ts and preconditions.ts.
 *
 * @module
 */
import type { Fleet } from '../../schemas/fleet.ts'
import type { Change } from '../change.ts'
import { emptyDraft, type Draft } from './draft.ts'
import { allowedFormer, rememberedRegistrar } from '../compare/former-record.ts'
import { isDeleteAllowed, type Look } from '../compare/look.ts'
import { stepByHand } from './manual-steps.ts'
import type { Action, Step } from '../plan-types.ts'
import {
  desiredLookup,
  isReported,
  liesAt,
  liveLookup,
  recordOf,
  registrationValues,
  reportedOf,
  wantedOf,
  type Reported,
  type Wanted,
} from '../compare/records.ts'
import { inheritedRecord } from '../replace/replacement.ts'
import type { RegistrationRecord } from '../registrar.ts'
import { namelessProblem, ownershipProblem, unaskedProblem, type RegistrationCase } from './registration-obstacles.ts'
import { groupOf } from './step-groups.ts'
import { makeStep } from './step-facts.ts'
import { nameFields } from './step-titles.ts'

type Reactivate = Extract<Action, { type: 'reactivate' }>

/** Fields of the record that never re-activate. */
const recordFields = new Set(['registration.zone', 'registration.tiAutomaticUpdates'])

/** Steps for changes of name, registration and activation. `crossedTo` is the version that runs once 22.1 is crossed. */
export function registrationSteps(
  look: Look,
  fleet: Fleet,
  all: readonly Change[],
  crossedTo: string | undefined,
): Draft {
  const changes = all.filter(({ path }) => groupOf(path) === 'activation')
  if (changes.length === 0) return emptyDraft
  const reported = reportedOf(look)
  const wanted = wantedOf(look, reported)
  const { registrar } = look.desired.settings.registration ?? {}
  if (!wanted) return { steps: [], problems: [namelessProblem(look)] }
  if (registrar === undefined) return { steps: [byHand(look, changes)], problems: [] }
  const one: RegistrationCase = { look, fleet, registrar, reported, wanted, changes, crossedTo }
  return changes.every(({ path }) => recordFields.has(path)) ? updateSteps(one) : activationSteps(one)
}

function updateSteps({ look, registrar, wanted, changes }: RegistrationCase): Draft {
  const paths = changes.map(({ path }) => path)
  if (!look.context.registrarSupport(registrar).register) {
    const all = registrationValues(look.desired)
    const values = Object.fromEntries(Object.entries(all).filter(([path]) => recordFields.has(path)))
    const step = {
      ...stepByHand(look, 'registration', values, paths),
      instructions: portalPath(look, registrar, wanted),
    }
    return { steps: [step], problems: [] }
  }
  const step = makeStep({
    id: 'registration',
    title: `set ${nameFields(paths)} of the registration`,
    action: { type: 'updateRecord', registrar, name: wanted.name, placement: wanted.placement },
    changes: paths,
  })
  return { steps: [step], problems: [] }
}

function activationSteps(one: RegistrationCase): Draft {
  const automatic = isAutomatic(one)
  const withheld = ownershipProblem(one) ?? (automatic ? unaskedProblem(one) : undefined)
  if (withheld) return { steps: [], problems: [withheld] }
  return { steps: [automatic ? reactivation(one) : byHand(one.look, one.changes, one)], problems: [] }
}

/** The tool can do all of it: register, fetch the file (or find it handed in) and upload it. */
function isAutomatic({ look, registrar }: RegistrationCase): boolean {
  const { register, download } = look.context.registrarSupport(registrar)
  const fetches = download === 'automatic' ? register : look.sight.fileAtHand === true
  return fetches && look.support.activationUpload === 'automatic'
}

function reactivation(one: RegistrationCase): Step {
  const { look, wanted, changes, reported } = one
  const action = reactivateAction(one)
  const { deletes } = action
  return makeStep({
    id: 'activation',
    title: titleOf(action),
    action,
    changes: changes.map(({ path }) => path),
    disrupts: disruptionOf(action, reported),
    undo: deletes ? 'no' : 'yes',
    pointOfNoReturn:
      deletes && `the record ${deletes.name} is deleted: from then on the sensor has to be activated as ${wanted.name}`,
    ...(look.context.registrarSupport(one.registrar).download === 'manual' && {
      instructions: portalPath(look, one.registrar, wanted),
    }),
  })
}

function reactivateAction(one: RegistrationCase): Reactivate {
  const { registrar, reported, wanted, look } = one
  const former = rememberedRegistrar(look.remembered) ?? allowedFormer(look)?.registrar ?? registrar
  const reason = reasonOf(one)
  const deletes = deletionOf(one, reason)
  const record = recordOf(desiredLookup(look, wanted))
  const version = updatedTo(one)
  return {
    type: 'reactivate',
    reason,
    registrar,
    from: reported.name === null ? null : { registrar: former, name: reported.name, mode: reported.mode },
    to: { name: wanted.name, placement: wanted.placement },
    ...(deletes && { deletes }),
    recordStands: record !== undefined && !(deletes?.registrar === registrar && isSame(deletes, record)),
    ...(version !== undefined && { version }),
  }
}

/** The version that the cloud lists once a sensor that has crossed 22.1 is connected again. */
const updatedTo = ({ changes, crossedTo }: RegistrationCase): string | undefined =>
  changes.some(isOutdated) ? crossedTo : undefined

const isOutdated = (change: Change): boolean => change.kind === 'registration' && change.what === 'activationOutdated'

const isSame = (one: Pick<RegistrationRecord, 'name' | 'mode' | 'site'>, other: RegistrationRecord): boolean =>
  one.name === other.name && liesAt(other, one)

function reasonOf({ reported, wanted, changes }: RegistrationCase): Reactivate['reason'] {
  const paths = new Set(changes.map(({ path }) => path))
  const faults = new Set(changes.map((change) => change.kind === 'registration' && change.what))
  if (reported.name === null) return 'activate'
  if (reported.name !== wanted.name) return 'rename'
  if (paths.has('activation.mode') || faults.has('wrongMode')) return 'mode'
  if (paths.has('registration.site') || paths.has('registration.registrar')) return 'move'
  if (changes.some(isOutdated)) return 'update'
  return changes.every(({ kind, path }) => kind === 'expiry' || recordFields.has(path)) ? 'renew' : 'restore'
}

/**
 * Only the record that this sensor itself reports, by name, mode and site, is deleted: when any of them changes, and on
 * renewal where that was allowed by name.
 */
function deletionOf(one: RegistrationCase, reason: Reactivate['reason']): Reactivate['deletes'] {
  const { look, registrar, reported, wanted } = one
  const record = recordOf(liveLookup(look, reported))
  if (reported.name === null) return inheritance(one)
  if (!record || !isReported(reported, record)) return formerRegistration(one)
  const renews = reason === 'renew' && isDeleteAllowed(look)
  const goes = reported.name !== wanted.name || !liesAt(record, wanted.placement) || renews
  return goes ? deletion(registrar, record) : formerRegistration(one)
}

const deletion = (registrar: string, { name, mode, site }: RegistrationRecord): Reactivate['deletes'] => ({
  registrar,
  name,
  mode,
  ...(site !== undefined && { site }),
})

/** The record of the hardware that this one replaces. */
function inheritance({ look, fleet }: RegistrationCase): Reactivate['deletes'] {
  const inherited = inheritedRecord(look.remembered, look.observation)
  if (!inherited || !fleet.registrars.has(inherited.registrar)) return undefined
  if (!look.context.registrarSupport(inherited.registrar).register) return undefined
  return { ...inherited, inherited: true }
}

/** The record that the sensor has with the registrar it was registered with before, as memory tells, or as was found. */
function formerRegistration({ look, fleet, registrar, reported }: RegistrationCase): Reactivate['deletes'] {
  const found = allowedFormer(look)
  if (found) return deletion(found.registrar, found.record)
  const applied = look.remembered?.lastApplied
  const former = rememberedRegistrar(look.remembered)
  if (former === undefined || former === registrar || reported.name === null) return undefined
  if (!fleet.registrars.has(former) || !look.context.registrarSupport(former).register) return undefined
  const site = reported.activation?.site ?? applied?.['registration.site']
  return {
    registrar: former,
    name: reported.name,
    mode: reported.mode ?? 'cloud',
    ...(typeof site === 'string' && { site }),
  }
}

const titleOf = ({ reason, from, to }: Reactivate): string =>
  ({
    activate: `activate as ${to.name}`,
    rename: `rename ${from?.name ?? ''} to ${to.name}: register anew and re-activate`,
    mode: `re-activate ${to.name} in ${to.placement.mode} mode`,
    move: `move the registration of ${to.name}${to.placement.site === undefined ? '' : ` to site ${to.placement.site}`} and re-activate`,
    restore: `restore the registration of ${to.name} and activate`,
    renew: `renew the activation file of ${to.name}`,
    update: `re-activate ${to.name} after the update`,
  })[reason]

/** What was broken already, or never was, is not disrupted; and a renewal that deletes nothing keeps the old file. */
function disruptionOf({ reason, deletes }: Reactivate, { mode }: Reported): string | undefined {
  if (reason === 'activate' || reason === 'restore' || reason === 'update' || (reason === 'renew' && !deletes))
    return undefined
  return mode === 'local'
    ? 'the activation, until the new file is uploaded'
    : 'the connection to the cloud, until the sensor is activated again'
}

const upload = 'System settings > Sensor management > Subscription & Activation Mode > Upload > Activate'

function byHand(look: Look, changes: readonly Change[], one?: RegistrationCase): Step {
  const paths = changes.map(({ path }) => path)
  const portal = one ? portalPath(look, one.registrar, one.wanted) : portalWords
  return {
    ...stepByHand(look, 'activation', registrationValues(look.desired), paths),
    title: `by hand: register and activate as ${look.desired.settings.name ?? reportedOf(look).name ?? look.desired.key}`,
    instructions: `${portal}\nIn the console of the sensor: ${upload}`,
    undo: 'no',
    pointOfNoReturn: 'the old registration is deleted',
  }
}

const portalWords =
  'In the Azure portal: Defender for IoT > Sites and sensors: delete the old registration, register the sensor under the new name, download its activation file'

const portalPath = ({ context }: Look, registrar: string, { name, placement }: Wanted): string =>
  context.instructions?.(registrar, name, placement) ?? portalWords

/** True for a step that needs a clock and a way to the cloud, as far as it has to do with one. */
export const reactivates = ({ action }: Step): boolean => action.type === 'reactivate'
