/**
 * Rules of the mail server: what it needs, and that email actions have one.
 *
 * @module
 */
import type { ApplianceSpec } from '../schemas/documents.ts'
import type { DesiredAppliance } from '../schemas/fleet.ts'
import { formatPath } from '../schemas/fields.ts'
import type { Requirement } from './appliance-rules.ts'
import type { Unchecked } from './check-certificates.ts'

type Spec = Pick<ApplianceSpec, 'forwarding' | 'mailServer'>

/** An email action beside a mail server that is switched off, and a password that would be sent in the clear. */
export function mailRequirements({ forwarding, mailServer }: Spec): Requirement[] {
  const { enabled, tls, password } = mailServer ?? {}
  const clear = enabled !== false && tls === 'none' && password !== undefined
  return [...(enabled === false ? emailsOf(forwarding).map(mailless) : []), ...(clear ? [passwordInClear] : [])]
}

/** Emails of an appliance that declares no mail server: whether it has one is found when it is read. */
export const uncheckedMail = (appliances: readonly DesiredAppliance[]): Unchecked[] =>
  appliances.flatMap(({ key, settings: { forwarding, mailServer } }) =>
    mailServer
      ? []
      : emailsOf(forwarding).map((path) => ({
          key,
          field: formatPath(path),
          what: 'no mail server is declared; the plan looks whether the appliance has one',
        })),
  )

interface Forwarding {
  rules?: Readonly<Record<string, Rule>> | undefined
}
interface Rule {
  absent?: boolean | undefined
  actions?: Readonly<Record<string, { email?: unknown }>> | undefined
}

/** Paths of the email actions of rules that are to be there. */
function emailsOf(forwarding: Forwarding | undefined): string[][] {
  const rules = Object.entries(forwarding?.rules ?? {}).filter(([, { absent }]) => absent !== true)
  return rules.flatMap(([rule, { actions = {} }]) =>
    Object.entries(actions)
      .filter(([, { email }]) => email !== undefined)
      .map(([action]) => ['forwarding', 'rules', rule, 'actions', action, 'email']),
  )
}

const mailless = (path: readonly string[]): Requirement => ({
  code: 'MAIL_SERVER_MISSING',
  path,
  summary: `Rule ${JSON.stringify(path[2])} sends an email, but the mail server is switched off`,
  hint: 'Declare mailServer with host, port and sender, or use another action.',
})

const passwordInClear: Requirement = {
  code: 'PASSWORD_IN_CLEAR',
  path: ['mailServer', 'tls'],
  summary: 'The password of the mail server is sent over the network in the clear',
  hint: 'Use tls: starttls or implicit.',
}
