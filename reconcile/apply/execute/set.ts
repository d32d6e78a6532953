import { turnsValidationOn } from '../../plan/peer-preconditions.ts'
import type { Action } from '../../plan-types.ts'
import { rulePath, liesBelow } from '../../compare/setting-fields.ts'
import { differingPaths } from '../verify.ts'
import { rememberPreImages } from '../remember-pre-images.ts'
import { toWriteValues } from '../write-values.ts'
import { misshown, noteClock, withOtherName } from './after-time.ts'
import { checkPeersAgain } from './check-peers-again.ts'
import type { StepContext } from './step-context.ts'
import { writeAndVerify } from './write-and-verify.ts'

/** Writes fields of one aspect. */
export async function executeSet(context: StepContext, action: Action & { type: 'set' }): Promise<void> {
  const { session, support, world, plan } = context
  const { values, tags } = await toWriteValues(action.values, session.observation.identity, world)
  if (turnsValidationOn({ action })) await checkPeersAgain(context)
  await context.announce({})
  await rememberPreImages(world.memory, plan.key, session.observation, action.values)
  await writeAndVerify(
    context,
    { type: 'set', aspect: action.aspect, values },
    {
      missing: (observation) => [
        ...differingPaths(observation, action.values, tags, support),
        ...(action.aspect === 'time' ? misshown(observation) : []),
      ],
      touches: Object.keys(action.values),
      settleMs: 5_000,
    },
  ).catch((error: unknown) => {
    throw withOtherName(error, action)
  })
  if (action.aspect === 'time') noteClock(context)
}

/** Removes one forwarding rule. */
export async function executeRemoveRule(
  context: StepContext,
  { rule }: Action & { type: 'removeRule' },
): Promise<void> {
  const prefix = rulePath(rule)
  const pathsOf = (live: ReadonlyMap<string, unknown>) => [...live.keys()].filter((path) => liesBelow(path, prefix))
  await context.announce({})
  await writeAndVerify(
    context,
    { type: 'removeRule', rule },
    {
      missing: ({ live }) => pathsOf(live),
      touches: pathsOf(context.session.observation.live),
      settleMs: 5_000,
    },
  )
}

/** Makes a backup now. */
export async function executeCreateBackup(context: StepContext): Promise<void> {
  const before = context.session.observation.backups?.latest
  await context.announce({})
  await writeAndVerify(
    context,
    { type: 'createBackup' },
    {
      missing: ({ backups }) => (backups?.latest && backups.latest.name !== before?.name ? [] : ['backups.latest']),
      touches: [],
      settleMs: 60_000,
    },
  )
  const { latest } = context.session.observation.backups ?? {}
  if (latest) context.note(`Made ${latest.name}.`)
}
