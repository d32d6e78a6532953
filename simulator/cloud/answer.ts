/** What the simulated Resource Manager answers, and its error body. */
import type { Answer } from '../edge.ts'

/** The error body of Azure Resource Manager. */
export const refusal = (
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer => ({ status, body: { error: { code, message } }, headers })

export const notFound = (type: string, name: string): Answer =>
  refusal(404, 'ResourceNotFound', `The Resource '${type}/${name}' was not found.`)

export const invalidContent = (message: string): Answer => refusal(400, 'InvalidRequestContent', message)

/** A file to download. */
export const zipFile = (name: string, body: Uint8Array): Answer => ({
  status: 200,
  headers: {
    'content-type': 'application/zip',
    'content-disposition': `attachment; filename="${name.replaceAll(/[^\w.-]/g, '_')}"`,
  },
  body,
})
