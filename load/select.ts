/**
 * Label selectors: `site=berlin,tier!=test,canary,!retired`. Every term must hold. `site` and `key` stand for the site and
 * the key of the appliance, whatever its labels say.
 *
 * @module
 */
import { appliancesOf, type DesiredAppliance, type Fleet } from '../schemas/fleet.ts'
import type { Problem } from '../schemas/problem.ts'
import { suggestion } from './nearest.ts'
import { documentProblem } from './problem.ts'

export interface Selection {
  /** In the order of the fleet. */
  keys: readonly string[]
  problems: readonly Problem[]
}

interface Term {
  name: string
  /** Left out: the label need only be there. */
  value?: string
  negated: boolean
}

/** The appliances that a selector selects. None at all is an error, never an empty selection. */
export function selectKeys(
  fleet: Pick<Fleet, 'sensors' | 'managementConsoles' | 'sites'>,
  selector: string,
): Selection {
  const terms = selector.split(',').map((text) => parseTerm(text.trim()))
  const invalid = terms.flatMap((term) => ('code' in term ? [term] : []))
  if (invalid.length > 0) return { keys: [], problems: invalid }
  const appliances = appliancesOf(fleet).map((appliance) => ({ appliance, labels: labelsOf(fleet, appliance) }))
  const wanted = terms.filter((term) => 'negated' in term)
  const keys = appliances
    .filter(({ labels }) => wanted.every((term) => holds(term, labels)))
    .map(({ appliance }) => appliance.key)
  if (keys.length > 0) return { keys, problems: [] }
  return {
    keys,
    problems: [
      nothingSelected(
        selector,
        wanted,
        appliances.map(({ labels }) => labels),
      ),
    ],
  }
}

type Labels = ReadonlyMap<string, string>

/** An appliance has the labels of its site too; its own win. */
function labelsOf({ sites }: Pick<Fleet, 'sites'>, { key, site, labels }: DesiredAppliance): Labels {
  const ofSite = site === undefined ? {} : (sites.get(site)?.labels ?? {})
  return new Map([
    ...Object.entries({ ...ofSite, ...labels }),
    ...(site === undefined ? [] : [['site', site] as const]),
    ['key', key],
  ])
}

function parseTerm(text: string): Term | Problem {
  const match = /^(!?)([A-Za-z0-9][A-Za-z0-9_./-]*)(?:(!=|=)([A-Za-z0-9_.-]*))?$/.exec(text)
  const [, bang, name = '', operator, value] = match ?? []
  if (!match || (bang && operator)) {
    return documentProblem('SELECTOR_INVALID', {
      summary: `${JSON.stringify(text)} is not a term of a selector`,
      hint: "Write key=value, key!=value, key or !key, separated by commas, as in 'site=berlin,tier!=test'.",
    })
  }
  return { name, negated: bang === '!' || operator === '!=', ...(value !== undefined && { value }) }
}

function holds({ name, value, negated }: Term, labels: Labels): boolean {
  const found = value === undefined ? labels.has(name) : labels.get(name) === value
  return found !== negated
}

function nothingSelected(selector: string, terms: readonly Term[], labels: readonly Labels[]): Problem {
  const hint = terms.map((term) => termHint(term, labels)).find(Boolean)
  return documentProblem('NOTHING_SELECTED', {
    summary: `No sensor fits ${JSON.stringify(selector)}`,
    hint: hint ?? 'Each term fits some sensor, but no sensor fits them all.',
  })
}

/** A hint for a term that no sensor fits: a label or a value that exists nowhere. */
function termHint({ name, value, negated }: Term, labels: readonly Labels[]): string | undefined {
  if (negated) return undefined
  const names = [...new Set(labels.flatMap((of) => [...of.keys()]))]
  if (!names.includes(name)) return `No sensor has the label ${name}. ${suggestion(name, names) ?? ''}`.trim()
  const values = [...new Set(labels.flatMap((of) => of.get(name) ?? []))]
  if (value === undefined || values.includes(value)) return undefined
  return `No sensor has ${name}=${value}. ${suggestion(value, values) ?? ''}`.trim()
}
