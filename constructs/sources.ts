/** Where secrets and files of a spec come from. */

/**
 * Where a secret comes from; never the secret itself.
 *
 * - `fromEnv`: the variable of the environment in which Terraform runs.
 * - `fromFile`: a file below the folder in which Terraform runs (that of the stack in `cdktf.out`).
 * - `value`: a token, such as an ephemeral variable (`secretVariable`). Text is refused. Nothing tells that a value which is
 *   stored nowhere has changed, so another `version` (a whole number) goes with each new secret. A provider needs none.
 */
export type SecretSource =
  | { readonly fromEnv: string; readonly fromFile?: never; readonly value?: never; readonly version?: never }
  | { readonly fromFile: string; readonly fromEnv?: never; readonly value?: never; readonly version?: never }
  | { readonly value: string; readonly version?: number; readonly fromEnv?: never; readonly fromFile?: never }

/** Public content, such as a certificate: a file that is read at synth (from the working directory), or the content. */
export type FileSource =
  { readonly file: string; readonly content?: never } | { readonly content: string; readonly file?: never }
