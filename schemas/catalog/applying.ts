/** What happens while a plan is carried out. */
import type { Catalog } from './entry.ts'

export const applying = {
  APPLIANCE_CHANGED: {
    severity: 'error',
    title: 'The sensor is no longer what the plan was made from',
    explanation:
      'Fields that a step touches, or the record that it would delete, changed after the plan was made. What somebody set meanwhile is not overwritten unseen.',
    remedy: 'Plan again, look at the difference, then apply.',
  },
  ALREADY_DONE: {
    severity: 'warning',
    title: 'What was planned is done already',
    explanation:
      'The sensor is no longer what the plan was made from, and compared anew it is where the plan leads: another run, or a person, was quicker.',
    remedy: 'Nothing.',
  },
  READ_BACK_DIFFERS: {
    severity: 'error',
    title: 'A write was accepted but did not take effect',
    explanation: 'Success is read back equal, never a status code. The appliance shows another value than was written.',
    remedy: 'Look at the setting in the console of the sensor, then plan again.',
  },
  INTENT_FOUND: {
    severity: 'warning',
    title: 'An earlier run left work unfinished',
    explanation:
      'A run keeps a note on the appliance about what is under way. This one belonged to a run that no longer lives; its work was recognised by looking at what is there.',
    remedy: 'Nothing, if the steps of this run succeeded.',
  },
  STEP_BLOCKED: {
    severity: 'warning',
    title: 'A step needs another that is not done',
    explanation: 'A step that failed or waits blocks those that need it, and no others.',
    remedy: 'Remove the cause of the first problem, then apply again.',
  },
  MANUAL_STEP: {
    severity: 'warning',
    title: 'A person must do a step',
    explanation: 'No interface of the sensor offers it. The plan carries the console path and the values.',
    remedy: 'Do it in the console, then say: sensorform confirm KEY STEP.',
  },
  LEASE_TOO_SHORT: {
    severity: 'error',
    title: 'A write to the registrar could outlive the lease',
    explanation:
      'A registrar knows no fence. So that no two runs write at once, a write begins only if it surely ends inside the lease.',
    remedy: 'Apply again.',
  },
  CLOUD_NOT_CONNECTED: {
    severity: 'warning',
    title: 'The cloud does not show the sensor as connected yet',
    explanation:
      'The sensor is active, but its record was not shown as connected in time. The cloud shows a connection up to 15 minutes late.',
    remedy: 'Plan again later: a record that never connects is a difference, and the sensor is then activated anew.',
  },
  RENEWAL_NEEDS_DELETE: {
    severity: 'error',
    title: 'A later activation file needs a new registration',
    explanation:
      'A file that was downloaded from the present registration expires no later than the installed one. Only a new registration gives a later end, and that deletes the present one.',
    remedy: 'Say --allow-delete KEY.',
  },
  ADDRESS_NOT_CHANGED: {
    severity: 'error',
    title: 'The management address did not change',
    explanation: 'The sensor answers at its old address: the change did not take effect, or has reverted.',
    remedy: 'See that the new address is free and routed to where Sensorform runs, then apply again.',
  },
  ADDRESS_LOST: {
    severity: 'error',
    title: 'The sensor answers at neither address',
    explanation: 'After a change of the management address it was found neither at the new nor at the old address.',
    remedy:
      'At the serial console of the sensor: "network validate" shows the address that it has, "network reconfigure" sets it.',
  },
  SENSOR_NOT_DECLARED: {
    severity: 'error',
    title: 'The plan names a sensor that no document declares',
    explanation: 'The documents changed after the plan was made.',
    remedy: 'Plan again.',
  },
  INTERNAL_ERROR: {
    severity: 'error',
    title: 'Sensorform made a mistake',
    explanation: 'Something happened that the tool does not know. Other sensors are not affected.',
    remedy: 'Please report it with the message. Plan again to see what is there.',
  },
} as const satisfies Catalog
