/** The end of a key, in words for every format. */
import type { Retirement } from '../reconcile/retire/retirement.ts'
import { problemLines } from './human-problem.ts'
import { plainText } from './neutral.ts'
import type { RenderOptions, RetireReport } from './report.ts'
import { styleOf } from './style.ts'

export const retirementTitles: Readonly<Record<Retirement['state'], string>> = {
  planned: 'to be retired',
  refused: 'not retired',
  retired: 'retired',
  failed: 'not retired',
}

/** What it was, and what becomes of it: a line each. */
export function retirementLines(retirement: Retirement): string[] {
  const { identity, endpoint, lastObserved, state } = retirement
  const was = [
    ...(identity === undefined ? [] : [identity]),
    ...(endpoint === undefined ? [] : [`at ${endpoint}`]),
    ...(lastObserved === undefined ? [] : [`read last at ${lastObserved}`]),
  ].join(', ')
  return [
    ...(was === '' ? [] : [was]),
    recordLine(retirement),
    ...entryLines(retirement),
    { planned: 'what is remembered of it will be forgotten', retired: 'what was remembered of it is forgotten' }[
      state as string
    ] ?? 'what is remembered of it stays',
  ]
}

function entryLines({ console, consoleEntry = 'kept' }: Retirement): string[] {
  if (console === undefined) return []
  const where = `management console ${console}`
  const line = {
    kept: `by hand, in the ${where}: System settings > Site management: remove the sensor`,
    leaving: `${where}: its entry will be removed, unless it is connected there`,
    absent: `${where}: its entry is gone already`,
    connected: `${where}: its entry stays, as it is connected`,
    unknown: `${where}: nobody can tell whether its entry is there`,
    removed: `${where}: its entry is removed`,
  }[consoleEntry]
  return [line]
}

function recordLine({ record }: Retirement): string {
  if (!record) return 'no registration of it is known'
  const { name, registrar, site, lastContact } = record
  const what = `registration ${name} (${[registrar, ...(site === undefined ? [] : [site])].join(', ')})`
  const seen = lastContact === undefined ? 'it never connected' : `last contact ${lastContact}`
  return {
    kept: `${what}: stays; --unregister deletes it`,
    present: `${what}: will be deleted; ${seen}`,
    absent: `${what}: is gone already`,
    connected: `${what}: stays, as it is connected`,
    inUse: `${what}: stays, as another sensor has it`,
    unknown: `${what}: nobody can tell whether it is there`,
    deleted: `${what}: deleted`,
  }[record.state]
}

export function humanRetirement({ retirement }: RetireReport, { colour }: RenderOptions): string {
  const style = styleOf(colour)
  return [
    `${style.bold(plainText(retirement.key))}: ${retirementTitles[retirement.state]}`,
    ...retirementLines(retirement).map((line) => `  ${plainText(line)}`),
    ...retirement.problems.flatMap((problem) => problemLines(problem, style, '  ')),
    '',
  ].join('\n')
}
