/** What the user got wrong, or must know, as data. Problems are collected, never thrown one by one. */
export interface Problem {
  severity: 'error' | 'warning'
  /** Stable code, an entry of the problem catalogue, explained in docs/problems.md. */
  code: string
  /** Where it stands in a file. Lines and columns count from 1; columns count UTF-16 units. */
  at?: SourcePlace
  /** Key of the document that it concerns. */
  key?: string
  /** Field that it concerns, as in `network.gateway`. */
  field?: string
  /** What and why, one sentence. Holds no secret. */
  summary: string
  /** What to do. */
  hint?: string
}

export interface SourcePlace {
  /** Path of the file as the user gave or would give it, relative to the working directory. */
  file: string
  line: number
  column: number
  /** Length of the marked text on its line, at least 1. */
  length?: number
  /** The line itself. */
  excerpt?: string
}
