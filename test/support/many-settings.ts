/** Settings of several aspects, as the document of a sensor declares them; its secret is in the named variable. */
export const manySettings = (key: string, secret: string): string =>
  `  mailServer: { host: mail.plant.example, port: 25, sender: ${key}@plant.example }
  backup:
    directory: /var/cyberx/backups
    target: { smb: { server: files.plant.example, share: sensors, username: backup, password: { fromEnv: ${secret} } } }
  forwarding:
    rules:
      siem: { minimumSeverity: Major, actions: { siem: { syslog: { host: siem.plant.example, port: 514, format: cef, protocol: tcp } } } }
      mail: { actions: { crew: { email: { address: crew@plant.example } } } }
  systemProperties:
    acknowledgeUnsupported: true
    files: { authentication.properties: { session_expiration_default_seconds: "3600" } }
`
