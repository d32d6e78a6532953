/**
 * Steps of an update: one for each leg of the documented path, each with its package.
 *
 * | when                                            | then                                                        |
 * | ----------------------------------------------- | ----------------------------------------------------------- |
 * | the declared version is older                   | withheld: nothing leads back                                |
 * | the management console is older than it         | the plan is refused: the console is updated first           |
 * | a package of the path is not declared           | withheld as a whole, before the first leg                   |
 * | the registrar offers no leg that leads there    | the same, with what it offers                               |
 * | it does not list the version at all             | told, and sent all the same: its list may not be whole      |
 * | the sensor is not activated                     | it waits for the activation; across 22.1 it is withheld     |
 * | a leg crosses 22.1                              | a person prepares the registration first; re-activation follows |
 * | a backup was not declined                       | one is made before what can begin, where the sensor can     |
 * | an update is under way                          | its leg follows it; neither backup nor preparation          |
 * | the driver leaves it to a person                | one step by hand, with the path                             |
 *
 * @module
 */
import { crossesActivation, skipsStop, stopVersion } from '../../formats/software-package.ts'
import { compareVersions } from '../../formats/version.ts'
import type { LoadedPackage } from '../../schemas/fleet.ts'
import type { Problem } from '../../schemas/problem.ts'
import type { Change } from '../change.ts'
import { digestOfValues } from '../compare/confirmation.ts'
import { oldConsole } from '../compare/console-diff.ts'
import { problemOf, type Look } from '../compare/look.ts'
import { desiredLookup, recordOf, reportedOf, wantedOf } from '../compare/records.ts'
import { crosses, runningVersion } from '../compare/software-diff.ts'
import type { Step } from '../plan-types.ts'
import type { OfferedUpdate } from '../registrar.ts'
import { emptyDraft, type Draft } from './draft.ts'
import { writeOf } from './field-steps.ts'
import { manualStep } from './manual-steps.ts'
import { needing } from './needs.ts'
import { findWay, isWay, offeredFrom, offersOf, type Gap } from './software-way.ts'
import { makeStep } from './step-facts.ts'

const field = 'software.version'
const prepareId = 'software.prepare'

interface Leg {
  from: string
  to: string
  package: LoadedPackage
}

/** Steps that lead to the declared version. */
export function softwareSteps(look: Look, changes: readonly Change[]): Draft {
  const to = look.desired.settings.software?.version
  if (to === undefined || !changes.some(({ kind, path }) => kind === 'field' && path === field)) return emptyDraft
  const write = writeOf(look, field)
  if (write === 'none') return emptyDraft
  const from = runningVersion(look)
  const leadsBack = from !== undefined && compareVersions(to, from) < 0
  const tooOld = leadsBack || isUnderWay(look) ? undefined : oldConsole(look, to)
  if (tooOld) return { steps: [], problems: [], refusals: [tooOld] }
  if (write === 'manual' || from === undefined) return byHand(look, to)
  if (leadsBack) return withheld(downgrade(look, from, to))
  const legs = legsOf(look, from, to)
  if ('problem' in legs) return withheld(legs.problem)
  const obstacle = isUnderWay(look) ? undefined : activationObstacle(look, changes)
  if (obstacle) return withheld(obstacle)
  return { steps: stepsOf(look, legs.legs), problems: [...unlisted(look, legs.legs), ...backupProblems(look)] }
}

const withheld = (problem: Problem): Draft => ({ steps: [], problems: [problem] })

/** The leg after which the sensor has to be activated anew. */
export const crossingOf = (steps: readonly Step[]): { id: string; to: string } | undefined =>
  steps
    .flatMap(({ id, action }) => (action.type === 'updateSoftware' ? [{ id, from: action.from, to: action.to }] : []))
    .find(({ from, to }) => crossesActivation(from, to))

/** An update that a run began and that has not ended. */
const isUnderWay = ({ observation }: Look): boolean => observation.unfinished.job?.type === 'update'

/** What is activated for another version must wait for the update to it. */
export const isHeldBack = (look: Look, { steps }: Draft): boolean => crosses(look) && steps.length === 0

/** A backup is made before an update that is about to begin, and not while a person has yet to prepare it. */
export function backsUpFirst(look: Look, { steps }: Draft): boolean {
  const first = steps.find(({ action }) => action.type === 'updateSoftware')
  if (!first || first.needs.includes(prepareId)) return false
  return !isUnderWay(look) && isWanted(look) && canBackUp(look)
}

