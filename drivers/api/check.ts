/** Checks what the wire answers against the messages of the Sensor Settings API. */
import type * as z from 'zod'
import { DeviceError } from '../../reconcile/device-error.ts'
import { errorEnvelope } from '../../schemas/api/messages.ts'
import type { ErrorEnvelope } from '../../schemas/generated/wire.ts'
import { readJson, type HttpResponse } from '../../transport/http.ts'
import { sanitise } from '../../transport/sanitise.ts'
import type { Circumstances } from './errors.ts'

/**
 * The body of an answer as the message that it must be; throws `ANSWER_MALFORMED`. Members that the schema does not know
 * are let through, so that a newer appliance can be read: nothing looks at them.
 */
export function checkAnswer(schema: z.ZodType, response: HttpResponse, { endpoint, doing }: Circumstances): unknown {
  const asked = `when asked to ${doing}`
  const body = parse(response, `${sanitise(endpoint)} cannot be understood ${asked}`)
  const fault = schema.safeParse(body).error?.issues.find(({ code }) => code !== 'unrecognized_keys')
  if (!fault) return body
  const where = sanitise(fault.path.join('.')) || 'the whole'
  throw new DeviceError(
    'ANSWER_MALFORMED',
    `${sanitise(endpoint)} answered with something else ${asked}: ${where}: ${sanitise(fault.message)}`,
    { advice },
  )
}

const advice = 'Check that the version of the appliance is one that this tool knows, and that no proxy changes answers.'

/** The explanation of a refusal, if it carries one. */
export function readRefusal(response: HttpResponse): ErrorEnvelope['error'] | undefined {
  try {
    const body = readJson(response)
    const issues = errorEnvelope.safeParse(body).error?.issues ?? []
    if (issues.some(({ code }) => code !== 'unrecognized_keys')) return undefined
    return (body as ErrorEnvelope).error
  } catch {
    return undefined
  }
}

function parse(response: HttpResponse, what: string): unknown {
  try {
    return readJson(response)
  } catch (cause) {
    throw new DeviceError('ANSWER_MALFORMED', `${what}: ${messageOf(cause)}`, { cause, advice })
  }
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
