/**
 * Activation files that a person downloads in the portal and puts into a folder as `<registered name>.zip`: for locally
 * managed and air-gapped sites. It sees no records and makes none; it says exactly what the person has to do.
 *
 * @module
 */
import { join } from 'node:path'
import type { Clock } from '../../reconcile/clock.ts'
import { DeviceError } from '../../reconcile/device-error.ts'
import type { Mode, Registrar, RegistrationRecord } from '../../reconcile/registrar.ts'
import { checkFile } from './check-file.ts'
import { describeSteps } from './instructions.ts'
import { noFile, readBoundedFile, type ReadFile } from './read-file.ts'

export interface DirectoryDeps {
  clock: Pick<Clock, 'now'>
}

/** `path` is the absolute path of the folder. Nothing is read before the first call of a method. */
export function createDirectoryRegistrar(
  name: string,
  { path }: { path: string },
  { clock }: DirectoryDeps,
): Registrar {
  const judge = (file: ReadFile, record: string, mode?: Mode): string | undefined =>
    'problem' in file ? file.problem : checkFile(file, { name: record, ...(mode && { mode }) }, clock.now())
  /** What was there when the file of a name was last looked for. */
  const seen = new Map<string, ReadFile>()
  return {
    name,
    support: { register: false, observe: false, download: 'manual' },
    writeTimeoutMs: 0,
    lookup: () =>
      Promise.resolve({
        state: 'notObservable',
        reason: `${name} is a folder of activation files, which shows no records`,
      }),
    async fileAtHand(record) {
      const file = await readBoundedFile(path, `${record}.zip`)
      seen.set(record, file)
      return judge(file, record) === undefined
    },
    instructions(record, placement) {
      const file = seen.get(record)
      const found = file && { problem: judge(file, record, placement.mode) }
      return describeSteps(record, placement, join(path, `${record}.zip`), found)
    },
    register: () => Promise.reject(notSupported(name, 'registered')),
    deregister: () => Promise.reject(notSupported(name, 'deleted')),
    async downloadActivation(record: RegistrationRecord, signal?: AbortSignal) {
      if (signal?.aborted)
        throw new DeviceError('ABORTED', `registrar ${name}: reading the activation file was called off`)
      const file = await readBoundedFile(path, `${record.name}.zip`)
      const problem = judge(file, record.name, record.mode)
      if (problem === undefined && 'bytes' in file) return file.bytes
      throw missing(name, join(path, `${record.name}.zip`), problem ?? noFile)
    },
  }
}

const notSupported = (registrar: string, what: string): DeviceError =>
  new DeviceError(
    'NOT_SUPPORTED',
    `registrar ${registrar} is a folder of activation files: records are ${what} in the Azure portal`,
    {
      advice: 'Follow the steps that the plan prints, then run again.',
    },
  )

const missing = (registrar: string, file: string, problem: string): DeviceError =>
  new DeviceError('ACTIVATION_FILE_MISSING', `registrar ${registrar}: ${file} ${problem}`, {
    advice: `Download the activation file in the Azure portal (Defender for IoT > Sites and sensors > the sensor > ... > Download activation file) and save it, unopened, as ${file}.`,
  })
