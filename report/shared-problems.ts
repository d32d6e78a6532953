/** One problem of many sensors is told once. */
import type { AppliancePlan } from '../reconcile/plan-types.ts'
import type { Problem } from '../schemas/problem.ts'

/** A sensor without the problems that it has in common with others. */
export interface ShownSensor extends AppliancePlan {
  isShared: boolean
}

export interface SharedProblem {
  /** Without a key. */
  problem: Problem
  sensors: readonly AppliancePlan[]
}

/** Takes the problems that several sensors have in common out of them. */
export function shareProblems(all: readonly AppliancePlan[]): { sensors: ShownSensor[]; shared: SharedProblem[] } {
  const found = all.flatMap((sensor) => sensor.problems.map((problem) => ({ sensor, problem })))
  const groups = [...Map.groupBy(found, ({ problem }) => sameness(problem)).entries()].filter(
    ([, members]) => new Set(members.map(({ sensor }) => sensor)).size > 1,
  )
  const common = new Set(groups.map(([same]) => same))
  const sensors = all.map((sensor) => {
    const problems = sensor.problems.filter((problem) => !common.has(sameness(problem)))
    return { ...sensor, problems, isShared: problems.length < sensor.problems.length }
  })
  return { sensors, shared: groups.flatMap(([, members]) => sharedOf(members)) }
}

const sameness = ({ severity, code, at, field, summary, hint }: Problem): string =>
  JSON.stringify([severity, code, at?.file, at?.line, at?.column, field, summary, hint])

function sharedOf(members: readonly { sensor: AppliancePlan; problem: Problem }[]): SharedProblem[] {
  const [first] = members
  if (!first) return []
  const { key: _key, ...problem } = first.problem
  return [{ problem, sensors: [...new Set(members.map(({ sensor }) => sensor))] }]
}
