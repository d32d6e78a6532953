/**
 * The system properties that the vendor documents, file by file, as data. Nobody published a whole list: a key that is
 * not here may exist.
 *
 * @module
 */

/** What a documented key is for, and what stands there. */
interface KnownKey {
  /** What the value must look like; anything where nothing is documented. */
  value?: 'true or false' | 'a whole number' | '0 or 1'
  /** The field of the spec that is this very setting. */
  declareAs?: string
  /** It holds a secret: never written into a document. */
  secret?: true
}

interface KnownFile {
  keys: Readonly<Record<string, KnownKey>>
  /** What restarts when a line of it is changed, where that is documented. */
  restarts?: string
}

const seconds: KnownKey = { value: 'a whole number' }
const count: KnownKey = { value: 'a whole number' }
const filter: KnownKey = {}
const oldFilters: KnownFile = {
  keys: { 'override.capture_filter': filter, bpf_filter: filter, 'general.bpf_filter': filter },
}

/** By name below /var/cyberx/properties, by its whole path elsewhere, or by the category of the console. */
export const knownFiles: Readonly<Record<string, KnownFile>> = {
  'authentication.properties': {
    keys: {
      infinity_session_expiration: { value: 'true or false' },
      session_expiration_default_seconds: seconds,
      session_expiration_admin_seconds: seconds,
      session_expiration_security_analyst_seconds: seconds,
      session_expiration_read_only_users_seconds: seconds,
      // Misspelt by the vendor on sensors; the console of a site spells both right.
      certifcate_validation: { declareAs: 'certificate.validation' },
      certificate_validation: { declareAs: 'certificate.validation' },
      crl_timeout_secounds: seconds,
      crl_timeout_seconds: seconds,
      crl_retries: count,
      cm_auth_token: { secret: true },
    },
  },
  'backup.properties': {
    keys: {
      backup_directory_path: { declareAs: 'backup.directory' },
      'Backup.shared_location': { declareAs: 'backup.directory' },
    },
  },
  'network.properties': { keys: { opened_tcp_incoming_ports: {} } },
  'horizon_parser/horizon.properties': { keys: { 'horizon.processor.filter': filter } },
  'traffic_monitor/traffic-monitor.properties': { keys: { 'horizon.processor.filter': filter } },
  'dumpark.properties': { keys: { 'dumpark.network.filter': filter } },
  'cybershark.properties': oldFilters,
  'net.stats.collector.properties': oldFilters,
  'rpc-parser.properties': oldFilters,
  'smb-parser.properties': oldFilters,
  'collector.properties': oldFilters,
  'remote-interfaces.properties': {
    keys: {
      'mail.smtp_server': { declareAs: 'mailServer.host' },
      'mail.port': { declareAs: 'mailServer.port' },
      'mail.sender': { declareAs: 'mailServer.sender' },
    },
  },
  Pcaps: { keys: { enabled: {}, player_max_amount: count, 'player.params': {} } },
  'Azure Remote Config': { keys: { block_local_config: { value: '0 or 1' } } },
  Global: { keys: { is_reduce_backup_malware_enabled: {} } },
  'Vulnerability assessment': { keys: { backup_servers: {} } },
  Ports: { keys: { backup_known_ports: {} } },
  '/var/cyberx/components/xsense-web/cyberx_web/settings.py': {
    keys: { MAX_FAILED_LOGINS: count },
    restarts: 'all processes of the sensor, which restart (monit restart all)',
  },
}

const patterns: Readonly<Record<NonNullable<KnownKey['value']>, RegExp>> = {
  'true or false': /^(true|false)$/,
  'a whole number': /^(0|[1-9][0-9]{0,8})$/,
  '0 or 1': /^[01]$/,
}

/** The documented key, where it is one. */
export function knownKey(file: string, key: string): KnownKey | undefined {
  const keys = Object.hasOwn(knownFiles, file) ? knownFiles[file]?.keys : undefined
  return keys && Object.hasOwn(keys, key) ? keys[key] : undefined
}

/** What the value must be, when it is not that. */
export function wrongValue(file: string, key: string, value: string): string | undefined {
  const kind = knownKey(file, key)?.value
  return kind && !patterns[kind].test(value) ? kind : undefined
}

/** Files that a key is documented in. */
export const filesOfKey = (key: string): string[] =>
  Object.entries(knownFiles).flatMap(([file, { keys }]) => (Object.hasOwn(keys, key) ? [file] : []))

/** True for a key whose value is a secret, documented or by its name. */
export const isSecretProperty = (file: string, key: string): boolean =>
  knownKey(file, key)?.secret === true || /passw|passphrase|secret|token|private_?key|api_?key|community/i.test(key)
