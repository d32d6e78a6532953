/** The work of each verb, loaded when it runs. */
import type { Run } from './command.ts'
import type { VerbName } from './verbs.ts'

export const loaders: Readonly<Record<VerbName, () => Promise<{ run: Run }>>> = {
  validate: () => import('./commands/validate.ts'),
  plan: () => import('./commands/plan.ts'),
  apply: () => import('./commands/apply.ts'),
  drift: () => import('./commands/drift.ts'),
  export: () => import('./commands/export.ts'),
  explain: () => import('./commands/explain.ts'),
  trust: () => import('./commands/trust.ts'),
  confirm: () => import('./commands/confirm.ts'),
  retire: () => import('./commands/retire.ts'),
  backup: () => import('./commands/backup.ts'),
  restore: () => import('./commands/restore.ts'),
  'test-message': () => import('./commands/test-message.ts'),
  simulate: () => import('./commands/simulate.ts'),
  schema: () => import('./commands/schema.ts'),
  completions: () => import('./commands/completions.ts'),
}
