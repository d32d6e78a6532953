/** Operations that are no state: test messages and the list of backups. */
import type { Operator } from '../../reconcile/driver.ts'
import type { ApiSession } from './session.ts'

export function createOperator(session: ApiSession): Operator {
  return {
    async testRule(rule) {
      const { actions } = await session.call({
        operation: 'testRule',
        doing: 'send a test message',
        params: { rule },
        repeatable: false,
      })
      return actions
    },
    async listBackups() {
      const { backups, limitBytes } = await session.call({ operation: 'listBackups', doing: 'list its backups' })
      return { backups: backups.map(({ name, createdAt, sizeBytes }) => ({ name, createdAt, sizeBytes })), limitBytes }
    },
    close: () => session.close(),
  }
}