const isWanted = ({ desired }: Look): boolean => desired.settings.software?.backupFirst !== false
const canBackUp = ({ support, observation }: Look): boolean =>
  support.backupNow === true && observation.backups?.supported !== false

function byHand(look: Look, to: string): Draft {
  const step = manualStep(look, 'software', [field])
  if (!step) return emptyDraft
  const from = runningVersion(look)
  const way = from !== undefined && skipsStop(from, to) ? `${stopVersion}, then ${to}` : to
  const instructions = `${download} (${way})\nIn the console of the sensor: System Settings > Sensor management > Software Update > Upload file`
  return { steps: [{ ...step, instructions }], problems: [] }
}

const download =
  'In the Azure portal: Defender for IoT > Getting started > Updates > Sensors > Download: the package of the version'

/** The legs from version to version, each with its package; or why there is no way. */
function legsOf(look: Look, from: string, to: string): { legs: Leg[] } | { problem: Problem } {
  const packages = Object.entries(look.desired.settings.software?.packages ?? {})
  const packaged = packages.map(([version]) => version)
  const last = packaged.find((version) => compareVersions(version, to) === 0)
  const way = findWay(from, last ?? to, { packaged, offers: look.sight.offers })
  if (!isWay(way)) return { problem: gapProblem(look, way) }
  if (last === undefined) return { problem: packageMissing(look, from, to) }
  const own = new Map(packages)
  const legs = way.flatMap((version, index) => {
    const one = own.get(version)
    return one ? [{ from: way[index - 1] ?? from, to: version, package: one }] : []
  })
  return { legs }
}

/** A leg that the documented path has is a package that is not declared; else the registrar says that none leads there. */
const gapProblem = (look: Look, gap: Gap): Problem =>
  gap.isOffered ? notOffered(look, gap) : packageMissing(look, gap.from, gap.base)

/** A sensor that is not activated takes no update. */
function activationObstacle(look: Look, changes: readonly Change[]): Problem | undefined {
  const isActive = isActivated(look)
  if (!crosses(look))
    return isActive || changes.some(({ aspect }) => aspect === 'activation') ? undefined : inactive(look)
  return isActive && changes.some(({ path }) => path === 'activation.version') ? undefined : inactive(look)
}

const isActivated = ({ observation }: Look): boolean =>
  observation.activation === undefined || observation.activation.status === 'Valid'

function stepsOf(look: Look, legs: readonly Leg[]): Step[] {
  const crossing = legs.find(({ from, to }) => crossesActivation(from, to))
  const activatesAfter = crossing ? legs.indexOf(crossing) : legs.length
  const preparation =
    crossing && !isUnderWay(look) && !isPrepared(look, crossing.to) ? [prepareStep(look, crossing)] : []
  const steps = legs.map((leg, index) =>
    needing(legStep(leg), [
      ...(index === 0 ? ['backup.create'] : []),
      ...legs.slice(0, index).map(idOf),
      ...(leg === crossing ? preparation.map(({ id }) => id) : []),
      ...(index > activatesAfter || !(isActivated(look) || isUnderWay(look)) ? ['activation'] : []),
    ]),
  )
  return [...preparation, ...steps]
}

const idOf = ({ to }: Pick<Leg, 'to'>): string => `software.${to}`

const legStep = (leg: Leg): Step =>
  makeStep({
    id: idOf(leg),
    title: `update the software from ${leg.from} to ${leg.to}`,
    action: { type: 'updateSoftware', ...leg },
    changes: [field],
    disrupts: 'monitoring and the console for about 30 minutes: the sensor reboots twice',
    pointOfNoReturn: 'the update begins: only a new installation brings an older version back',
  })

/** A person asks the portal to prepare the registration: it offers no interface for that. */
function prepareStep(look: Look, { to }: Leg): Step {
  const name = look.desired.settings.name ?? reportedOf(look).name ?? look.desired.key
  return makeStep({
    id: prepareId,
    title: `by hand: prepare the registration ${name} for 22.x`,
    action: { type: 'manual', values: { [field]: to } },
    changes: [],
    instructions: [
      'Open the firewall from the sensor to the Azure portal for version 22.x: HTTPS, port 443 out, to the endpoints that the portal lists (Defender for IoT > Sites and sensors > More actions > Download endpoint details)',
      `In the Azure portal: Defender for IoT > Sites and sensors > ${name} > three dots (...) > Prepare to update to 22.x > Let's go; wait until its status is Pending activation`,
    ].join('\n'),
  })
}

