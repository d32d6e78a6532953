/** Problems of declared software versions and their packages. */
import { one } from './document-example.ts'
import type { Catalog } from './entry.ts'

const sha256 = '0'.repeat(64)
const softwareSpec = (version: string, packaged: string, file: string): string =>
  `  software: { version: "${version}", packages: { "${packaged}": { file: ${file}, sha256: "${sha256}" } } }\n`

export const software = {
  SOFTWARE_PACKAGE_MISSING: {
    severity: 'error',
    title: 'The package of the declared version is not declared',
    explanation: 'Packages are declared, but none of them leads to software.version.',
    remedy: 'Declare the package of that version, or correct the version.',
    example: one(softwareSpec('22.3.8.91', '10.5.5', 'legacy-sensor-secured-patcher-10.5.5.tar')),
  },
  SOFTWARE_PACKAGE_NAME: {
    severity: 'error',
    title: 'A file is not named as an update package',
    explanation:
      'The vendor names packages <legacy|upstream>-sensor-secured-patcher-<version>.tar or sensor-secured-patcher-<version>.tar. Another name, or another version in it, is most likely another file.',
    remedy: 'Name the file that was downloaded, under the name that it came with.',
    example: one(softwareSpec('10.5.5', '10.5.5', 'patcher.tar')),
  },
} as const satisfies Catalog
