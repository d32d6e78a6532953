/**
 * What must hold before steps may run, and so which steps need which.
 *
 * | when                                          | then                                                           |
 * | --------------------------------------------- | -------------------------------------------------------------- |
 * | a network change is unconfirmed               | every other step needs its end                                 |
 * | the served certificate has expired            | every step needs the import; without one they are withheld     |
 * | the sensor does not reach the cloud           | activation needs the network writes; without one it is withheld |
 * | the clock is off by more than five minutes    | activation needs the NTP write; without one it is withheld     |
 * | validation is turned on with a new certificate | it needs the import                                           |
 * | a backup is due and its settings change       | it needs the settings                                          |
 * | a rule sends emails                           | see mail-preconditions.ts                                      |
 * | validation is turned on                       | see peer-preconditions.ts                                      |
 * | an update crosses 22.1                        | the activation needs it                                        |
 * | an update is under way                        | every other step needs its end                                 |
 * | the activation that an update needs is withheld | see stranded-updates.ts                                      |
 *
 * @module
 */
import type { Problem } from '../../schemas/problem.ts'
import { wayToTheCloud } from '../activation-remedies.ts'
import { driftText, mostDriftSeconds } from '../compare/clock.ts'
import { problemOf, type Look } from '../compare/look.ts'
import type { ActivationState } from '../driver.ts'
import type { Step } from '../plan-types.ts'
import { checkMail } from './mail-preconditions.ts'
import { needing, type Checked } from './needs.ts'
import { checkPeers } from './peer-preconditions.ts'
import { reactivates } from './registration-steps.ts'
import { checkStranded } from './stranded-updates.ts'
import { crossingOf } from './software-steps.ts'

/** Steps by which the cloud may come into reach. */
const waysToTheCloud = new Set(['network.dns', 'network.proxy', 'network.address', 'network.change'])

/** Withholds steps that cannot succeed, and says which of the others need which. */
export function checkPreconditions(look: Look, steps: readonly Step[]): Checked {
  return [checkCloud, checkClock, checkMail, checkPeers, checkServed, checkStranded].reduce<Checked>(
    ({ steps, problems }, check) => {
      const next = check(look, steps)
      return { steps: next.steps, problems: [...problems, ...next.problems] }
    },
    { steps: addNeeds(look, steps), problems: [] },
  )
}

/** What holds whatever the sensor's state. */
function addNeeds(look: Look, steps: readonly Step[]): Step[] {
  const ids = new Set(steps.map(({ id }) => id))
  const update = look.observation.unfinished.job?.type === 'update' ? steps.find(updates)?.id : undefined
  const always: Readonly<Record<string, string>> = {
    activation: crossingOf(steps)?.id ?? '',
    'certificate.validation': 'certificate',
    'backup.create': 'backup',
  }
  return steps.map((step) => {
    const wanted = [
      ...(step.id === 'network.change' ? [] : ['network.change']),
      ...(update === undefined || updates(step) || step.id === 'network.change' ? [] : [update]),
      always[step.id] ?? '',
    ]
    return needing(
      step,
      wanted.filter((id) => ids.has(id)),
    )
  })
}

function checkCloud(look: Look, steps: readonly Step[]): Checked {
  const { activation } = look.observation
  const mode = look.desired.settings.activation?.mode ?? activation?.mode
  if (activation?.cloud?.reachable !== false || mode === 'local') return { steps: [...steps], problems: [] }
  const ways = steps.filter(({ id }) => waysToTheCloud.has(id)).map(({ id }) => id)
  const { cloud } = activation
  return needingOrWithheld(steps, ways, () => cloudUnreachable(look, cloud))
}

function checkClock(look: Look, steps: readonly Step[]): Checked {
  const { clockDriftSeconds } = look.observation
  if (clockDriftSeconds === undefined || Math.abs(clockDriftSeconds) <= mostDriftSeconds)
    return { steps: [...steps], problems: [] }
  const ways = steps.filter(setsClock).map(({ id }) => id)
  return needingOrWithheld(steps, ways, () => clockOff(look, clockDriftSeconds))
}

const setsClock = ({ action }: Step): boolean =>
  (action.type === 'set' || action.type === 'manual') &&
  (action.values['time.ntp.enabled'] === true || typeof action.values['time.ntp.server'] === 'string')

/** Activation needs these steps; where there are none it is withheld. The problem has a place, which takes long to find. */
function needingOrWithheld(steps: readonly Step[], ways: readonly string[], problem: () => Problem): Checked {
  if (!steps.some(reactivates)) return { steps: [...steps], problems: [] }
  if (ways.length === 0) return { steps: steps.filter((step) => !reactivates(step)), problems: [problem()] }
  return { steps: steps.map((step) => (reactivates(step) ? needing(step, ways) : step)), problems: [] }
}

const updates = ({ action }: Step): boolean => action.type === 'updateSoftware'
const imports = ({ action }: Step): boolean => action.type === 'importCertificate'
const manual = ({ action }: Step): boolean => action.type === 'manual'

function checkServed(look: Look, steps: readonly Step[]): Checked {
  const { served } = look.observation
  if (!served?.expired || steps.length === 0) return { steps: [...steps], problems: [] }
  const importer = steps.find(imports)
  if (!importer) return { steps: steps.filter(manual), problems: [servedExpired(look, served.notAfter)] }
  // The import goes first of all, so it can wait for nothing else.
  const freed = steps.map((step) =>
    imports(step) ? { ...step, needs: [] } : manual(step) ? step : needing(step, [importer.id]),
  )
  return { steps: freed, problems: [] }
}

const cloudUnreachable = ({ desired }: Look, { detail, obstacle }: NonNullable<ActivationState['cloud']>) =>
  problemOf(desired, {
    severity: 'error',
    code: 'CLOUD_UNREACHABLE',
    field: 'network.proxy',
    summary: `The sensor says that it does not reach the cloud${detail === null ? '' : ` (${detail})`}: it could not be activated, so its registration is left as it is`,
    hint: wayToTheCloud(obstacle),
  })

const clockOff = ({ desired }: Look, seconds: number) =>
  problemOf(desired, {
    severity: 'error',
    code: 'CLOCK_DRIFT',
    field: 'time.ntp.server',
    summary: `The clock of the sensor is ${driftText(seconds)}: a drifting clock blocks activation, so the registration is left as it is`,
    hint: 'Declare time.ntp with a server that the sensor reaches, or set its clock.',
  })

const servedExpired = ({ desired }: Look, notAfter: string) =>
  problemOf(desired, {
    severity: 'error',
    code: 'SERVED_CERTIFICATE_EXPIRED',
    field: 'certificate.certificate',
    summary: `The certificate that the sensor serves expired at ${notAfter}: nothing is written until it is replaced`,
    hint: 'Declare a valid certificate with its privateKey; it is imported first.',
  })
