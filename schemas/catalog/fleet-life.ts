/** The end of a sensor, and new hardware under an old key. */
import type { Catalog } from './entry.ts'

const withoutRegistration = 'Or retire the key without `--unregister`, and delete the sensor in the portal.'

export const fleetLife = {
  KEY_DECLARED: {
    severity: 'error',
    title: 'A document still declares what is to be retired',
    explanation:
      'Only what no document declares is retired: else the next apply would bring it back, or a mistyped key would end a sensor at work. A key that a document names as formerKey lives on there.',
    remedy: 'Remove the document first; the plan then lists the key as declared by no document.',
  },
  KEY_FORGOTTEN: {
    severity: 'error',
    title: 'Nothing is remembered of this key',
    explanation: 'What is bound to a key is known from the state folder alone, and there is nothing there.',
    remedy: 'Check the spelling, and give the folder with `--state`. A key that was retired is forgotten.',
  },
  RECORD_UNBOUND: {
    severity: 'error',
    title: 'Nothing says which registration belongs to the key',
    explanation:
      'A registration is deleted only when it is bound to the key: the sensor reported it when it was read last, and an apply named its registrar. A like name is not enough.',
    remedy: withoutRegistration,
  },
  RECORD_IN_USE: {
    severity: 'error',
    title: 'Another key has the same registration',
    explanation:
      'A document declares this registered name, or another sensor reported it when it was read last. Often it is the same sensor under a new key. Deleting the registration would cut it off.',
    remedy: 'Declare `formerKey` in the new document, which takes everything over, or retire without `--unregister`.',
  },
  RECORD_UNSEEN: {
    severity: 'error',
    title: 'Nobody can tell whether the registration is still connected',
    explanation: 'A registration that may be connected is not deleted. This registrar cannot look it up.',
    remedy: withoutRegistration,
  },
} as const satisfies Catalog
