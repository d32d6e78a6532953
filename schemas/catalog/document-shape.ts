/** Documents, and sensors with all layers merged, that are not as their schema and its rules say. */
import { one } from './document-example.ts'
import type { Catalog } from './entry.ts'

export const shape = {
  KIND_UNKNOWN: {
    severity: 'error',
    title: 'A document is of no known kind',
    explanation: 'The kinds are Fleet, Site and Sensor.',
    remedy: 'Correct the kind.',
    example: { 'fleet.yaml': 'apiVersion: sensorform.io/v1\nkind: Sensr\nmetadata: { name: line-1 }\nspec: {}\n' },
  },
  REQUIRED: {
    severity: 'error',
    title: 'Something required is missing',
    explanation:
      'Layers may be incomplete; the merged sensor may not. A setting that is on (a proxy, NTP, a backup target) needs what makes it work.',
    remedy: 'Declare it in the sensor, its site or the fleet defaults.',
    example: one('  network: { proxy: { host: proxy.example } }\n'),
  },
  OTHER_KIND: {
    severity: 'error',
    title: 'A key exists for another kind of appliance only',
    explanation:
      'Sensors and management consoles have settings of their own: system notifications, alert notifications and webhooks are sent by a console, for example.',
    remedy: 'Move it to a document of the kind that the hint names.',
    example: one('  forwarding: { rules: { ops: { systemNotifications: true, absent: true } } }\n'),
  },
  UNKNOWN_KEY: {
    severity: 'error',
    title: 'A key is not known here',
    explanation: 'A misspelt key that is ignored is a setting that is silently not managed.',
    remedy: 'Correct the key; the hint names the nearest one.',
    example: one('  time: { timezon: Europe/Berlin }\n'),
  },
  WRONG_TYPE: {
    severity: 'error',
    title: 'A value is of the wrong type',
    explanation: 'YAML reads true, 3.0 and 1e3 as what they look like; a string that looks so needs quotes.',
    remedy: 'Give a value of the named type.',
    example: one('  name: 17\n'),
  },
  VALUE_INVALID: {
    severity: 'error',
    title: 'A value breaks the rule of its field',
    explanation: 'The reference documentation lists the rule of every field and where it comes from.',
    remedy: 'Give a value that fits the rule.',
    example: one('  time: { timezone: Berlin }\n'),
  },
  ONE_OF: {
    severity: 'error',
    title: 'Exactly one of several keys must be given',
    explanation: 'These keys exclude each other, and without any of them nothing is declared.',
    remedy: 'Give exactly one of the named keys.',
    example: one('  forwarding: { rules: { ops: { actions: { siem: {} } } } }\n'),
  },
  LITERAL_SECRET: {
    severity: 'error',
    title: 'A secret stands in a document',
    explanation:
      'Documents live in Git, where a secret stays for ever and is read by many. The value is not shown here or anywhere else.',
    remedy: 'Write { fromEnv: NAME } or { fromFile: path }. If it was ever committed or shared, change the secret.',
    example: one('  certificate: { passphrase: swordfish }\n'),
  },
  PLACEHOLDER: {
    severity: 'error',
    title: 'A placeholder cannot be filled in',
    explanation: 'References may hold ${key}, ${name} and ${site}. Nothing else is filled in, and nowhere else.',
    remedy: 'Use one of the three, in a reference, where it stands for something.',
    example: one('  certificate: { privateKey: { fromFile: "${host}.key" } }\n'),
  },
  ADDRESS_NOT_A_HOST: {
    severity: 'error',
    title: 'An address is that of the network or its broadcast',
    explanation: 'No appliance can have the first or the last address of a subnet.',
    remedy: 'Use an address between the two.',
    example: one('  network: { address: 10.20.0.255, subnetMask: 255.255.255.0 }\n'),
  },
  GATEWAY_OUTSIDE_SUBNET: {
    severity: 'error',
    title: 'The gateway lies outside the subnet',
    explanation: 'The sensor could not reach its gateway, and so nobody could reach the sensor.',
    remedy: 'Correct the gateway, the address or the mask.',
    example: one('  network: { address: 10.20.0.5, subnetMask: 255.255.255.0, gateway: 10.20.1.1 }\n'),
  },
  SYSLOG_TLS_NEEDS_CEF: {
    severity: 'error',
    title: 'TLS is declared for a syslog format that has none',
    explanation: 'The vendor documents encryption for the CEF format only.',
    remedy: 'Use format: cef, or protocol: tcp.',
    example: one(
      '  forwarding: { rules: { ops: { actions: { siem: { syslog: { host: siem.example, port: 6514, format: text, protocol: tls } } } } } }\n',
    ),
  },
  SYSLOG_TLS_UNUSED: {
    severity: 'error',
    title: 'TLS settings stand beside a protocol without TLS',
    explanation: 'The messages would be sent in clear although the spec looks as if they were not.',
    remedy: 'Use protocol: tls, or leave tls out.',
    example: one(
      '  forwarding: { rules: { ops: { actions: { siem: { syslog: { host: siem.example, port: 514, format: cef, protocol: tcp, tls: {} } } } } } }\n',
    ),
  },
  NO_SERVER_NAME: {
    severity: 'error',
    title: 'It is not known which name a certificate must carry',
    explanation:
      'With a certificate authority, trust rests on the name. It is access.serverName, else the declared host name, else the DNS name in the endpoint; never an address, as the vendor names none in certificates.',
    remedy: 'Declare access.serverName or network.hostname, or trust a pin.',
    example: { 'fleet.yaml': one('')['fleet.yaml'].replace(/ {4}serverName: .*\n/, '') },
  },
  RULE_WITHOUT_ACTION: {
    severity: 'warning',
    title: 'A forwarding rule has no action',
    explanation:
      'A rule that does not exist yet cannot be created without an action. A rule that declares nothing at all is an error.',
    remedy: 'Declare actions, or absent: true for a rule that must not exist.',
    example: one('  forwarding: { rules: { ops: { minimumSeverity: Major } } }\n'),
  },
  MAIL_SERVER_MISSING: {
    severity: 'error',
    title: 'An email action has no mail server',
    explanation:
      'Emails are sent through the mail server of the appliance, which must be set up first. While loading, an email beside a mail server that is switched off is found; whether the appliance has one that nobody declares is found when it is read. A rule that is in place already stays as it is.',
    remedy: 'Declare mailServer with host, port and sender, or use another action.',
    example: one(
      '  mailServer: { enabled: false }\n  forwarding: { rules: { ops: { actions: { a: { email: { address: ops@plant.example } } } } } }\n',
    ),
  },
  PASSWORD_IN_CLEAR: {
    severity: 'warning',
    title: 'A password is sent in the clear',
    explanation: 'Without encryption anybody on the way reads user name and password of the mail server.',
    remedy: 'Use tls: starttls or implicit.',
    example: one(
      '  mailServer: { host: mail.plant.example, port: 25, tls: none, sender: a@plant.example, username: a, password: { fromEnv: MAIL } }\n',
    ),
  },
  NAME_ONLY_READ: {
    severity: 'warning',
    title: 'The name is only read',
    explanation: 'A sensor is renamed by registering it anew. Without a registrar that is a step for a person.',
    remedy: 'Declare registration.registrar, or live with the manual step.',
    example: one('  name: berlin-line-1\n'),
  },
  HOLD_EXPIRED: {
    severity: 'warning',
    title: 'A hold has ended',
    explanation: 'The sensor or site is contacted and changed again.',
    remedy: 'Remove the hold, or give it a later end.',
    example: one('  hold: { until: "2020-01-01", reason: rebuilding the hall }\n'),
  },
} as const satisfies Catalog
