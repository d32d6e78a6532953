/** Update packages, as the engine asks for them. They are large: nothing ever holds one whole. */
import type { PackageSource } from './driver.ts'

export interface Packages {
  /** Reads the file once, piece by piece, to know its hash as it is now. Gives nothing for one that cannot be read. */
  find(file: string, signal?: AbortSignal): Promise<PackageSource | undefined>
}
