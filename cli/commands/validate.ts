import type { Command } from '../command.ts'
import { problemsReport, readDocuments } from '../documents.ts'
import { exitCodes } from '../exit-codes.ts'
import { emit, outputsOf } from '../output.ts'

export async function run(command: Command): Promise<number> {
  const outputs = outputsOf(command)
  const result = await readDocuments(command, command.positionals)
  await emit(command, outputs, problemsReport(command, result))
  return result.fleet ? exitCodes.ok : exitCodes.error
}
