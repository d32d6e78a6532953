import { stopProvider as messages } from '../wire/messages.ts'
import { unary } from './rpc.ts'

/** Work under way ends by its signal and answers with what it has reached. */
export const stopProvider = unary(messages, (_, { stop }) => {
  stop.abort()
  return {}
})
