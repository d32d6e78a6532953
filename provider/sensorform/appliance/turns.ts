/** Resources of one appliance, such as a sensor and a rule of it, are applied one after the other: one run has its lease. */
const waiting = new WeakMap<object, Map<string, Promise<unknown>>>()

/** Begins when those that came before it with this name, of this client, have ended. */
export async function inTurn<T>(client: object, name: string, work: () => Promise<T>): Promise<T> {
  const turns = waiting.get(client) ?? new Map<string, Promise<unknown>>()
  waiting.set(client, turns)
  const before = turns.get(name) ?? Promise.resolve()
  const mine = before.then(work, work)
  turns.set(name, mine)
  return mine
}
