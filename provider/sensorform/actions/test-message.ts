import { DeviceError } from '../../../reconcile/device-error.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { textOf } from '../../model/value.ts'
import { onAppliance } from './on-appliance.ts'
import { testMessageSchema } from './schemas.ts'

/** `sensorform_test_message`. */
export const testMessageAction = onAppliance(testMessageSchema, async (config, { driver, target, progress }) => {
  const rule = textOf(config['rule']) ?? ''
  const operator = driver.operator?.(target)
  try {
    if (!operator?.testRule) throw notOffered(driver.name)
    const results = await operator.testRule(rule)
    for (const { action, ok, message } of results) progress(sentence(action, ok, message))
    const failed = results.filter(({ ok }) => !ok)
    return failed.map(({ action, message }) => notSent(sentence(action, false, message)))
  } finally {
    await operator?.close()
  }
})

const sentence = (action: string, ok: boolean, message: string): string =>
  `${action}: ${ok ? 'sent' : 'failed'}${message === '' ? '' : `: ${message}`}`

const notSent = (text: string): Diagnostic => ({
  severity: 'error',
  summary: `The test message was not sent: ${text}`,
  detail: 'Look at the action of the rule, and at the server that it sends to.',
  path: ['rule'],
})

const notOffered = (driver: string): DeviceError =>
  new DeviceError('NOT_SUPPORTED', `The driver ${driver} cannot send test messages.`, {
    advice: 'Send it from the console: Forwarding > the rule > Send Test Message.',
  })
