/** Two values of every field that is a setting of the appliance. */
import { applianceSchemas, type ApplianceKind } from '../../schemas/documents.ts'
import { fieldTable, formatPath } from '../../schemas/fields.ts'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import { consoleSettings } from '../../schemas/management-console.ts'
import { makeCertificate } from '../transport/pki.ts'

export interface Sample {
  path: string
  values: readonly [unknown, unknown]
  /** What must be declared with it. */
  beside?: DesiredSettings
  /** What a person sets instead, where it cannot be the first value. */
  console?: unknown
  /** The value that switches it off. */
  off?: unknown
}

const one = makeCertificate({ cn: 'sensor.plant.example', key: 'one' })
const two = makeCertificate({ cn: 'sensor.plant.example', key: 'two' })
const file = (content: string) => ({ file: 'x.crt', content })
const secrets = [{ fromEnv: 'SECRET_A' }, { fromEnv: 'SECRET_B' }] as const
const secretSample = { values: secrets, console: { secret: 'somebody-elses' } }

const smb = { server: '10.1.0.7', share: 'backups' }
const proxy: DesiredSettings = { network: { proxy: { host: 'proxy.example', port: 8080 } } }
const target: DesiredSettings = { backup: { target: { smb } } }
const syslog = { host: '10.1.9.1', port: 514, format: 'cef', protocol: 'tls' } as const
const rule = (action: object): DesiredSettings => ({ forwarding: { rules: { ops: { actions: { a: action } } } } })
const withAction = (kind: string, action: object): DesiredSettings => rule({ [kind]: action })
const mail: DesiredSettings = { mailServer: { host: 'mail.plant.example', port: 25, sender: 'sensor@plant.example' } }
const email = { ...withAction('email', { address: 'ops@plant.example' }), ...mail }
const acknowledged: DesiredSettings = { systemProperties: { acknowledgeUnsupported: true } }
const properties = (file: string, key: string): string => formatPath(['systemProperties', 'files', file, key])
const netwitness = withAction('netwitness', { host: '10.1.9.2', port: 50005 })
const overSyslog = withAction('syslog', syslog)
const overPlainSyslog = withAction('syslog', { ...syslog, format: 'text', protocol: 'udp' })
const action = 'forwarding.rules.ops.actions.a'

export const samples: readonly Sample[] = [
  { path: 'time.timezone', values: ['Europe/Berlin', 'Asia/Tokyo'] },
  { path: 'time.dateFormat', values: ['MM/dd/yyyy HH:mm:ss', 'yyyy/MM/dd HH:mm:ss'] },
  {
    path: 'time.ntp.enabled',
    values: [false, true],
    beside: { time: { ntp: { server: '10.1.0.1' } } },
    console: false,
    off: false,
  },
  { path: 'time.ntp.server', values: ['10.1.0.1', 'ntp.plant.example'] },
  { path: 'network.dns', values: [['10.1.0.1'], ['10.1.0.2', '10.1.0.1']] },
  { path: 'network.hostname', values: ['line-1', 'line-1.plant.example'] },
  { path: 'network.proxy.enabled', values: [false, true], beside: proxy, off: false },
  { path: 'network.proxy.host', values: ['proxy.example', '10.1.0.3'], beside: { network: { proxy: { port: 8080 } } } },
  { path: 'network.proxy.port', values: [8080, 3128], beside: { network: { proxy: { host: 'proxy.example' } } } },
  { path: 'network.proxy.username', values: ['first', 'second'], beside: proxy },
  { path: 'network.proxy.password', ...secretSample, beside: proxy },
  { path: 'certificate.validation', values: ['mandatory', 'none'] },
  { path: 'mailServer.enabled', values: [false, true], beside: mail, off: false },
  {
    path: 'mailServer.host',
    values: ['mail.plant.example', '10.1.0.9'],
    beside: { mailServer: { port: 25, sender: 'sensor@plant.example' } },
  },
  { path: 'mailServer.port', values: [25, 587], beside: mail },
  { path: 'mailServer.tls', values: ['starttls', 'none'], beside: mail },
  { path: 'mailServer.sender', values: ['sensor@plant.example', 'line-1@plant.example'], beside: mail },
  { path: 'mailServer.username', values: ['first', 'second'], beside: mail },
  { path: 'mailServer.password', ...secretSample, beside: mail },
  { path: 'backup.enabled', values: [false, true], off: false },
  { path: 'backup.directory', values: ['/var/cyberx/backups/a', '/var/cyberx/backups/b'] },
  { path: 'backup.target.enabled', values: [false, true], beside: target, off: false },
  {
    path: 'backup.target.smb.server',
    values: ['10.1.0.7', 'files.plant.example'],
    beside: { backup: { target: { smb: { share: 'backups' } } } },
  },
  {
    path: 'backup.target.smb.share',
    values: ['backups', 'sensors'],
    beside: { backup: { target: { smb: { server: '10.1.0.7' } } } },
  },
  { path: 'backup.target.smb.path', values: ['berlin', 'berlin/line-1'], beside: target },
  { path: 'backup.target.smb.username', values: ['first', 'second'], beside: target },
  { path: 'backup.target.smb.password', ...secretSample, beside: target },
  { path: 'backup.target.smb.version', values: ['3.0', '3.1.1'], beside: target },
  { path: 'forwarding.rules.ops.minimumSeverity', values: ['Minor', 'Critical'], beside: email },
  { path: 'forwarding.rules.ops.protocols', values: ['any', ['MODBUS', 'DNP3']], beside: email },
  { path: 'forwarding.rules.ops.engines', values: [['Malware'], ['Anomaly', 'Operational']], beside: email },
  { path: `${action}.email.address`, values: ['ops@plant.example', 'soc@plant.example'], beside: mail },
  { path: `${action}.email.timezone`, values: ['Europe/Berlin', 'Asia/Tokyo'], beside: email },
  { path: `${action}.syslog.host`, values: ['10.1.9.1', 'siem.plant.example'], beside: overPlainSyslog },
  { path: `${action}.syslog.port`, values: [514, 1514], beside: overPlainSyslog },
  { path: `${action}.syslog.format`, values: ['text', 'cef'], beside: overPlainSyslog },
  { path: `${action}.syslog.protocol`, values: ['udp', 'tcp'], beside: overPlainSyslog },
  { path: `${action}.syslog.timezone`, values: ['Europe/Berlin', 'Asia/Tokyo'], beside: overPlainSyslog },
  {
    path: `${action}.syslog.tls.certificate`,
    values: [file(one.cert), file(two.cert)],
    console: file(one.cert),
    beside: overSyslog,
  },
  { path: `${action}.syslog.tls.privateKey`, ...secretSample, beside: overSyslog },
  { path: `${action}.syslog.tls.passphrase`, ...secretSample, beside: overSyslog },
  { path: `${action}.netwitness.host`, values: ['10.1.9.2', '10.1.9.3'], beside: netwitness },
  { path: `${action}.netwitness.port`, values: [50005, 50006], beside: netwitness },
  { path: `${action}.netwitness.timezone`, values: ['Europe/Berlin', 'Asia/Tokyo'], beside: netwitness },
  {
    path: properties('authentication.properties', 'crl_retries'),
    values: ['3', '5'],
    beside: acknowledged,
  },
  {
    path: properties('horizon_parser/horizon.properties', 'horizon.processor.filter'),
    values: ['tcp port 502', ''],
    beside: acknowledged,
  },
  {
    path: properties('Azure Remote Config', 'block_local_config'),
    values: ['1', '0'],
    beside: acknowledged,
  },
]

