/**
 * A run that finds an @azure/identity installed: one whose answer is given. Prints what became of a lookup and what was
 * asked of it.
 */
import { registerHooks } from 'node:module'
import { openRegistrar } from './open.ts'

const [, , endpoint = '', pin = '', answer = ''] = process.argv
const source = `
  export class DefaultAzureCredential {
    async getToken(scope) {
      process.stdout.write('asked for ' + scope + '\\n')
      const answer = ${JSON.stringify(answer)}
      if (answer.startsWith('Error: ')) throw new Error(answer.slice(7))
      return answer === 'null' ? null : { token: answer }
    }
  }`
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@azure/identity'
      ? { url: `data:text/javascript,${encodeURIComponent(source)}`, shortCircuit: true }
      : next(specifier, context),
})

const { registrar } = openRegistrar(endpoint, pin, { config: { token: undefined } })
const found = await registrar.lookup('line-1').catch(({ code, message }: { code: string; message: string }) => ({
  code,
  message,
}))
process.stdout.write(`${JSON.stringify(found)}\n`)
await registrar.close?.()
