/**
 * Update packages of simulated sensors: a line with the version stands for the vendor's signature, and whatever follows
 * for the content.
 *
 * @module
 */

const firstLine = /^simulated update package of version (\d+(?:\.\d+)*)\n/

/** A package that a simulated sensor installs. */
export const simulatedPackage = (version: string, content = ''): string =>
  `simulated update package of version ${version}\n${content}`

/** The version that a package is for; undefined for anything else. Its first bytes are enough. */
export const versionOfPackage = (head: Uint8Array): string | undefined =>
  firstLine.exec(Buffer.from(head).toString('latin1'))?.[1]
