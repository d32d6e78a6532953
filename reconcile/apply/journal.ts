import type { World } from '../engine.ts'
import type { JournalEntry } from '../memory.ts'

/** Writes one line of a run's journal; it is durable before the step goes on. */
export async function writeJournal(
  { clock, memory }: Pick<World, 'clock' | 'memory'>,
  entry: Omit<JournalEntry, 'at' | 'detail'> & { detail?: string | undefined },
): Promise<void> {
  const { detail, ...rest } = entry
  await memory.journal({ ...rest, at: new Date(clock.now()).toISOString(), ...(detail !== undefined && { detail }) })
}
