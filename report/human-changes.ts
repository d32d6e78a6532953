/** Changes of one sensor, each as what it is and what it should be. */
import type { Change } from '../reconcile/change.ts'
import { plainText } from './neutral.ts'
import type { Style } from './style.ts'
import { causeText, changeNote, shownText } from './words.ts'

/** Changes with one cause stand together. */
export function changeLines(changes: readonly Change[], style: Style): string[] {
  const blocks = [...Map.groupBy(changes, causeText)].map(([cause, members]) => [cause, blocksOf(members)] as const)
  const alone = blocks.flatMap(([, parts]) => parts.filter(({ whole }) => whole === undefined))
  const column = widest(alone.flatMap(({ members }) => members.map(({ path }) => path)))
  return blocks.flatMap(([cause, parts]) => [
    `  ${style.dim(plainText(cause))}`,
    ...parts.flatMap(({ whole, members }) =>
      whole === undefined
        ? members.flatMap((change) => linesOf(change, column, style))
        : wholeLines(whole, members, style),
    ),
  ])
}

const widest = (paths: readonly string[]): number => Math.max(0, ...paths.map((path) => plainText(path).length))

interface Block {
  /** What the members add up to, when they are the parts of something new. */
  whole?: string
  members: readonly Change[]
}

const fewestParts = 3

/** Something new, such as a forwarding rule, is told once with its parts below it. */
function blocksOf(changes: readonly Change[]): Block[] {
  const runs: { whole: string | undefined; members: Change[] }[] = []
  for (const change of changes) {
    const whole = wholeOf(change)
    const last = runs.at(-1)
    if (last && whole !== undefined && last.whole === whole) last.members.push(change)
    else runs.push({ whole, members: [change] })
  }
  return runs.map(({ whole, members }) =>
    whole === undefined || members.length < fewestParts ? { members } : { whole, members },
  )
}

const rulePath = /^forwarding\.rules(?:\["(?:[^"\\]|\\.)*"\]|\.[^.[]+)(?=\.)/
const groupPath = /^[A-Za-z]+(?:\.[A-Za-z]+)+(?=\.[A-Za-z]+$)/

function wholeOf({ kind, path, before, after }: Change): string | undefined {
  if (kind !== 'field' || before !== undefined || after === undefined) return undefined
  return (rulePath.exec(path) ?? groupPath.exec(path))?.[0]
}

function wholeLines(whole: string, members: readonly Change[], style: Style): string[] {
  const parts = members.map((change) => ({ part: change.path.slice(whole.length + 1), change }))
  const column = widest(parts.map(({ part }) => part))
  return [
    style.green(`  + ${plainText(whole)}`),
    ...parts.map(({ part, change }) =>
      style.green(`  +   ${plainText(part).padEnd(column)}  ${plainText(shownText(change.after))}`),
    ),
  ]
}

function linesOf(change: Change, column: number, style: Style): string[] {
  const path = plainText(change.path).padEnd(column)
  const note = changeNote(change)
  const line = (sign: string, value: Change['before']): string => `  ${sign} ${path}  ${plainText(shownText(value))}`
  const before = change.before === undefined ? [] : [style.red(line('-', change.before))]
  const after = change.after === undefined ? [] : [style.green(line('+', change.after))]
  const values = before.length + after.length === 0 ? [`  ! ${path}  ${note ?? 'differs'}`] : [...before, ...after]
  return note === undefined || before.length + after.length === 0
    ? values
    : [...values, `    ${' '.repeat(column)}  ${style.dim(note)}`]
}
