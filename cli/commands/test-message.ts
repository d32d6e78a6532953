import { plainText } from '../../report/neutral.ts'
import type { DesiredAppliance, Fleet } from '../../schemas/fleet.ts'
import type { Problem } from '../../schemas/problem.ts'
import { attempt, reach, sayProblem } from '../appliance.ts'
import type { Command } from '../command.ts'
import { documentPaths, loadDocuments } from '../documents.ts'
import { exitCodes } from '../exit-codes.ts'
import { applianceOfKey } from '../keys.ts'
import { nearest } from '../nearest.ts'
import { UsageError } from '../usage-error.ts'
import { openWorld, type OpenWorld } from '../world.ts'

export async function run(command: Command): Promise<number> {
  const [key = '', rule = ''] = command.positionals
  const { fleet } = await loadDocuments(command, documentPaths(command))
  const desired = applianceOfKey(fleet, key)
  const opened = await openWorld(command, fleet, { writes: false })
  try {
    const result = await attempt(key, () => sendTest(fleet, desired, rule, opened))
    if ('problem' in result) {
      sayProblem(command, withRules(result.problem, desired, rule))
      return ['REFUSED', 'SECRET_MISSING'].includes(result.problem.code) ? exitCodes.error : exitCodes.unknown
    }
    for (const { action, ok, message } of result.value) {
      command.io.stdout.write(
        `${action}: ${ok ? 'sent' : 'failed'}${message === '' ? '' : `: ${plainText(message)}`}\n`,
      )
    }
    return result.value.every(({ ok }) => ok) ? exitCodes.ok : exitCodes.partial
  } finally {
    await opened.close()
  }
}

/** Rules may have been made by others, so only the appliance knows that one is not there. */
function withRules(problem: Problem, { settings }: DesiredAppliance, rule: string): Problem {
  const rules = Object.keys(settings.forwarding?.rules ?? {})
  if (problem.code !== 'REFUSED' || rules.length === 0 || rules.includes(rule)) return problem
  const near = nearest(rule, rules)
  return { ...problem, hint: near === undefined ? `Declared are: ${rules.join(', ')}.` : `Did you mean ${near}?` }
}

async function sendTest(fleet: Fleet, desired: DesiredAppliance, rule: string, opened: OpenWorld) {
  const { driver, target } = await reach(fleet, desired, opened, { readOnly: false })
  const operator = driver.operator?.(target)
  try {
    if (operator?.testRule) return await operator.testRule(rule)
  } finally {
    await operator?.close()
  }
  throw new UsageError(
    'NOT_OFFERED',
    `The driver ${driver.name} cannot send test messages`,
    'Send it from the console: Forwarding > the rule > Send Test Message.',
  )
}
