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
import { readBoundedFile } from './read-file.ts'

export interface DirectoryDeps {
  clock: Pick<Clock, 'now'>
}

/** `path` is the absolute path of the folder. Nothing is read before the first call of a method. */
export function createDirectoryRegistrar(
  name: string,
  { path }: { path: string },
  { clock }: DirectoryDeps,
): Registrar {
  /** Never throws: why a file is not usable is a value. */
  const load = async (record: string, mode: Mode | undefined): Promise<{ bytes: Uint8Array } | { problem: string }> => {
    const file = await readBoundedFile(path, `${record}.zip`)
    if ('problem' in file) return file
    const problem = checkFile(file, { name: record, ...(mode && { mode }) }, clock.now())
    return problem === undefined ? file : { problem }
  }
  return {
    name,
    support: { register: false, observe: false, download: 'manual' },
    writeTimeoutMs: 0,
    lookup: () =>
      Promise.resolve({
        state: 'notObservable',
        reason: `${name} is a folder of activation files, which shows no records`,
      }),
    fileAtHand: async (record) => 'bytes' in (await load(record, undefined)),
    instructions: (record, placement) => describeSteps(record, placement, join(path, `${record}.zip`)),
    register: () => Promise.reject(notSupported(name, 'registered')),
    deregister: () => Promise.reject(notSupported(name, 'deleted')),
    async downloadActivation(record: RegistrationRecord, signal?: AbortSignal) {
      if (signal?.aborted)
        throw new DeviceError('ABORTED', `registrar ${name}: reading the activation file was called off`)
      const loaded = await load(record.name, record.mode)
      if ('bytes' in loaded) return loaded.bytes
      throw missing(name, join(path, `${record.name}.zip`), loaded.problem)
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
