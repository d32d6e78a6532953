/** How a run ends when several things hold at once. */
import { expect, test } from 'vitest'
import { exitCodeOf, type ExitReason } from '../../cli/exit-codes.ts'

const reasons = (...all: ExitReason[]): ReadonlySet<ExitReason> => new Set(all)

test.each<{ name: string; given: ReadonlySet<ExitReason>; verb?: 'drift'; want: number }>([
  { name: 'nothing', given: reasons(), want: 0 },
  {
    name: 'everything: interrupted',
    given: reasons('changes', 'unknown', 'waiting', 'refused', 'stale', 'partial', 'interrupted'),
    want: 130,
  },
  { name: 'applied in part before stale', given: reasons('stale', 'partial'), want: 3 },
  { name: 'stale before refused', given: reasons('refused', 'stale'), want: 5 },
  { name: 'refused before waiting', given: reasons('waiting', 'refused'), want: 6 },
  { name: 'waiting before unknown', given: reasons('unknown', 'waiting'), want: 7 },
  { name: 'unknown before changes', given: reasons('changes', 'unknown'), want: 4 },
  { name: 'drift before unknown, for drift', given: reasons('changes', 'unknown'), verb: 'drift', want: 2 },
  { name: 'unknown alone, for drift', given: reasons('unknown'), verb: 'drift', want: 4 },
])('$name', ({ given, verb, want }) => expect(exitCodeOf(given, verb)).toBe(want))