/** The record was made anew and waits for its sensor; or a person said so, where nothing can be seen. */
function isPrepared(look: Look, to: string): boolean {
  const reported = reportedOf(look)
  const wanted = wantedOf(look, reported)
  const record = wanted && recordOf(desiredLookup(look, wanted))
  const installed = reported.activation?.file?.createdAt
  if (record?.createdAt !== undefined && installed !== undefined) {
    return !record.connected && Date.parse(record.createdAt) > Date.parse(installed)
  }
  return look.remembered?.confirmed?.[prepareId] === digestOfValues({ [field]: to })
}

function backupProblems(look: Look): Problem[] {
  if (!isWanted(look) || canBackUp(look) || isUnderWay(look)) return []
  return [
    problemOf(look.desired, {
      severity: 'warning',
      code: 'UPDATE_WITHOUT_BACKUP',
      field,
      summary: `The sensor is updated without a backup before: ${look.support.backupNow === true ? 'its hardware profile has none' : 'this driver makes none'}`,
      hint: 'Make a backup by hand; software.backupFirst: false says that none is wanted.',
    }),
  ]
}

const downgrade = ({ desired }: Look, from: string, to: string): Problem =>
  problemOf(desired, {
    severity: 'error',
    code: 'SOFTWARE_DOWNGRADE',
    field,
    summary: `The sensor runs ${from}, which is newer than ${to}: no update leads back`,
    hint: `Declare ${from} or a later version. An older one takes a new installation.`,
  })

const packageMissing = ({ desired, sight }: Look, from: string, missing: string): Problem =>
  problemOf(desired, {
    severity: 'error',
    code: 'UPDATE_PACKAGE_MISSING',
    field,
    summary: `The way from ${from} to the declared version leads over ${missing}, and no package of it is declared: nothing is updated`,
    hint: `Download the package of ${missing} (Azure portal: Defender for IoT > Getting started > Updates) and declare it in software.packages.${offeredText(sight.offers)}`,
  })

const notOffered = ({ desired, sight: { offers = [] } }: Look, { from, to, base }: Gap): Problem => {
  const onward = offeredFrom(from, offers).map(({ version }) => version)
  return problemOf(desired, {
    severity: 'error',
    code: 'UPDATE_LEG_NOT_OFFERED',
    field,
    summary: `The cloud offers ${to} to sensors of ${base} and later, and from ${from} no declared package leads to one of these: nothing is updated`,
    hint:
      onward.length > 0
        ? `Declare a package on the way, too. From ${from} the cloud offers ${onward.join(', ')}.`
        : `From ${from} the cloud offers nothing. Ask Microsoft Support for the way.`,
  })
}

/** A list of the cloud that lacks a version: it is known to list some versions only, so that this refuses nothing. */
function unlisted({ desired, sight: { offers } }: Look, legs: readonly Leg[]): Problem[] {
  if (!offers) return []
  const missing = legs.map(({ to }) => to).filter((version) => offersOf(version, offers).length === 0)
  if (missing.length === 0) return []
  return [
    problemOf(desired, {
      severity: 'warning',
      code: 'UPDATE_NOT_LISTED',
      field,
      summary: `The cloud does not list ${missing.join(', ')} among the updates that it offers`,
      hint: `The package that is declared is sent all the same, and the sensor judges it.${offeredText(offers)}`,
    }),
  ]
}

/** " The cloud offers 22.3.9 (from 10.5.5), …", or nothing where nobody knows. */
function offeredText(offers: readonly OfferedUpdate[] | undefined): string {
  if (!offers) return ''
  if (offers.length === 0) return ' The cloud offers none.'
  const texts = offers.map(({ version, fromVersion }) => (fromVersion ? `${version} (from ${fromVersion})` : version))
  return ` The cloud offers ${texts.join(', ')}.`
}

const inactive = ({ desired }: Look): Problem =>
  problemOf(desired, {
    severity: 'error',
    code: 'UPDATE_NEEDS_ACTIVATION',
    field,
    summary: crossingSummary,
    hint: 'Activate the sensor first, by an apply without the new version; and do not narrow a run across 22.1 by --only.',
  })

const crossingSummary =
  'A sensor is updated only while it is activated, and across 22.1 only together with its re-activation: nothing is updated'
