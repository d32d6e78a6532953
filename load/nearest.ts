/** A longer text is no name that somebody misspelt. */
const longestName = 256

/** The known name that a misspelt one most likely stands for: at most a third of its letters apart. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  if (name.length > longestName) return undefined
  let best: string | undefined
  let least = Math.max(1, Math.floor(name.length / 3)) + 1
  for (const candidate of known) {
    // So many letters at least are missing.
    if (Math.abs(candidate.length - name.length) >= least && name.length <= 64) continue
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase(), least)
    if (distance < least) [best, least] = [candidate, distance]
  }
  return best
}

/** "Did you mean …?", or the known names where none is near. */
export function suggestion(name: string, known: readonly string[]): string | undefined {
  const match = nearest(name, known)
  if (match !== undefined) return `Did you mean ${match}?`
  if (known.length === 0) return undefined
  const shown = known.slice(0, 12).join(', ')
  return `Known here: ${shown}${known.length > 12 ? ', …' : ''}.`
}

/** Levenshtein distance with transpositions of neighbours; anything from `limit` on where it is not less. */
function editDistance(one: string, other: string, limit: number): number {
  const [a, b] = [one.slice(0, 64), other.slice(0, 64)]
  let [before, row]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, index) => index)]
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    let least = i
    for (let j = 1; j <= b.length; j++) {
      const replace = at(row, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(before, j - 2) + 1 : Infinity
      const distance = Math.min(replace, swap, at(row, j) + 1, at(next, j - 1) + 1)
      least = Math.min(least, distance)
      next.push(distance)
    }
    // One more for a transposition, which looks two rows back.
    if (least > limit) return least
    ;[before, row] = [row, next]
  }
  return at(row, b.length)
}

const at = (row: readonly number[], index: number): number => row[index] ?? Infinity
