import { ArgumentError, type ProviderFunction } from '../model/provider.ts'
import { callFunction as messages } from '../wire/messages.ts'
import { toValue } from '../wire/from-wire.ts'
import { fromValue } from '../wire/to-wire.ts'
import { find, unary } from './rpc.ts'

/** What is wrong is told with the argument; diagnostics are not part of this answer. */
export const callFunction = unary(messages, async ({ name, arguments: args = [] }, { provider, log }) => {
  const one = find('function', provider.functions, name)
  try {
    const values = args.map((arg, index) => toValue(typeAt(one, index), arg))
    return { result: fromValue(one.returns, await one.call(...values)) }
  } catch (error) {
    if (error instanceof ArgumentError) return { error: { text: error.message, functionArgument: error.argument } }
    log('error', 'a function failed', { function: name ?? '', kind: error instanceof Error ? error.name : 'unknown' })
    return { error: { text: 'The provider made a mistake; please report it.' } }
  }
})

function typeAt({ parameters, variadic }: ProviderFunction, index: number) {
  const parameter = parameters[index] ?? variadic
  if (!parameter) throw new TypeError('the function takes fewer arguments')
  return parameter.type
}
