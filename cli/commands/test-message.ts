import { plainText } from '../../report/neutral.ts'
import type { DesiredAppliance, Fleet } from '../../schemas/fleet.ts'
import { attempt, reach, sayProblem } from '../appliance.ts'
import type { Command } from '../command.ts'
import { documentPaths, loadDocuments } from '../documents.ts'
import { exitCodes } from '../exit-codes.ts'
import { applianceOfKey } from '../keys.ts'
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
      sayProblem(command, result.problem)
      return ['REFUSED', 'SECRET_MISSING'].includes(result.problem.code) ? exitCodes.error : exitCodes.unknown
    }
    for (const { action, ok, message } of result.value) {
      command.io.stdout.write(
        `${action}: ${ok ? 'sent' : 'failed'}${message === '' ? '' : `: ${plainText(message)}`}\n`,
      )
    }
    return result.value.every(({ ok }) => ok) ? exitCodes.ok : exitCodes.error
  } finally {
    await opened.close()
  }
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
