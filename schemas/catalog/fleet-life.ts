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
  OWNED_BY_OTHER: {
    severity: 'error',
    title: 'Another Terraform resource has adopted the appliance',
    explanation:
      'A resource writes its owner on the appliance when it adopts it. Another one stands there now, of another state or another address, and each would undo what the other does. Nothing was done.',
    remedy:
      'Leave the appliance to one of them: take it out of the other state with `terraform state rm`, or with a `removed` block that does not destroy. To take it back, do that and import it here.',
  },
  NOT_UNREGISTERED: {
    severity: 'warning',
    title: 'A destroyed sensor stays registered',
    explanation:
      'With `on_destroy = "unregister"` a registration is deleted only while the sensor answers and still carries the owner that this resource wrote. It does not answer, another resource has adopted it, this one never did, or it is created again in the same run.',
    remedy:
      'Nothing, where the sensor lives on. Where it is gone, delete it in the portal (Sites and sensors > Delete sensor), or with `sensorform retire --unregister` where the CLI managed it.',
  },
  IDENTITY_DECLARED: {
    severity: 'error',
    title: 'The documents name the serial number of the hardware that is replaced',
    explanation: 'access.identity says who the sensor is. New hardware has another serial number and would be refused.',
    remedy: 'Put the new serial number there, or remove the line: it is bound at the first read.',
  },
  HARDWARE_SAME: {
    severity: 'error',
    title: 'What is to be replaced still stands there',
    explanation:
      'The endpoint shows the key that the sensor is known by. Taken for new hardware, the old one would be refused from then on.',
    remedy: 'Put the new hardware in its place, with a key of its own, then apply with `--replace`.',
  },
  BACKUP_OFFERED: {
    severity: 'warning',
    title: 'The last backup of the replaced hardware can be restored',
    explanation: 'It was made by the same software version. What it brings back is the state of the old hardware.',
    remedy: 'Run the command that the hint shows, or leave it: the documents are applied either way.',
  },
  BACKUP_OTHER_VERSION: {
    severity: 'warning',
    title: 'The last backup of the replaced hardware is of another version',
    explanation: 'A backup is restored only on the software version that made it.',
    remedy: 'Bring the new hardware to that version first, or leave the backup be.',
  },
} as const satisfies Catalog
