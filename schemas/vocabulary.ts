/**
 * The facts about a field that zod itself has no word for. They stand beside the field, in `.meta()`, and come out
 * of the JSON Schema as `x-` keywords; every projection (reference docs, wire schemas, later Terraform) reads them
 * from there.
 *
 * A misspelt key would be accepted silently by zod, so `test/schemas/vocabulary.test.ts` asserts that every `x-` key
 * that is emitted is named here.
 *
 * @module
 */

/** What a rule rests on: a documented fact of the vendor, or a choice of this project. */
export type RuleBasis = 'documented' | 'project choice'

export interface FieldFacts {
  /** The value is a secret: it is written as a reference, compared by tag and never shown. Default: false. */
  'x-sensitive'?: true
  /** The appliance never returns the value. Default: false. */
  'x-write-only'?: true
  /** Changing the value re-activates the sensor. Default: false. */
  'x-reactivates'?: boolean
  /** Merging replaces the whole value instead of merging its keys (lists and scalars always do). Default: false. */
  'x-leaf'?: true
  /** Beside a secret: the key of the server, a host or a URL, that the appliance sends the secret on to. */
  'x-sent-on-to'?: string
  /** Exactly one of the keys is given. Default: false. */
  'x-exactly-one'?: true
  /** Says how the tool behaves, not how the appliance is set; never read from or written to it. Default: false. */
  'x-not-a-setting'?: true
  /** Path of a file below the document's folder, whose public content is read while loading. Default: false. */
  'x-file'?: true
  /** A file too large to be read while loading, with its hash; its path lies below the folder of packages too. Default: false. */
  'x-package'?: true
  /** What people call it, in the title of a step; what has none is called as what it lies in. */
  'x-label'?: string
  /** Unit of a number or duration. */
  'x-unit'?: string
  /** The rule in a sentence, where the type does not say it already. */
  'x-rule'?: string
  /** What the rule rests on. */
  'x-basis'?: RuleBasis
  /** Where the rule comes from, in words a reader can look up. */
  'x-source'?: string
  /** Where a person finds the setting in the appliance's console; what has none is found where what it lies in is. */
  'x-console'?: string
}

declare module 'zod' {
  interface GlobalMeta extends FieldFacts {}
}

/** Every `x-` keyword that may appear in a generated schema. */
export const vocabulary: readonly (keyof FieldFacts)[] = [
  'x-sensitive',
  'x-write-only',
  'x-reactivates',
  'x-leaf',
  'x-sent-on-to',
  'x-exactly-one',
  'x-not-a-setting',
  'x-file',
  'x-package',
  'x-label',
  'x-unit',
  'x-rule',
  'x-basis',
  'x-source',
  'x-console',
]
