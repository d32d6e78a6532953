/** One entry of the problem catalogue. docs/problems.md is generated from all of them. */
export interface CatalogEntry {
  severity: 'error' | 'warning'
  /** What happened, in a few words. */
  title: string
  /** Why it is a problem and where the rule comes from. */
  explanation: string
  /** What to do. */
  remedy: string
  /**
   * For problems of documents: the smallest text that brings the problem about, by file name. A test loads it and
   * expects this very code.
   */
  example?: Readonly<Record<string, string>>
}
export type Catalog = Readonly<Record<string, CatalogEntry>>
