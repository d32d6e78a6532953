/** The provider of this project, attached to terraform, in a folder of its own. */
import { onTestFinished } from 'vitest'
import { serveForDebugging } from '../../../provider/debug.ts'
import { sensorformProvider } from '../../../provider/sensorform/provider.ts'
import { openWorkspace, type Workspace } from './terraform.ts'

export const requiredProviders = `
terraform {
  required_providers {
    sensorform = { source = "sensorform/sensorform" }
  }
}
`

/** Ends with the test. */
export async function openSensorform(): Promise<Workspace> {
  const attachable = await serveForDebugging(sensorformProvider, {
    source: 'registry.terraform.io/sensorform/sensorform',
    env: {},
    log: () => {},
  })
  const workspace = openWorkspace({ TF_REATTACH_PROVIDERS: attachable.reattach })
  onTestFinished(async () => {
    await workspace[Symbol.asyncDispose]()
    await attachable.close()
  })
  return workspace
}

/** Values of the outputs after an apply. */
export async function outputsOf(workspace: Workspace): Promise<Record<string, unknown>> {
  const { stdout } = await workspace.run('output', '-json')
  const outputs = JSON.parse(stdout) as Record<string, { value: unknown }>
  return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]))
}

/** Terraform breaks lines where they would be too wide. */
export const onOneLine = (text: string): string => text.replaceAll(/[│╷╵]/g, ' ').replaceAll(/\s+/g, ' ')
