/** `activation_file_info`: what an activation file says. Its signature is the sensor's to check. */
import { readActivationFile, unusedFileDays } from '../../../formats/activation-file.ts'
import { toSnakeCase } from '../../../schemas/terraform/names.ts'
import { ArgumentError } from '../../model/provider.ts'
import { textOf, type ObjectValue, type Value } from '../../model/value.ts'

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** Throws an ArgumentError for what is no activation file of the known format. */
export function activationFileInfo(content: Value): Value {
  const text = (textOf(content) ?? '').replaceAll(/\s/g, '')
  if (text === '' || !base64.test(text)) throw new ArgumentError('It is not base64. Give filebase64("<name>.zip").', 0)
  const read = activationFacts(Buffer.from(text, 'base64'))
  if ('problem' in read) throw new ArgumentError(`The file ${read.problem}. ${unknownFormat}`, 0)
  return read.facts
}

const unknownFormat =
  'The vendor does not publish the format: a file of another format may be right all the same, and can be uploaded, but not read here.'

const dayMs = 86_400_000

/** What a file says, by attribute; or what is wrong with it. */
export function activationFacts(bytes: Uint8Array): { facts: ObjectValue } | { problem: string } {
  const read = readActivationFile(bytes)
  if ('problem' in read) return read
  const said = Object.entries(read.file).map(([key, value]: [string, Value]) => [toSnakeCase(key), value])
  const uploadBefore = new Date(Date.parse(read.file.createdAt) + unusedFileDays * dayMs).toISOString()
  return { facts: { ...Object.fromEntries(said), upload_before: uploadBefore } }
}
