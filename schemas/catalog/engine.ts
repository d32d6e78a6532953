/** What planning, policy and applying find. */
import { clock } from './clock.ts'
import type { Catalog } from './entry.ts'
import { validation } from './validation.ts'

const planning = {
  NOT_OBSERVED: {
    severity: 'error',
    title: 'The sensor was not looked at',
    explanation: 'A plan was asked for a sensor that nothing was read from. The sensor counts as unknown.',
    remedy: 'Run the command again; if it stays, report it as a mistake of the tool.',
  },
  HELD: {
    severity: 'warning',
    title: 'The sensor is held',
    explanation: 'A hold (until, reason) is declared. The sensor is not contacted and counts in no threshold.',
    remedy: 'Nothing, or remove the hold when its reason is gone.',
  },
  HOLD_EXPIRED: {
    severity: 'warning',
    title: 'A hold is over but still declared',
    explanation:
      'The end of the hold has passed, so the sensor is managed again, which may surprise whoever set the hold.',
    remedy: 'Remove the hold, or give it a later end.',
  },
  NOT_SUPPORTED_BY_DRIVER: {
    severity: 'warning',
    title: 'The driver cannot write a declared field',
    explanation: 'The field is declared, but the driver of this sensor has no way to write it, not even with a person.',
    remedy: 'Leave the field out, or use a driver that can write it.',
  },
  SYSTEM_PROPERTY_MOVED: {
    severity: 'warning',
    title: 'A withdrawn system property is not brought back',
    explanation:
      'Under withdrawnKeys: restore, a key that is no longer declared gets the value back that it had before the first write. Here somebody else changed it since the last write, so that it is left alone.',
    remedy: 'Declare the value that it should have, or change it in the console.',
  },
  NAME_MISSING: {
    severity: 'error',
    title: 'There is no registered name to activate with',
    explanation: 'The sensor was never activated and the spec declares no name.',
    remedy: 'Declare name.',
  },
  JOB_RUNNING: {
    severity: 'warning',
    title: 'A job of the sensor is running',
    explanation: 'What the job changes cannot be planned with. apply waits for the job before it begins.',
    remedy: 'Nothing: apply waits.',
  },
  RUN_IN_PROGRESS: {
    severity: 'warning',
    title: 'Another run is at work on the sensor',
    explanation: 'Its lease on the sensor is held. What it left so far may look like a difference.',
    remedy: 'Wait for the other run. apply waits until the lease ends, then looks again.',
  },
  IDENTITY_SHARED: {
    severity: 'error',
    title: 'Two documents reach one appliance',
    explanation: 'Both would write to the same sensor, each undoing the other.',
    remedy: 'Correct the endpoint of one of them, or remove one of the documents.',
  },
  NAMES_SWAPPED: {
    severity: 'error',
    title: 'Sensors swap their names',
    explanation: 'A name is free only after its holder gave it up, and each waits for the other.',
    remedy: 'Take two applies: first give one of them a third name.',
  },
  ADDRESSES_SWAPPED: {
    severity: 'error',
    title: 'Sensors swap their addresses',
    explanation: 'An address is free only after its holder moved away, and each waits for the other.',
    remedy: 'Take two applies: first give one of them a third address.',
  },
  ADDRESS_TAKEN: {
    severity: 'error',
    title: 'The desired address is the present one of another sensor',
    explanation:
      'Two appliances with one address cut each other off. Within a site the move is withheld; between sites, which may use the same private addresses, it is a warning.',
    remedy: 'Choose another address, or move the other sensor away first.',
  },
  NETWORK_CHANGE_INVALID: {
    severity: 'error',
    title: 'Address, mask and gateway do not fit together',
    explanation: 'What is declared, together with what the sensor has, would cut the sensor off.',
    remedy: 'Declare network.address, subnetMask and gateway together.',
  },
  UNGUARDED_NETWORK_CHANGE: {
    severity: 'error',
    title: 'A change of address would not revert by itself',
    explanation: 'The driver offers no guarded change: a mistake cuts the sensor off until somebody stands before it.',
    remedy: 'If that is acceptable: --allow-unguarded-network-change.',
  },
} as const satisfies Catalog

const registration = {
  RECORD_CONNECTED: {
    severity: 'error',
    title: 'The registration belongs to a connected sensor',
    explanation: 'Taking its name over, or deleting it, would cut off the sensor that is connected under it.',
    remedy:
      'Choose another name; if the other sensor is to be renamed, apply that first. To retire or replace a sensor, switch it off first; the cloud shows it as disconnected after up to 15 minutes.',
  },
  RECORD_NOT_OURS: {
    severity: 'error',
    title: 'The desired name is registered already',
    explanation:
      'A record is this sensor’s if the sensor reports its name and place, or an open intent names them. Neither is so.',
    remedy: 'Choose another name; if the record is meant for this sensor: --adopt-record KEY.',
  },
  STRAY_RECORD: {
    severity: 'warning',
    title: 'A run left a registration behind',
    explanation:
      'A run that ended half way had registered the sensor under a name that the spec has given up since. Only a record that the sensor itself reports is deleted, so this one stays.',
    remedy: 'Delete the record in the portal: Defender for IoT > Sites and sensors.',
  },
  FORMER_RECORD: {
    severity: 'warning',
    title: 'The sensor may be registered with another registrar, too',
    explanation:
      'Another registrar than the declared one has a record of the name that the sensor reports. Nothing remembers where the sensor was registered and no sensor tells, so the record may be another sensor’s and is not deleted by itself. It is told by the plan, and by the result of the apply that registers the sensor anew; no later plan names it.',
    remedy:
      'If it is this sensor’s, apply with --allow-delete KEY, which deletes it when the sensor is registered anew, or delete it in the portal: Defender for IoT > Sites and sensors.',
  },
  REGISTRATION_UNKNOWN: {
    severity: 'error',
    title: 'The registrar could not be asked',
    explanation:
      'A re-activation deletes and registers; without knowing which records stand it could leave one behind, or take another sensor’s name.',
    remedy: 'Plan again when the registrar answers.',
  },
  CLOUD_UNREACHABLE: {
    severity: 'error',
    title: 'The sensor does not reach the cloud',
    explanation: 'Activation would fail after the old registration is gone, so it is not begun.',
    remedy: 'Declare network.proxy or network.dns so that the sensor reaches the cloud, or open the way.',
  },
} as const satisfies Catalog

