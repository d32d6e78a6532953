/** Constructs under test, as users test theirs: synthesised in memory. */
import { Testing, TerraformStack } from 'cdktf'

export interface Synthesised {
  provider?: Record<string, Record<string, unknown>[]>
  resource?: Record<string, Record<string, Record<string, unknown>>>
  variable?: Record<string, Record<string, unknown>>
  moved?: { from: string; to: string }[]
}

/** The JSON of a stack. Validations run, as `cdktf synth` runs them. */
export function synthesise(build: (stack: TerraformStack) => void): { text: string; json: Synthesised } {
  const stack = new TerraformStack(Testing.app(), 'stack')
  build(stack)
  const text = Testing.synth(stack, true)
  return { text, json: JSON.parse(text) as Synthesised }
}
