/**
 * The registration that a sensor has with another registrar than the declared one, such as that of its IoT hub of before.
 *
 * | known by                                                             | what becomes of it                            |
 * | -------------------------------------------------------------------- | --------------------------------------------- |
 * | memory: the registrar of the last apply                              | deleted                                       |
 * | nothing remembered; one record alone with the other registrars fits  | deleted where `--allow-delete` names the key  |
 * | nothing remembered; several fit, or a registrar could not be asked   | stays, and is told                            |
 *
 * No sensor reports its registrar, and names are unique with one alone: so what only fits is never deleted unasked.
 *
 * @module
 */
import type { Problem } from '../../schemas/problem.ts'
import type { Elsewhere } from '../engine.ts'
import type { Remembered } from '../memory.ts'
import type { RegistrationRecord } from '../registrar.ts'
import { isDeleteAllowed, problemOf, type Look } from './look.ts'

/** The registrar of the last apply. */
export function rememberedRegistrar(remembered: Remembered | undefined): string | undefined {
  const registrar = remembered?.lastApplied?.['registration.registrar']
  return typeof registrar === 'string' ? registrar : undefined
}

interface Former {
  registrar: string
  record: RegistrationRecord
}

const found = ({ registrar, lookup }: Elsewhere): Former[] =>
  lookup.state === 'present' ? [{ registrar, record: lookup.record }] : []

/** The one record that fits, where all were asked. */
function onlyOne({ sight: { elsewhere = [] } }: Pick<Look, 'sight'>): Former | undefined {
  const [one, ...more] = elsewhere.flatMap(found)
  return more.length === 0 && elsewhere.length === 1 ? one : undefined
}

/** What only fits, and is deleted all the same, as the sensor was named. */
export const allowedFormer = (look: Look): Former | undefined => (isDeleteAllowed(look) ? onlyOne(look) : undefined)

/** What stays with another registrar. */
export function formerProblems(look: Look): Problem[] {
  const { elsewhere = [] } = look.sight
  if (elsewhere.length === 0 || allowedFormer(look)) return []
  const one = onlyOne(look)
  return [
    problemOf(look.desired, {
      severity: 'warning',
      code: 'FORMER_RECORD',
      field: 'registration.registrar',
      summary: one
        ? `${whereaboutsOf(one)} may be the registration that the sensor had before: nothing remembers where it was registered, so it is not deleted`
        : `Nothing remembers where the sensor was registered, and nothing is deleted: ${elsewhere.map(wordsOf).join('; ')}`,
      hint: `${one ? howToDelete(look) : howToFindOut(elsewhere)} ${byHand}`,
    }),
  ]
}

const byHand = 'In the Azure portal: Defender for IoT > Sites and sensors > three dots (...) > Delete sensor.'

/** What is left once the sensor is registered anew: told with the result, as no later plan finds it. */
export const leftBehind = (problems: readonly Problem[]): Problem[] =>
  problems
    .filter(({ code }) => code === 'FORMER_RECORD')
    .map((problem) => ({ ...problem, hint: `Look for it, and delete it by hand: no later plan names it. ${byHand}` }))

const howToDelete = ({ desired: { key } }: Look): string =>
  `To delete it when the sensor is registered anew: --allow-delete ${key}. Later only by hand.`

const howToFindOut = (elsewhere: readonly Elsewhere[]): string =>
  elsewhere.some(({ lookup }) => lookup.state === 'notObservable')
    ? 'See that every registrar can be asked, then plan again. Or look for the record by hand.'
    : 'Look which of them is of this sensor, and delete it by hand.'

const wordsOf = (one: Elsewhere): string =>
  one.lookup.state === 'notObservable'
    ? `${one.registrar} could not be asked: ${one.lookup.reason.replace(/\.$/, '')}`
    : found(one)
        .map((former) => `${whereaboutsOf(former)} may be its registration`)
        .join()

/** `line-1 with registrar cloud (plant)` */
const whereaboutsOf = ({ registrar, record: { name, site } }: Former): string =>
  `${name} with registrar ${registrar}${site === undefined ? '' : ` (${site})`}`
