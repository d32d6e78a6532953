/** Registers sensors over the wire for ever and prints each name once it is answered, to be killed meanwhile. */
import { startTestCloud } from './start.ts'

const [, , stateFolder = '', address = ''] = process.argv
const { send } = await startTestCloud(address, { stateFolder })
for (let number = 1; ; number++) {
  const path = `/locations/eastus/sites/berlin-plant/sensors/line-${number}`
  const { status } = await send('PUT', path, { body: '{"properties":{}}' })
  if (status === 201) process.stdout.write(`line-${number}\n`)
}
