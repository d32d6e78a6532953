/**
 * A file that is wrong all over is told to be so by its first problems: nobody reads ten thousand, and finding the place
 * of each costs more than reading the file.
 *
 * @module
 */
import type { Problem } from '../schemas/problem.ts'
import { byPlace, documentProblem } from './problem.ts'

/** Problems of one file that are told. */
export const mostTold = 100

/** Stands for problems that are not told. */
interface LeftOut extends Problem {
  code: 'PROBLEMS_LEFT_OUT'
  count: number
}

const isLeftOut = (problem: Problem): problem is LeftOut => problem.code === 'PROBLEMS_LEFT_OUT' && 'count' in problem

/** Makes problems of the first findings of a file, and one that counts the others. */
export function firstProblems<T>(file: string, findings: readonly T[], make: (finding: T) => Problem): Problem[] {
  const told = findings.slice(0, mostTold).map(make)
  const count = findings.length - told.length
  return count > 0 ? [...told, leftOut(file, count, told.at(-1))] : told
}

/** `severity` is the gravest of those left out, as far as anybody looked at them. */
function leftOut(
  file: string,
  count: number,
  last: Problem | undefined,
  severity: Problem['severity'] = 'error',
): LeftOut {
  const { line = 1, column = 1 } = last?.at ?? {}
  const problem = documentProblem('PROBLEMS_LEFT_OUT', {
    severity,
    at: { file, line, column },
    summary: `${file} has ${count} more ${count === 1 ? 'problem' : 'problems'}`,
    hint: 'Correct those that are told, and run it again.',
  })
  return { ...problem, code: 'PROBLEMS_LEFT_OUT', count }
}

/** All problems in order, those of each file cut off where they are too many. Errors are told before warnings. */
export function cutOff(problems: readonly Problem[]): Problem[] {
  const files = Map.groupBy(problems, ({ at }) => at?.file)
  return [...files].flatMap(([file, members]) => (file === undefined ? members : cutOffIn(file, members))).sort(byPlace)
}

function cutOffIn(file: string, problems: readonly Problem[]): readonly Problem[] {
  const uncounted = problems.filter((problem) => !isLeftOut(problem))
  const counted = problems.filter(isLeftOut)
  if (uncounted.length <= mostTold && counted.length === 0) return problems
  const inOrder = uncounted.toSorted((one, other) => gravity(one) - gravity(other) || byPlace(one, other))
  const [told, others] = [inOrder.slice(0, mostTold), inOrder.slice(mostTold)]
  const left = [...counted, ...others]
  const count = counted.reduce((sum, one) => sum + one.count, others.length)
  const gravest = left.some(({ severity }) => severity === 'error') ? 'error' : 'warning'
  return [...told, leftOut(file, count, told.toSorted(byPlace).at(-1), gravest)]
}

const gravity = ({ severity }: Problem): number => (severity === 'error' ? 0 : 1)
