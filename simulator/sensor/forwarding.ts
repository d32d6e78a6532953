/** Forwarding rules: a test message is really sent. */
import type { TestMessageResult } from '../../schemas/generated/wire.ts'
import type { Answer } from '../edge.ts'
import { actorOf, audited } from './audit.ts'
import { deliver, type Action } from './deliver.ts'
import { testAlert } from './message.ts'
import { Refusal } from './refusal.ts'
import type { Appliance, Call, Handlers, Sensor } from './sensor.ts'

type Result = TestMessageResult['actions'][number]

/** Who an alert says that it comes from, and in which time zone by itself. */
export interface Sender {
  name: string
  timezone: string
}

/** Sends the test message of a rule. */
export async function testRule(appliance: Appliance, call: Call, sender: Sender): Promise<Answer> {
  const name = call.params['rule'] ?? ''
  const rules = appliance.state.settings.forwarding.rules ?? {}
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
  if (!rule) throw new Refusal(404, 'NOT_FOUND', 'There is no such forwarding rule.')
  const entry = { action: 'send test message', path: 'forwarding.rules', after: name }
  appliance.commit({ audit: audited(appliance, actorOf(call), [entry]) })
  const actions = Object.entries(rule.actions ?? {})
  const results = await Promise.all(
    actions.map(([action, settings]) => testAction(appliance, { rule: name, action }, settings, sender)),
  )
  return { status: 200, body: { actions: results } satisfies TestMessageResult }
}

async function testAction(
  appliance: Appliance,
  place: { rule: string; action: string },
  settings: Partial<Action>,
  { name: sensor, timezone: own }: Sender,
): Promise<Result> {
  const { state } = appliance
  const { softwareVersion: version } = state
  const problem = await deliver(state, place, settings, (timezone) =>
    testAlert({ sensor, version, nowMs: appliance.nowMs(), timezone: timezone ?? own }),
  )
  return { action: place.action, ok: problem === null, message: problem ?? 'The test message was sent.' }
}

export const forwardingHandlers: Handlers<Sensor> = {
  testRule: (sensor, call) =>
    testRule(sensor, call, {
      name: sensor.state.activation?.name ?? 'sensor',
      timezone: sensor.state.settings.time.timezone ?? 'UTC',
    }),
}
