/**
 * An email needs a mail server.
 *
 * | the appliance       | a mail server is about to be set up | then                                                    |
 * | ------------------- | ----------------------------------- | ------------------------------------------------------- |
 * | has a mail server   |                                     | nothing                                                 |
 * | has none            | yes                                 | a rule with an email needs that step                    |
 * | has none            | no                                  | MAIL_SERVER_MISSING, and no rule with an email is written |
 * | does not say        |                                     | nothing: nobody knows                                   |
 *
 * @module
 */
import type { Problem } from '../../schemas/problem.ts'
import { problemOf, type Look } from '../compare/look.ts'
import { abilityOf, declaredFields, rulePath, segmentsOf } from '../compare/setting-fields.ts'
import type { Step } from '../plan-types.ts'
import { needing, type Checked } from './needs.ts'
import { isLookedAt } from './only.ts'

/** Makes rules with emails wait for the mail server, or withholds them. */
export function checkMail(look: Look, steps: readonly Step[]): Checked {
  const emails = hasMailServer(look) ? new Map<string, string>() : emailRules(look)
  const isEmail = ({ id, action }: Step): boolean => emails.has(id) && action.type !== 'removeRule'
  if (steps.some(({ id }) => id === 'mailServer')) {
    return { steps: steps.map((step) => (isEmail(step) ? needing(step, ['mailServer']) : step)), problems: [] }
  }
  const withheld = new Set(steps.filter(isEmail).map(({ id }) => id))
  return {
    steps: steps.filter(({ id }) => !withheld.has(id)),
    problems: [...emails].map(([rule, path]) => missing(look, path, withheld.has(rule))),
  }
}

function hasMailServer({ live, support }: Look): boolean {
  if (!abilityOf(support, 'mailServer.enabled').read) return true
  return live.get('mailServer.enabled') !== false && live.has('mailServer.host')
}

/** Declared rules with an email that are looked at, each with the path of its first one. */
function emailRules({ desired, context }: Look): Map<string, string> {
  const rules = new Map<string, string>()
  for (const path of declaredFields(desired).keys()) {
    const [aspect, , rule = '', , , kind, field] = segmentsOf(path)
    if (aspect !== 'forwarding' || kind !== 'email' || field !== 'address') continue
    if (isLookedAt(path, context.options.only) && !rules.has(rulePath(rule))) rules.set(rulePath(rule), path)
  }
  return rules
}

const missing = ({ desired }: Look, path: string, withheld: boolean): Problem =>
  problemOf(desired, {
    severity: withheld ? 'error' : 'warning',
    code: 'MAIL_SERVER_MISSING',
    field: path,
    summary: `Rule ${JSON.stringify(segmentsOf(path)[2])} sends an email, but the ${
      desired.kind === 'Sensor' ? 'sensor' : 'management console'
    } has no mail server${withheld ? ': the rule is left as it is' : ''}`,
    hint: desired.settings.mailServer
      ? 'Set mailServer up in the same apply: leave out --only, or name mailServer too.'
      : 'Declare mailServer with host, port and sender, or use another action.',
  })
