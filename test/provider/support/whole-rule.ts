/** A rule of a management console in which every attribute is given, each in two values. */
export type Choose = <T>(...values: readonly [T, T]) => T

/** `certificates` are those of the syslog action. Nothing listens at its addresses. */
export const wholeRule = (choose: Choose, [one, two]: readonly (string | undefined)[]) => ({
  minimum_severity: choose('Minor', 'Critical'),
  protocols: choose(['any'], ['MODBUS', 'DNP3']),
  engines: choose(['Malware'], ['any']),
  system_notifications: choose(true, false),
  alert_notifications: choose(false, true),
  actions: {
    mail: { email: { address: choose('a@plant.example', 'b@plant.example'), timezone: 'Europe/Berlin' } },
    siem: {
      syslog: {
        host: choose('127.44.7.91', '127.44.7.92'),
        port: choose(514, 6514),
        format: 'cef',
        protocol: 'tls',
        timezone: choose('Europe/Berlin', 'Asia/Tokyo'),
        tls: {
          certificate: choose(one, two),
          private_key_wo: choose('canary-key-1', 'canary-key-2'),
          private_key_wo_version: choose(1, 2),
          passphrase_wo: choose('canary-pass-1', 'canary-pass-2'),
          passphrase_wo_version: choose(1, 2),
        },
      },
    },
    watch: { netwitness: { host: '127.44.7.93', port: choose(50005, 50006), timezone: 'Asia/Tokyo' } },
    hook: {
      webhook: {
        url: choose('https://ops.example/a', 'https://ops.example/b'),
        headers: { 'X-Plant': choose('berlin', 'hamburg') },
        secret_headers: { Authorization: { from_env: 'SENSORFORM_TEST_HOOK' } },
        extended: choose(true, false),
      },
    },
  },
})
