import type { Command } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { nearest } from '../nearest.ts'
import { schemaLoaders } from '../schema-files.ts'
import { UsageError } from '../usage-error.ts'

export async function run({ positionals: [name], io }: Command): Promise<number> {
  const names = Object.keys(schemaLoaders)
  if (name === undefined) {
    io.stdout.write(`${names.join('\n')}\n`)
    return exitCodes.ok
  }
  const load = Object.hasOwn(schemaLoaders, name) ? schemaLoaders[name] : undefined
  if (!load) {
    const near = nearest(name, names)
    throw new UsageError(
      'SCHEMA_UNKNOWN',
      `There is no schema ${JSON.stringify(name)}`,
      near === undefined ? '"sensorform schema" lists them.' : `Did you mean ${near}? "sensorform schema" lists them.`,
    )
  }
  io.stdout.write(`${JSON.stringify((await load()).default, null, 2)}\n`)
  return exitCodes.ok
}
