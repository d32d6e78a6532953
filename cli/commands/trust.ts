import { appliancesOf } from '../../schemas/fleet.ts'
import { resolve } from 'node:path'
import type { ServedCertificate } from '../../reconcile/driver.ts'
import { problemLines } from '../../report/human-problem.ts'
import { problemOf } from '../../report/json.ts'
import { neutralJson } from '../../report/neutral.ts'
import { styleOf } from '../../report/style.ts'
import { registrarPinKey, type PinFile } from '../../schemas/pin-file.ts'
import type { Problem } from '../../schemas/problem.ts'
import type { ResultOf } from '../../schemas/results.ts'
import { fetchFingerprint } from '../../transport/connect.ts'
import { TransportError } from '../../transport/transport-error.ts'
import { askYes, canAsk } from '../ask.ts'
import type { Command } from '../command.ts'
import { documentPaths, readDocuments } from '../documents.ts'
import { endpointOf } from '../endpoint.ts'
import { exitCodeOf, type ExitReason } from '../exit-codes.ts'
import { fingerprintText } from '../fingerprint.ts'
import { readPins, withPin, writePins } from '../pins.ts'
import { shortPath } from '../short-path.ts'
import { UsageError } from '../usage-error.ts'

interface Seen {
  endpoint: string
  /** Under which the pin is recorded. */
  key: string
  served?: ServedCertificate
  problem?: Problem
  recorded: boolean
}

export async function run(command: Command): Promise<number> {
  const { given, io, positionals } = command
  const endpoints = positionals.map(endpointOf)
  const keys = await keysOf(command, endpoints)
  const accepted = given.list('accept')
  const file = resolve(io.cwd, given.text('pin-file') ?? 'pins.json')
  let pins = await readPins(file)
  const seen: Seen[] = []
  for (const endpoint of endpoints) {
    const one = await look(endpoint, keys.get(endpoint) ?? '')
    if (given.text('format') !== 'json') io.stdout.write(describe(one, pins, command))
    if (one.served && (await isAccepted(command, one, one.served, accepted, pins))) {
      pins = withPin(pins, one.key, one.served.pin)
      one.recorded = true
    }
    seen.push(one)
  }
  if (seen.some(({ recorded }) => recorded)) await writePins(file, pins)
  tell(command, file, seen)
  return exitCodeOf(reasonsOf(seen))
}

/** Under which key each endpoint is recorded: `--key`, else that of the document with this endpoint. */
async function keysOf(command: Command, endpoints: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const key = command.given.text('key')
  if (key !== undefined) {
    if (endpoints.length === 1) return new Map([[endpoints[0] ?? '', key]])
    throw new UsageError(
      'FLAG_CONFLICT',
      '--key is for a single endpoint',
      'Leave it out, and name the documents with --in.',
    )
  }
  const { fleet } = await readDocuments(command, documentPaths(command))
  const appliances = (fleet ? appliancesOf(fleet) : []).map(
    ({ key, access }) => [new URL(access.endpoint).origin, key] as const,
  )
  const registrars = [...(fleet?.registrars ?? [])].flatMap(([name, registrar]) =>
    'azure' in registrar ? [[new URL(registrar.azure.endpoint).origin, registrarPinKey(name)] as const] : [],
  )
  const known = new Map([...registrars, ...appliances])
  const stray = endpoints.find((endpoint) => !known.has(endpoint))
  if (stray === undefined) return known
  throw new UsageError(
    'KEY_UNKNOWN',
    fleet
      ? `No document has the endpoint ${stray}`
      : `The documents could not be read, so the key of ${stray} is not known`,
    'Name the document with --key KEY, or its folder with --in PATH.',
  )
}

async function look(endpoint: string, key: string): Promise<Seen> {
  try {
    return { endpoint, key, served: await fetchFingerprint(endpoint), recorded: false }
  } catch (error) {
    if (!(error instanceof TransportError)) throw error
    const { code, message, advice } = error
    const problem: Problem = {
      severity: 'error',
      code,
      key,
      summary: message,
      ...(advice !== undefined && { hint: advice }),
    }
    return { endpoint, key, problem, recorded: false }
  }
}

function describe({ endpoint, key, served, problem }: Seen, pins: PinFile, { colour }: Command): string {
  if (!served) return `${(problem ? problemLines(problem, styleOf(colour.stdout)) : []).join('\n')}\n`
  return fingerprintText({ endpoint, key, served, known: pins[key]?.pins }, { colour: colour.stdout })
}

async function isAccepted(
  command: Command,
  { key }: Seen,
  { pin }: ServedCertificate,
  accepted: readonly string[],
  pins: PinFile,
): Promise<boolean> {
  if (pins[key]?.pins.includes(pin)) return true
  if (accepted.length > 0) {
    if (accepted.includes(pin)) return true
    throw new UsageError(
      'PIN_REFUSED',
      `${key} shows ${pin}, which --accept does not name`,
      'Nothing was recorded. Find out whose key it is.',
    )
  }
  if (!canAsk(command)) return false
  return askYes(command, `Does ${key} itself show this fingerprint?`)
}

function tell(command: Command, file: string, seen: readonly Seen[]): void {
  const { given, io, tool, startedAt } = command
  const recorded = seen.filter((one) => one.recorded).map(({ key }) => key)
  const missing = seen.filter((one) => one.served && !one.recorded)
  if (recorded.length > 0) command.note(`Recorded in ${shortPath(io.cwd, file)}: ${recorded.join(', ')}`)
  for (const { key, served } of missing) {
    command.say(`Not recorded: ${key}. Compare the fingerprint, then give --accept ${served?.pin ?? ''}`)
  }
  if (given.text('format') !== 'json') return
  const result: ResultOf<'trust'> = {
    formatVersion: 1,
    kind: 'trust',
    tool,
    startedAt,
    pinFile: file,
    endpoints: seen.map(({ endpoint, key, served, problem, recorded }) => ({
      endpoint,
      key,
      ...(served && { pin: served.pin, subject: served.subject, notAfter: served.notAfter }),
      recorded,
      ...(problem && { problem: problemOf(problem) }),
    })),
  }
  io.stdout.write(`${neutralJson(result)}\n`)
}

function reasonsOf(seen: readonly Seen[]): ReadonlySet<ExitReason> {
  return new Set(
    seen.flatMap(({ recorded, problem }): ExitReason[] => {
      if (problem) return ['unknown']
      return recorded ? [] : ['waiting']
    }),
  )
}
