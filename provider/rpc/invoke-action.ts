import { invokeAction as messages } from '../wire/messages.ts'
import { toPresentObject } from '../wire/from-wire.ts'
import type { TypeOf } from '../wire/protobuf.ts'
import { fromDiagnostics } from '../wire/to-wire.ts'
import { callOf, find, guarded, streaming } from './rpc.ts'

type Event = TypeOf<(typeof messages)['response']>

/** Progress as it comes, and one end. */
export const invokeAction = streaming(messages, async function* ({ typeName, config }, connection) {
  const action = find('action', connection.provider.actions, typeName)
  const run = async (progress: (message: string) => void) =>
    guarded(connection, async () => {
      const found = await action.invoke(toPresentObject(action.schema, config), callOf(connection), progress)
      return { diagnostics: fromDiagnostics(found, action.schema.attributes) }
    })
  yield* new ReadableStream<Event>({
    start: async (events) => {
      const completed = await run((message) => events.enqueue({ progress: { message } }))
      events.enqueue({ completed })
      events.close()
    },
  })
})
