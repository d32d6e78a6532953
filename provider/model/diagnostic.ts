/**
 * Where something stands in a configuration, from its root: names of attributes, keys of maps, places in lists. Which
 * of them a text is, the schema tells.
 */
export type Path = readonly (string | number)[]

/** What Terraform shows, at the line of the user's configuration that `path` leads to. */
export interface Diagnostic {
  severity: 'error' | 'warning'
  /** The cause in one line, without a period at its end. Holds no secret. */
  summary: string
  /** What to do, in full sentences. */
  detail?: string
  path?: Path
}

export type Diagnostics = readonly Diagnostic[]

export const hasErrors = (diagnostics: Diagnostics = []): boolean =>
  diagnostics.some(({ severity }) => severity === 'error')
