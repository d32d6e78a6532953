/**
 * `apply --replace KEY`: a person takes new hardware for a sensor. Which one is recorded before anything is sent to it,
 * so that a run that is killed later needs no second flag.
 *
 * @module
 */
import { recallAppliance } from '../reconcile/observe/recall.ts'
import type { ServedCertificate } from '../reconcile/driver.ts'
import type { Memory, Remembered } from '../reconcile/memory.ts'
import { rememberReplacement, replaced } from '../reconcile/replace/replacement.ts'
import type { DesiredAppliance, Fleet, LoadedTrust } from '../schemas/fleet.ts'
import { fetchFingerprint } from '../transport/connect.ts'
import { TransportError } from '../transport/transport-error.ts'
import { askYes, canAsk } from './ask.ts'
import { systemClock } from '../transport/system-clock.ts'
import type { Command } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import { fingerprintText } from './fingerprint.ts'
import { applianceOfKey } from './keys.ts'
import { readPins, writePins } from './pins.ts'
import { ReportedError } from './reported-error.ts'
import { sayProblem } from './appliance.ts'
import { shortPath } from './short-path.ts'
import { openState } from './state-folder.ts'
import { UsageError } from './usage-error.ts'

/** Says whether a pin file was changed, so that the documents must be read again. */
export async function acceptReplacement(command: Command, fleet: Fleet): Promise<boolean> {
  const key = command.given.text('replace')
  const accept = command.given.text('accept')
  if (key === undefined) {
    if (accept === undefined) return false
    throw new UsageError(
      'FLAG_CONFLICT',
      '--accept is for --replace, which is not given',
      'Name the sensor with --replace.',
    )
  }
  if (command.given.on('no-state')) {
    throw new UsageError(
      'FLAG_CONFLICT',
      'What is replaced is kept in the state folder, and --no-state keeps nothing',
      'Leave --no-state out.',
    )
  }
  const desired = applianceOfKey(fleet, key)
  const state = await openState(command, fleet)
  try {
    return await accepted(command, desired, state.memory, accept)
  } finally {
    state.close()
  }
}

async function accepted(
  command: Command,
  desired: DesiredAppliance,
  memory: Memory,
  accept: string | undefined,
): Promise<boolean> {
  const remembered = await recallAppliance(memory, desired)
  mustNameNobodyElse(desired, remembered)
  const served = await look(command, desired)
  const files = pinFilesOf(desired)
  const known = [...(remembered?.pins ?? []), ...files.flatMap(({ pins }) => pins)]
  if (!isTaken(remembered, served)) {
    mustBeOther(desired, remembered, served)
    const { endpoint } = desired.access
    const shown = { endpoint, key: desired.key, served, known: known.length > 0 ? [...new Set(known)] : undefined }
    command.say(fingerprintText(shown, { colour: command.colour.stderr }).trimEnd())
    await mustBeAccepted(command, desired.key, served, accept)
    const at = new Date((command.io.clock ?? systemClock).now()).toISOString()
    await rememberReplacement(
      memory,
      desired.key,
      replaced(remembered, { at, pin: served.pin, certificate: served.sha256 }),
    )
  }
  for (const { pinFile } of files) await mendPins(command, pinFile, desired.key, served.pin)
  return files.length > 0
}

/** The same command again: the hardware was accepted before. */
const isTaken = (remembered: Remembered | undefined, { pin }: ServedCertificate): boolean =>
  remembered?.replacement !== undefined && [remembered.replacement.pin, ...(remembered.pins ?? [])].includes(pin)

/** Else the old hardware would be taken for its own successor, and refused from then on. */
function mustBeOther({ key }: DesiredAppliance, remembered: Remembered | undefined, { pin }: ServedCertificate): void {
  if (remembered?.identity === undefined || !remembered.pins?.includes(pin)) return
  throw new UsageError(
    'HARDWARE_SAME',
    `${key} shows the key that it is known by (${pin}): it is the hardware of before`,
    'Put the new hardware in its place first; if it was given the old key, give it another certificate. Nothing was done.',
  )
}

/** A serial number in the documents says who the sensor is: it must not still be the old one. */
function mustNameNobodyElse({ key, access, origins }: DesiredAppliance, remembered: Remembered | undefined): void {
  const old = remembered?.identity ?? remembered?.replacement?.former.identity
  if (access.identity === undefined || access.identity !== old) return
  const at = origins.get('access.identity')?.place
  throw new UsageError(
    'IDENTITY_DECLARED',
    `${at ? `${at.file}:${at.line}: ` : ''}access.identity of ${key} is ${old}, the serial number of the hardware that is replaced`,
    'Put the serial number of the new hardware there, or remove the line. Nothing was done.',
  )
}

async function look(command: Command, { key, access }: DesiredAppliance): Promise<ServedCertificate> {
  try {
    return await fetchFingerprint(access.endpoint)
  } catch (error) {
    if (!(error instanceof TransportError)) throw error
    const { code, message, advice } = error
    sayProblem(command, {
      severity: 'error',
      code,
      key,
      summary: message,
      ...(advice !== undefined && { hint: advice }),
    })
    throw new ReportedError(exitCodes.unknown)
  }
}

async function mustBeAccepted(
  command: Command,
  key: string,
  { pin }: ServedCertificate,
  accept: string | undefined,
): Promise<void> {
  if (accept === pin) return
  if (accept !== undefined) {
    throw new UsageError(
      'PIN_REFUSED',
      `${key} shows ${pin}, which --accept does not name`,
      'Nothing was recorded. Find out whose key it is.',
    )
  }
  if (!canAsk(command)) {
    throw new UsageError(
      'NOT_A_TERMINAL',
      'There is no terminal to ask on, so nothing was done',
      `Compare the fingerprint, then give --accept ${pin}`,
    )
  }
  if (await askYes(command, `Does the new ${key} itself show this fingerprint?`)) return
  command.say('Nothing was done.')
  throw new ReportedError(exitCodes.error)
}

const pinFilesOf = ({ access }: DesiredAppliance) =>
  access.trust.filter((anchor): anchor is Extract<LoadedTrust, { pinFile: string }> => 'pinFile' in anchor)

/** The pin file goes with the documents: it must name the new hardware wherever it is used. */
async function mendPins(command: Command, file: string, key: string, pin: string): Promise<void> {
  const pins = await readPins(file)
  const entry = pins[key]
  if (entry?.identity === undefined && entry?.pins.join() === pin) return
  await writePins(file, { ...pins, [key]: { pins: [pin] } })
  command.note(`Recorded in ${shortPath(command.io.cwd, file)}: ${key}. Commit it with the documents.`)
}
