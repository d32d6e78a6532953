/** What is remembered between runs, as the flags say. */
import { resolve } from 'node:path'
import type { Memory } from '../reconcile/memory.ts'
import type { StateMemory } from '../state/memory.ts'
import type { Command } from './command.ts'
import { UsageError } from './usage-error.ts'

export interface OpenState {
  memory: Memory
  /** Present unless `--no-state`. */
  history?: StateMemory
  folder?: string
  close(): void
}

export async function openState({ given, io }: Command): Promise<OpenState> {
  const chosen = given.text('state')
  if (given.on('no-state')) {
    if (chosen !== undefined) {
      throw new UsageError('FLAG_CONFLICT', '--state and --no-state exclude each other', 'Give one of them.')
    }
    const { noMemory } = await import('../state/no-memory.ts')
    return { memory: noMemory(), close: () => {} }
  }
  const { openMemory } = await import('../state/memory.ts')
  const folder = resolve(io.cwd, chosen ?? '.sensorform')
  const history = openMemory({ folder })
  return { memory: history, history, folder, close: () => history.close() }
}
