/** What an appliance or registrar got wrong: every DeviceErrorCode. */
import type { Catalog } from './entry.ts'

export const devices = {
  UNREACHABLE: {
    severity: 'error',
    title: 'The appliance cannot be reached',
    explanation:
      'No connection came about at any address that is known for it, so nothing was sent. The appliance is unknown: neither in sync nor drifted.',
    remedy:
      'Check access.endpoint, the port, routes and firewalls between this machine and the appliance, and that it is switched on.',
  },
  CONNECTION_LOST: {
    severity: 'error',
    title: 'The connection was lost before the answer was complete',
    explanation:
      'Something was sent, but no complete answer came back. Whether a write took effect is not known; the next run looks before it writes.',
    remedy: 'Run again. If it happens often, look at the network path and the logs of the appliance.',
  },
  TIMEOUT: {
    severity: 'error',
    title: 'The appliance did not answer in time',
    explanation: 'A request, or work that takes longer, did not end within its limit. It may still take effect.',
    remedy: 'Run again when the appliance is less busy; the run looks before it writes.',
  },
  TLS_UNTRUSTED: {
    severity: 'error',
    title: 'The certificate of the appliance is not trusted',
    explanation:
      'What the appliance shows matches no entry of access.trust, is not the declared certificate nor one that was imported or that an authority vouched for, or carries another name. Nothing was sent. Nothing turns this check off.',
    remedy:
      'If this is the right appliance, compare the fingerprint with its console and run `sensorform trust ENDPOINT --key KEY`; or correct access.trust and access.serverName.',
  },
  IDENTITY_MISMATCH: {
    severity: 'error',
    title: 'Another appliance answers there',
    explanation:
      'The serial number is not the one that is declared or remembered for this document. Nothing was changed on the appliance that answered.',
    remedy: 'Correct access.endpoint. If the hardware was replaced on purpose, run `sensorform apply --replace KEY`.',
  },
  NOT_A_SENSOR: {
    severity: 'error',
    title: 'What answers there is no sensor',
    explanation: 'The address answers over HTTPS, but not with what a sensor says to a sign-in.',
    remedy: 'Check address and port in access.endpoint: it may be another device, a proxy or a plain web server.',
  },
  CREDENTIALS_REFUSED: {
    severity: 'error',
    title: 'User name or password were refused',
    explanation:
      'The appliance refused the sign-in, with the previous password as well if one is given. A refused password is never sent again in the same run.',
    remedy: 'Correct the credentials entry that access.credentials names, or the secret that it refers to.',
  },
  CREDENTIALS_RETIRED: {
    severity: 'error',
    title: 'These credentials were refused too often in this run',
    explanation:
      'After three refused sign-ins an entry is not used any more in the run, so that a wrong password does not lock the accounts of a whole fleet. Nothing was sent to this appliance.',
    remedy: 'Correct the password of the credentials entry and run again.',
  },
  ACCOUNT_LOCKED: {
    severity: 'error',
    title: 'The account is locked',
    explanation: 'The appliance locks an account for 300 seconds after five refused sign-ins in a row.',
    remedy: 'Wait until the account is unlocked, correct the password, and run again.',
  },
  SIGNED_IN_WITH_PREVIOUS_PASSWORD: {
    severity: 'warning',
    title: 'The previous password was accepted',
    explanation:
      'The appliance refused the password of the credentials entry and accepted its previousPassword: its password has not been changed yet.',
    remedy: 'Change the password on the appliance, then remove previousPassword from the credentials entry.',
  },
  EXPIRED_CERTIFICATE_ACCEPTED: {
    severity: 'warning',
    title: 'An expired certificate was accepted',
    explanation:
      'Its only fault is that it expired, and its key is known. The appliance may be read and given a new certificate; all other writes wait until the new one is served.',
    remedy: 'Declare a new certificate and private key for the appliance, and apply.',
  },
  SECRET_MISSING: {
    severity: 'error',
    title: 'A secret is not there',
    explanation: 'The environment variable or the file that a reference names does not exist or cannot be read.',
    remedy: 'Set the variable, or put the file below the folder of the document or the one that --secrets-dir names.',
  },
  SECRET_NOT_AT_HAND: {
    severity: 'warning',
    title: 'A secret that a step sends is not there',
    explanation:
      'The plan can be made without the environment variable or the file that a reference names. Applied from here, the step that sends the secret would fail.',
    remedy: 'Have the secret where the plan is applied: set the variable, or put the file where it is named.',
  },
  ANSWER_MALFORMED: {
    severity: 'error',
    title: 'The answer cannot be understood',
    explanation: 'What came back is not what the Sensor Settings API describes: no HTTP, no JSON, or other types.',
    remedy: 'Check that the version of the appliance is one that this tool knows, and that no proxy changes answers.',
  },
  ANSWER_TOO_LARGE: {
    severity: 'error',
    title: 'The answer is too large',
    explanation: 'Headers or body are larger than anything that an appliance has reason to send (4 MiB).',
    remedy: 'Check what answers at access.endpoint.',
  },
  THROTTLED: {
    severity: 'error',
    title: 'The appliance is asked too often',
    explanation: 'It answered 429 again after the waits that it asked for, or asked for a longer one than is waited.',
    remedy: 'Run again later, or with a lower --concurrency.',
  },
  SERVER_ERROR: {
    severity: 'error',
    title: 'The appliance is in trouble',
    explanation: 'It answered with a fault of its own. Whether a write took effect is not known.',
    remedy: 'Run again later; if it stays, look into the logs of the appliance.',
  },
  REBOOTING: {
    severity: 'error',
    title: 'The appliance is rebooting',
    explanation: 'It answers again when it is up. Whether a write just before took effect is not known.',
    remedy: 'Run again when it is up.',
  },
  BUSY: {
    severity: 'error',
    title: 'The appliance is at work',
    explanation: 'A job is running that allows no write beside it. Nothing was written.',
    remedy: 'Wait until the job has ended and run again.',
  },
  LEASE_HELD: {
    severity: 'error',
    title: 'Another run is changing the appliance',
    explanation: 'One run at a time may write; another holds the lease. Nothing was written.',
    remedy: 'Wait until the other run has ended. The lease of a run that died runs out by itself within a minute.',
  },
  LEASE_LOST: {
    severity: 'error',
    title: 'The lease was lost',
    explanation: 'The lease ran out or another run took over, so the appliance refused the write. Nothing was written.',
    remedy: 'Plan again.',
  },
  REVISION_CONFLICT: {
    severity: 'error',
    title: 'The appliance was changed meanwhile',
    explanation: 'Its settings are no longer those that the plan was made from. Nothing was written.',
    remedy: 'Plan again; `sensorform drift` shows who changed what, where the appliance tells.',
  },
  REFUSED: {
    severity: 'error',
    title: 'The appliance refused a value',
    explanation: 'The write was understood and refused; the message of the appliance says why. Nothing was written.',
    remedy: 'Correct the value in the document that declares it.',
  },
  CERTIFICATE_REFUSED: {
    severity: 'error',
    title: 'The appliance refused the certificate',
    explanation:
      'The import ended with one of the documented messages, which is shown. The certificate that was served before stays.',
    remedy: 'Correct certificate, chain, key or passphrase as the message says, and apply again.',
  },
  ACTIVATION_FILE_INVALID: {
    severity: 'error',
    title: 'The activation file is not valid',
    explanation:
      'The file is damaged, unpacked, for another sensor, or was not used within 14 days. The activation before stays.',
    remedy: 'Download the activation file again from the registration and do not unpack or change it.',
  },
  ACTIVATION_NO_CLOUD: {
    severity: 'error',
    title: 'The sensor does not reach the cloud',
    explanation:
      'The activation file is good, but the sensor could not connect to the service. Where the sensor tells what stands in the way (name resolution, the proxy, its sign-in, TLS inspection, the firewall), the hint is about that alone.',
    remedy:
      'Check DNS, gateway and proxy of the sensor, and that *.azure-devices.net:443 is open in firewall and proxy (without wildcards: the name of the endpoint of the sensor, or of its IoT hub), then run again.',
  },
  ACTIVATION_REJECTED: {
    severity: 'error',
    title: 'The service rejected the activation',
    explanation: 'The file is valid and the cloud was reached, but the service did not accept the sensor.',
    remedy:
      'Another file was downloaded once already. Check that the registration still exists, lies in the declared site and is used by no other sensor; if that does not help, contact Microsoft Support.',
  },
  CLOCK_DRIFT: {
    severity: 'error',
    title: 'The clock of the sensor is wrong',
    explanation: 'Activation compares times; a clock that drifts blocks it.',
    remedy: 'Declare time.ntp with a server that the sensor reaches, or set the clock, then run again.',
  },
  TIME_ZONE_UNKNOWN: {
    severity: 'error',
    title: 'The appliance does not know the time zone',
    explanation:
      'Its time zone data are older than the name: zones are renamed and added now and then. Nothing was written.',
    remedy:
      'Declare the former name, which the message tells where there is one (Europe/Kiev for Europe/Kyiv), or update the software of the appliance.',
  },
  MANAGED_ELSEWHERE: {
    severity: 'error',
    title: 'The setting is managed elsewhere',
    explanation:
      'The portal, or the management console, sets it for its sensors; on the sensor it is read only. Documented for NTP.',
    remedy: 'Change it there, or leave it out of the spec.',
  },
  BACKUP_FAILED: {
    severity: 'error',
    title: 'The backup could not be written',
    explanation:
      'The backup target could not be mounted or written to. Unreachable server, refused user or password, an SMB version that the server does not speak, a folder that is not there and a full share are told apart in the message.',
    remedy: 'Correct that part of backup.target, or make space on the share.',
  },
  RESTORE_FAILED: {
    severity: 'error',
    title: 'The backup was not restored',
    explanation:
      'The sensor refused the file, or its restore ended with what the message shows: another software version than the one that runs, a file that is gone, damaged or on a share that cannot be mounted. Settings are as they were before.',
    remedy: 'Choose another file: `sensorform backup list KEY` shows which can be restored.',
  },
  WRONG_KIND: {
    severity: 'error',
    title: 'The appliance is of another kind than its document says',
    explanation: 'A Sensor document leads to a management console, or a ManagementConsole document to a sensor.',
    remedy: 'Correct access.endpoint, or the kind of the document. Nothing was changed.',
  },
  CONSOLE_FAILED: {
    severity: 'error',
    title: 'The sensor could not be connected to the management console',
    explanation:
      'The console did not answer, refused the connection string, or the two cannot work together: their clocks differ, a certificate is not valid, or the console is older than the sensor. Nothing was changed.',
    remedy:
      'Check network, clock and certificates between the two, and update the console before its sensors; then run again.',
  },
  NOT_SUPPORTED: {
    severity: 'error',
    title: 'The appliance does not offer this',
    explanation: 'Its hardware profile or version has no such function.',
    remedy: 'Remove the setting from the document of this sensor.',
  },
  ABORTED: {
    severity: 'error',
    title: 'Called off',
    explanation: 'The run was interrupted or its time limit passed while a request was under way.',
    remedy: 'Run again; what was done is found by reading.',
  },
  REGISTRAR_UNREACHABLE: {
    severity: 'error',
    title: 'The registrar cannot be reached',
    explanation:
      'No trusted connection to the cloud came about, or it ended before the answer was complete. If it was a write, whether it took effect is not known; the next run looks before it writes.',
    remedy:
      'Check azure.endpoint and azure.trust, name resolution and the way out of this network, then run again. Sensors themselves are not touched by this.',
  },
  REGISTRAR_DENIED: {
    severity: 'error',
    title: 'The registrar does not let us do this',
    explanation:
      'There is no token, it is wrong or has expired, or the identity behind it lacks a role. Reading needs the Security Reader role; registering, deleting and downloading need Security Admin, Contributor or Owner.',
    remedy:
      'Fetch a new token (they last about an hour), give its identity a role on the subscription, or, without a token, run `npm install @azure/identity` and sign in.',
  },
  REGISTRAR_REFUSED: {
    severity: 'error',
    title: 'The registrar refused the request',
    explanation:
      'The request was understood and refused; code and message of the registrar say why. A site that is not there is never made silently. Nothing was changed.',
    remedy: 'Create the site in the portal, or correct registration.site, azure.subscriptionId or azure.location.',
  },
  REGISTRAR_ERROR: {
    severity: 'error',
    title: 'The registrar has a fault of its own',
    explanation:
      'It answered with a server error, asked for fewer requests, or sent something that is not what was asked for: a redirect, another content type, too much. Repeats that were safe were made.',
    remedy:
      'Run again later. If it stays, check that azure.endpoint is Azure Resource Manager and no proxy answers instead.',
  },
  ACTIVATION_FILE_MISSING: {
    severity: 'error',
    title: 'There is no usable activation file',
    explanation:
      'The folder of the registrar holds no <registered name>.zip, or one that is for another sensor or mode, has expired, or is older than 14 days: unused files are not accepted longer than that.',
    remedy: 'Download the activation file in the portal and save it, unopened, under the name that the message gives.',
  },
} as const satisfies Catalog
