/** What an appliance gives as the reason of a refusal is a word of its own, and no key of ours. */
import { expect, test } from 'vitest'
import { wireError } from '../../../drivers/api/errors.ts'

test.each<['UPDATE_REFUSED' | 'ACTIVATION_REFUSED' | 'TARGET_FAILED', string]>([
  ['UPDATE_REFUSED', 'UPDATE_PACKAGE_REFUSED'],
  ['ACTIVATION_REFUSED', 'ACTIVATION_REJECTED'],
  ['TARGET_FAILED', 'BACKUP_FAILED'],
])('%s for a reason that every object has is one for a reason that nobody knows', (code, want) => {
  for (const reason of ['constructor', '__proto__', 'toString', 'new-reason', 7, null]) {
    const error = {
      code,
      userDisplayErrorMessage: 'no',
      internalSystemErrorMessage: '',
      details: { reason },
    }
    const { code: told, advice } = wireError(422, error, { endpoint: 'https://10.20.0.5', doing: 'work' })
    expect([reason, told]).toEqual([reason, want])
    expect(['string', 'undefined']).toContain(typeof advice)
  }
})