/** Fields whose tests are their own, and why. */
export const apart: Readonly<Record<string, string>> = {
  name: 'a re-activation',
  'registration.registrar': 'no setting of the appliance',
  'registration.site': 'a re-activation',
  'registration.zone': 'of the record',
  'registration.tiAutomaticUpdates': 'of the record',
  'activation.mode': 'a re-activation',
  'activation.minRemaining': 'no setting of the appliance',
  'network.address': 'a move',
  'network.subnetMask': 'part of a move',
  'network.gateway': 'part of a move',
  'certificate.name': 'part of an import',
  'certificate.certificate': 'an import',
  'certificate.chain': 'part of an import',
  'certificate.privateKey': 'part of an import',
  'certificate.passphrase': 'part of an import',
  'certificate.minRemaining': 'no setting of the appliance',
  'managementConsole.enabled': 'a connection, which needs a console',
  'managementConsole.connectionString': 'a connection, which needs a console',
  'managementConsole.console': 'no setting of the sensor: its connection string is',
  'managementConsole.zone': 'a setting of the console',
  'backup.maxAge': 'no setting of the appliance',
  'forwarding.rules.*.absent': 'the absence of a rule',
  'forwarding.unmanagedRules': 'no setting of the appliance',
  'systemProperties.acknowledgeUnsupported': 'no setting of the appliance',
  'systemProperties.withdrawnKeys': 'no setting of the appliance',
  'software.version': 'an update',
  'software.packages.*.file': 'no setting of the appliance',
  'software.packages.*.sha256': 'no setting of the appliance',
  'software.backupFirst': 'no setting of the appliance',
}

const hook = 'forwarding.rules.ops.actions.a.webhook'
const withHook = withAction('webhook', { url: 'https://ops.example/hook' })
const backups: DesiredSettings = { sensorBackups: { collect: true } }

const ofConsolesAlone: readonly Sample[] = [
  { path: 'forwarding.rules.ops.systemNotifications', values: [true, false], beside: withHook },
  { path: 'forwarding.rules.ops.alertNotifications', values: [true, false], beside: withHook },
  { path: `${hook}.url`, values: ['https://ops.example/a', 'http://10.1.9.9:8080/b'] },
  { path: `${hook}.headers.X-Plant`, values: ['berlin', 'hamburg'], beside: withHook },
  { path: `${hook}.secretHeaders.Authorization`, ...secretSample, beside: withHook },
  { path: `${hook}.extended`, values: [true, false], beside: withHook },
  { path: 'sensorBackups.collect', values: [true, false] },
  { path: 'sensorBackups.at', values: ['04:00', '23:30'], beside: backups },
  { path: 'sensorBackups.keepPerSensor', values: [1, 9], beside: backups },
  { path: 'sensorBackups.storage', values: [10, 100], beside: backups },
  { path: 'sensorBackups.path', values: ['/backups/sensors', '/mnt/share_1'], beside: backups },
]

const ofConsoles = fieldTable(consoleSettings)

/** Two values of every field of a management console. */
export const consoleSamples: readonly Sample[] = [
  ...samples.filter(({ path }) => ofConsoles.find(path) !== undefined),
  ...ofConsolesAlone,
]

/** Patterns of fields that neither a sample nor a test of their own covers. */
export const uncovered = (kind: ApplianceKind): string[] => {
  const { fields, find } = fieldTable(applianceSchemas[kind].settings)
  const tried = new Set((kind === 'Sensor' ? samples : consoleSamples).map(({ path }) => find(path)?.pattern))
  return fields.map(({ pattern }) => pattern).filter((pattern) => !tried.has(pattern) && !apart[pattern])
}

export const certificates = { one, two }
