/** Problems of documents and files: found offline, while loading. */
import { certificates } from './document-certificates.ts'
import { files, yaml } from './document-files.ts'
import { names, references } from './document-names.ts'
import { systemProperties } from './document-properties.ts'
import { software } from './document-software.ts'
import { shape } from './document-shape.ts'
import type { Catalog } from './entry.ts'

export const documents = {
  ...files,
  ...yaml,
  ...shape,
  ...names,
  ...references,
  ...certificates,
  ...systemProperties,
  ...software,
} as const satisfies Catalog