const expiry = {
  ACTIVATION_EXPIRING: {
    severity: 'warning',
    title: 'The activation file expires',
    explanation: 'Files of locally managed sensors carry an end; the sensor works on after it, but warns.',
    remedy: 'Declare registration.registrar to have the file renewed, or upload a new one.',
  },
  CERTIFICATE_EXPIRING: {
    severity: 'warning',
    title: 'The served certificate expires',
    explanation:
      'It is valid for less than certificate.minRemaining, and no certificate is declared that lives longer.',
    remedy: 'Declare a certificate that is valid for longer, with its privateKey.',
  },
  SERVED_CERTIFICATE_EXPIRED: {
    severity: 'error',
    title: 'The served certificate has expired',
    explanation:
      'Its key is known, so the sensor may be read and given a new certificate; all other writes wait for that.',
    remedy: 'Declare a valid certificate with its privateKey.',
  },
  BACKUP_OVERDUE: {
    severity: 'warning',
    title: 'The newest backup is too old',
    explanation: 'It is older than backup.maxAge, or there is none, and the driver cannot make one.',
    remedy: 'Make a backup in the console, and see why the daily run made none.',
  },
  BACKUP_NOT_SUPPORTED: {
    severity: 'error',
    title: 'The sensor supports no backups',
    explanation: 'Hardware profile L100 has no backup (documented).',
    remedy: 'Take the backup settings out of the spec of this sensor.',
  },
} as const satisfies Catalog

const policy = {
  POLICY_CHANGED: {
    severity: 'error',
    title: 'Too many sensors would change',
    explanation:
      'policy.maxChangedSensors is a share of the declared fleet, whatever was selected; from 10 sensors up.',
    remedy: 'If that is what you want: --allow-changed N. Else narrow the run with --select.',
  },
  POLICY_UNKNOWN: {
    severity: 'error',
    title: 'Too many sensors of a site are unknown',
    explanation: 'policy.maxUnknownSensors is a share of the site; from 10 sensors up. Something larger may be wrong.',
    remedy: 'Find out why they do not answer; hold them, or leave the site out with --select.',
  },
  POLICY_DISRUPTED: {
    severity: 'error',
    title: 'Too many sensors of a site would be disrupted',
    explanation: 'policy.maxDisruptedPerSite is a share of the site; one sensor always may be.',
    remedy: 'Take several runs, each narrowed with --select, or raise the threshold.',
  },
  WINDOW_CLOSED: {
    severity: 'warning',
    title: 'Steps wait for the maintenance window',
    explanation: 'A disruptive step starts only if it should end inside the window of its site.',
    remedy: 'Apply when the window is open; or, if the disruption is acceptable now: --allow-window SITE.',
  },
  CONSOLE_NOT_OBSERVED: {
    severity: 'warning',
    title: 'The management console of a sensor could not be looked at',
    explanation:
      'Whether the sensor is connected to it, and in which zone it is, can only be told with the console. Nothing of that is changed; everything else of the sensor is planned as ever.',
    remedy: 'See the problem of the console itself, and run again.',
  },
  ZONE_UNKNOWN: {
    severity: 'error',
    title: 'The management console has no such zone, or several',
    explanation: 'Zones are set up in Site Management of the console; Sensorform assigns sensors to them.',
    remedy: 'Add the zone in the console, or write it as Site/Zone where several sites have one of its name.',
  },
  ZONE_NEEDS_CONNECTION: {
    severity: 'error',
    title: 'A sensor that is not connected is to be assigned to a zone',
    explanation:
      'A management console assigns sensors that have been connected to it. The run is narrowed to the zone, so that nothing connects the sensor.',
    remedy: 'Run with --only managementConsole, or without --only.',
  },
  FORMER_CONSOLE_ENTRY: {
    severity: 'warning',
    title: 'A management console still lists a sensor that has left it',
    explanation:
      'A sensor that is moved to another console, or disconnected, stays in the list of the one before. Nothing else depends on that entry.',
    remedy:
      'Delete it in Site Management of that console. Once no document declares the sensor, `retire --remove-from-console` does.',
  },
  CONSOLE_TIME_DRIFT: {
    severity: 'warning',
    title: 'A sensor is disconnected from its management console as their clocks differ',
    explanation: 'The console says: times drift detected. No setting of the connection mends that.',
    remedy: 'Let both follow one NTP server.',
  },
  CONSOLE_NOT_COMMUNICATING: {
    severity: 'warning',
    title: 'A sensor and its management console do not communicate',
    explanation:
      'The connection is set up, but halted: the network between the two, or the certificate of one of them where validation is on.',
    remedy: 'Check the network and the certificates. The console reports it again as connected by itself.',
  },
  CONSOLE_OLDER_THAN_SENSOR: {
    severity: 'error',
    title: 'The management console is older than its sensor',
    explanation: 'A sensor whose version is newer than that of its console is disconnected, so the plan is refused.',
    remedy: 'Update the console first.',
  },
} as const satisfies Catalog

export const engine = {
  ...planning,
  ...registration,
  ...expiry,
  ...policy,
  ...validation,
  ...clock,
} as const satisfies Catalog
