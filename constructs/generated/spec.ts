/* Generated from schemas/ by `npm run generate`. Do not edit. */
import type { IResolvable } from 'cdktf'
import type { FileSource, SecretSource } from '../sources.ts'

/**
 * Spec of one sensor, all layers merged.
 */
export interface SensorSpec {
  /**
   * How to reach the appliance.
   */
  access: {
    /**
     * Driver that speaks to the appliance.
     */
    driver?: 'api' | IResolvable
    /**
     * Where the appliance is found. May name the old or the new address, before and after a move. https, a host and perhaps a port; no path and no password. One sensor has it.
     */
    endpoint?: string
    /**
     * Name of the credentials (of the Fleet document) to sign in with.
     */
    credentials?: string
    /**
     * Name of the credentials that serve every verb that writes nothing.
     */
    readCredentials?: string
    /**
     * Whom to trust; any entry may match.
     *
     * Items: Whom to trust: exactly one of pin, pinFile, caFile, system.
     */
    trust?: readonly {
      /**
       * SHA-256 of the public key (SubjectPublicKeyInfo), in base64.
       */
      pin?: string
      /**
       * Pin file (JSON) that `sensorform trust` writes: document key to public key hashes and identity.
       */
      pinFile?: string
      /**
       * Certificate authority, PEM.
       */
      caFile?: string
      /**
       * The certificate authorities of the operating system.
       */
      system?: true | IResolvable
    }[]
    /**
     * Name that a certificate signed by a trusted authority must carry.
     */
    serverName?: string
    /**
     * Serial number of the appliance.
     */
    identity?: string
  }
  /**
   * Registered name of the sensor. It is carried in the activation file: changing it re-activates the sensor. 1 to 128 letters, digits, ".", "_" and "-".
   */
  name?: string
  /**
   * Where the sensor is registered.
   */
  registration?: {
    /**
     * Name of the registrar (of the Fleet document) where the sensor is registered. Another registrar is a re-activation. Without one, name and activation are only read.
     */
    registrar?: string
    /**
     * Site that the registration lies in. Records of locally managed sensors carry none.
     */
    site?: string
    /**
     * Zone within the site. Changing it never re-activates.
     */
    zone?: string
    /**
     * Whether the cloud sends threat intelligence packages by itself. Changing it never re-activates.
     */
    tiAutomaticUpdates?: boolean | IResolvable
  }
  /**
   * How the sensor is activated.
   */
  activation?: {
    /**
     * Whether the sensor is connected to the cloud or managed locally. Another mode needs a new activation file.
     */
    mode?: 'cloud' | 'local' | IResolvable
    /**
     * How long the activation file must still be valid; below that it is renewed. The console itself warns 30d before a file of a locally managed sensor expires; files of cloud-connected sensors do not expire.
     */
    minRemaining?: string
  }
  /**
   * Time and region.
   */
  time?: {
    /**
     * Time zone of alerts, widgets, reports and attack vectors, for all users. An IANA name. The console shows region and city. Two names of one zone (Europe/Kyiv, Europe/Kiev) are no difference; one that the sensor does not know yet is refused, and the other name told.
     */
    timezone?: string
    /**
     * Format in which the console shows dates.
     */
    dateFormat?: 'dd/MM/yyyy HH:mm:ss' | 'MM/dd/yyyy HH:mm:ss' | 'yyyy/MM/dd HH:mm:ss' | IResolvable
    /**
     * Clock synchronisation.
     */
    ntp?: {
      /**
       * Whether the clock is set by NTP. A drifting clock blocks activation. Switched off, the server that is set is left as it is: the vendor’s own command needs its address for that. Where the portal or a management console sets NTP, it is read only here.
       */
      enabled?: boolean | IResolvable
      /**
       * NTP server (UDP port 123, reachable from the management port).
       */
      server?: string
    }
  }
  /**
   * Management network of the appliance.
   */
  network?: {
    /**
     * Management address. Changing it moves the sensor; address, mask and gateway are written as one guarded change, last. IPv4; neither the network nor the broadcast address of its subnet; one sensor of a site has it (project choice). You may have to sign in again after a change.
     */
    address?: string
    /**
     * Subnet mask of the management address. Contiguous, with room for two hosts or more: 128.0.0.0 to 255.255.255.252 (project choice).
     */
    subnetMask?: string
    /**
     * Default gateway. Lies in the subnet of the management address, and is another address (project choice).
     */
    gateway?: string
    /**
     * DNS servers in order of preference. 1 to 8 IPv4 addresses.
     */
    dns?: readonly string[] | IResolvable
    /**
     * Host name of the sensor. It should equal the name in DNS and the CN of the certificate. A DNS host name (RFC 1123).
     */
    hostname?: string
    /**
     * Web proxy between the sensor and the cloud. It must tunnel with HTTP CONNECT.
     */
    proxy?: {
      /**
       * Whether the sensor reaches the cloud through a proxy.
       */
      enabled?: boolean | IResolvable
      /**
       * Host name or IPv4 address of the proxy.
       */
      host?: string
      /**
       * Port of the proxy. 1 to 65535.
       */
      port?: number
      /**
       * User name at the proxy.
       */
      username?: string
      /**
       * Password at the proxy.
       */
      password?: SecretSource
    }
  }
  /**
   * TLS certificate of the web console and validation of certificates.
   */
  certificate?: {
    /**
     * Name under which the console lists the certificate.
     */
    name?: string
    /**
     * Certificate of the web console, PEM or DER (.crt). RSA of 2048 bits or more, SHA-256, valid now, CN equal to the host name and not a wildcard, CRL distribution points by http only. Without `privateKey` the certificate is only watched.
     */
    certificate?: FileSource
    /**
     * Chain of issuing certificates in order, PEM (.pem).
     */
    chain?: FileSource
    /**
     * Private key of the certificate, PEM (.key).
     */
    privateKey?: SecretSource
    /**
     * Passphrase of the private key. Letters, digits and ! # % ( ) + , - . / : = ? @ [ \ ] ^ _ { } ~
     */
    passphrase?: SecretSource
    /**
     * Whether certificates of other components are validated. When on, a failing peer is cut off.
     */
    validation?: 'mandatory' | 'none' | IResolvable
    /**
     * How long the served certificate must still be valid; below that it is reported, and replaced if a newer one is declared.
     */
    minRemaining?: string
  }
  /**
   * Connection to the on-premises management console, for sites without a way to the cloud.
   */
  managementConsole?: {
    /**
     * Whether the sensor is connected to a management console.
     */
    enabled?: boolean | IResolvable
    /**
     * Name of the ManagementConsole document; its connection string is read when it is needed. Either this or connectionString. The version of the console must not be older than that of the sensor.
     */
    console?: string
    /**
     * Connection string of a management console that no document declares, <address>:<token>. Console: System Settings > Sensor Setup - Connection String, to copy it from.
     */
    connectionString?: SecretSource
    /**
     * Zone that the sensor is assigned to in the Site Management of the console. With `connectionString` a person assigns the zone: a manual step until it is confirmed, as nothing can read it back.
     */
    zone?: string
  }
  /**
   * Mail server that email actions send through.
   */
  mailServer?: {
    /**
     * Whether there is a mail server. With false the appliance has none, and email actions send nothing.
     */
    enabled?: boolean | IResolvable
    /**
     * SMTP server.
     */
    host?: string
    /**
     * Port of the SMTP server. The console proposes 25; nothing is assumed here.
     */
    port?: number
    /**
     * Encryption: none, starttls (begins in the clear, usually port 587) or implicit (from the first byte on, usually port 465). The server is validated when certificate validation is on. The console has one switch, SSL; which of the two ways it means is not documented.
     */
    tls?: 'none' | 'starttls' | 'implicit' | IResolvable
    /**
     * Address that emails come from.
     */
    sender?: string
    /**
     * User name at the SMTP server. Authentication with user name and password. NTLM, which the console offers too, cannot be declared.
     */
    username?: string
    /**
     * Password at the SMTP server.
     */
    password?: SecretSource
  }
  /**
   * Daily backup and where it is written.
   */
  backup?: {
    /**
     * Whether the daily backup runs, at 03:00 on the clock of the sensor. PCAP files and logs are not backed up. Off by default in some hardware profiles; profile L100 has no backup.
     */
    enabled?: boolean | IResolvable
    /**
     * Directory of the backup files on the sensor, where the target is mounted. /var/cyberx/backups after installation. Files are named <sensor name>-backup-version-<version>-<date>.tar.
     */
    directory?: string
    /**
     * Share outside the sensor that the backups are written to.
     */
    target?: {
      /**
       * Whether the share is mounted at `directory`.
       */
      enabled?: boolean | IResolvable
      /**
       * SMB share.
       */
      smb?: {
        /**
         * SMB server.
         */
        server?: string
        /**
         * Name of the share. Up to 80 characters, without spaces and \ / : * ? " < > , and a bar (project choice).
         */
        share?: string
        /**
         * Folder within the share. Relative, with forward slashes, without "..".
         */
        path?: string
        /**
         * User name at the SMB server.
         */
        username?: string
        /**
         * Password at the SMB server.
         */
        password?: SecretSource
        /**
         * SMB protocol version (the `vers=` of the mount).
         */
        version?: '2.0' | '2.1' | '3.0' | '3.1.1' | IResolvable
      }
    }
    /**
     * How old the newest backup may be; above that a backup is made. Backups under a former name count.
     */
    maxAge?: string
  }
  /**
   * Forwarding of alerts to other systems.
   */
  forwarding?: {
    /**
     * Forwarding rules by name. Only alerts raised after a rule was created are forwarded. Names are unique, have up to 64 characters, no slash, and no space at either end (project choice).
     */
    rules?: {
      /**
       * One forwarding rule.
       */
      [k: string]: {
        /**
         * The rule must not exist. Leaving a rule out only stops managing it.
         */
        absent?: true | IResolvable
        /**
         * Lowest alert level that is forwarded.
         */
        minimumSeverity?: 'Warning' | 'Minor' | 'Major' | 'Critical' | IResolvable
        /**
         * Protocols whose alerts are forwarded: any, or a list.
         */
        protocols?: 'any' | IResolvable | readonly string[]
        /**
         * Engines whose alerts are forwarded: any, or a list.
         */
        engines?:
          | 'any'
          | IResolvable
          | readonly ('Protocol Violation' | 'Policy Violation' | 'Malware' | 'Anomaly' | 'Operational' | IResolvable)[]
        /**
         * Actions by name.
         */
        actions?: {
          /**
           * One action of the rule: exactly one of email, syslog, netwitness.
           */
          [k: string]: {
            /**
             * Sends an email. Needs the mail server.
             */
            email?: {
              /**
               * One address; more addresses are more actions.
               */
              address: string
              /**
               * Time zone of the timestamps that are sent.
               */
              timezone?: string
            }
            /**
             * Sends syslog messages.
             */
            syslog?: {
              /**
               * Syslog server.
               */
              host: string
              /**
               * Port of the syslog server, usually 514.
               */
              port: number
              /**
               * Message format.
               */
              format: 'cef' | 'leef' | 'object' | 'text' | IResolvable
              /**
               * Transport. TLS with CEF only; the choice between TCP and UDP is documented for text only, the other formats use TCP or UDP as declared.
               */
              protocol: 'tcp' | 'udp' | 'tls' | IResolvable
              /**
               * Encryption. The server is validated when certificate validation is on. CEF only.
               */
              tls?: {
                /**
                 * Client certificate.
                 */
                certificate?: FileSource
                /**
                 * Private key of the client certificate.
                 */
                privateKey?: SecretSource
                /**
                 * Passphrase of the private key.
                 */
                passphrase?: SecretSource
              }
              /**
               * Time zone of the timestamps that are sent.
               */
              timezone?: string
            }
            /**
             * Sends to NetWitness.
             */
            netwitness?: {
              /**
               * NetWitness host.
               */
              host: string
              /**
               * Port.
               */
              port: number
              /**
               * Time zone of the timestamps that are sent.
               */
              timezone?: string
            }
          }
        }
      }
    }
    /**
     * What becomes of rules that are not declared. Not given: they are kept.
     */
    unmanagedRules?: 'keep' | 'remove' | IResolvable
  }
  /**
   * System properties. Editing or modifying system properties might damage the operation of the sensor console. Consult with Microsoft Support before you change them.
   */
  systemProperties?: {
    /**
     * Says that the warning of the vendor is known: Editing or modifying system properties might damage the operation of the sensor console. Consult with Microsoft Support before you change them. Needed as soon as one property is declared.
     */
    acknowledgeUnsupported?: true | IResolvable
    /**
     * Property files and their keys. A file is named as below /var/cyberx/properties, or as the category of the console. What is documented is checked; other keys bring a warning. Secrets, and what another field declares, are refused. When a file is read again is documented for settings.py alone (a restart of all processes); for others the sensor may have to be restarted by hand.
     */
    files?: {
      [k: string]: {
        /**
         * Value of the property, as text: put numbers, true and false in quotes.
         */
        [k: string]: string
      }
    }
    /**
     * What becomes of a key that is no longer declared. restore: it gets the value back that it had before the first write, as far as that is remembered. Not given: it stays as it is.
     */
    withdrawnKeys?: 'keep' | 'restore' | IResolvable
  }
  /**
   * Version of the software and the packages that lead there.
   */
  software?: {
    /**
     * Version of the software. A build after it, as in 22.2.5.9-r-2121448, is not compared. No older than what runs: a sensor goes back to a version by a new installation only.
     */
    version?: string
    /**
     * Update packages by version: that of `version`, and of what lies on the way there. From before 10.5.5 the way leads over 10.5.5 to 22.x.
     */
    packages?: {
      /**
       * A package as it was downloaded from the portal.
       */
      [k: string]: {
        /**
         * Path of the package, below `--packages-dir` or the folder of the document. Named as the vendor names it: `legacy-`, `upstream-` or nothing, then `sensor-secured-patcher-<version>.tar`, of the same version.
         */
        file: string
        /**
         * SHA-256 of the package. A file with another one is sent to no sensor.
         */
        sha256: string
      }
    }
    /**
     * false declines the backup that is made before an update.
     */
    backupFirst?: boolean | IResolvable
  }
  /**
   * Leaves the sensor or site alone: not contacted, outside all thresholds. An expired hold is a problem.
   */
  hold?: {
    /**
     * End of the hold: a date (its first moment in UTC) or a date with time and offset.
     */
    until: string
    /**
     * Why; shown in every report.
     */
    reason: string
  }
}

/**
 * Spec of one management console.
 */
export interface ConsoleSpec {
  /**
   * How to reach the appliance.
   */
  access: {
    /**
     * Driver that speaks to the appliance.
     */
    driver?: 'api' | IResolvable
    /**
     * Where the appliance is found. May name the old or the new address, before and after a move. https, a host and perhaps a port; no path and no password. One sensor has it.
     */
    endpoint?: string
    /**
     * Name of the credentials (of the Fleet document) to sign in with.
     */
    credentials?: string
    /**
     * Name of the credentials that serve every verb that writes nothing.
     */
    readCredentials?: string
    /**
     * Whom to trust; any entry may match.
     *
     * Items: Whom to trust: exactly one of pin, pinFile, caFile, system.
     */
    trust?: readonly {
      /**
       * SHA-256 of the public key (SubjectPublicKeyInfo), in base64.
       */
      pin?: string
      /**
       * Pin file (JSON) that `sensorform trust` writes: document key to public key hashes and identity.
       */
      pinFile?: string
      /**
       * Certificate authority, PEM.
       */
      caFile?: string
      /**
       * The certificate authorities of the operating system.
       */
      system?: true | IResolvable
    }[]
    /**
     * Name that a certificate signed by a trusted authority must carry.
     */
    serverName?: string
    /**
     * Serial number of the appliance.
     */
    identity?: string
  }
  /**
   * TLS certificate of the web console and validation of certificates.
   */
  certificate?: {
    /**
     * Name under which the console lists the certificate.
     */
    name?: string
    /**
     * Certificate of the web console, PEM or DER (.crt). RSA of 2048 bits or more, SHA-256, valid now, CN equal to the host name and not a wildcard, CRL distribution points by http only. Without `privateKey` the certificate is only watched.
     */
    certificate?: FileSource
    /**
     * Chain of issuing certificates in order, PEM (.pem).
     */
    chain?: FileSource
    /**
     * Private key of the certificate, PEM (.key).
     */
    privateKey?: SecretSource
    /**
     * Passphrase of the private key. Letters, digits and ! # % ( ) + , - . / : = ? @ [ \ ] ^ _ { } ~
     */
    passphrase?: SecretSource
    /**
     * Whether certificates of other components are validated. When on, a failing peer is cut off.
     */
    validation?: 'mandatory' | 'none' | IResolvable
    /**
     * How long the served certificate must still be valid; below that it is reported, and replaced if a newer one is declared.
     */
    minRemaining?: string
  }
  /**
   * Mail server that email actions send through.
   */
  mailServer?: {
    /**
     * Whether there is a mail server. With false the appliance has none, and email actions send nothing.
     */
    enabled?: boolean | IResolvable
    /**
     * SMTP server.
     */
    host?: string
    /**
     * Port of the SMTP server. The console proposes 25; nothing is assumed here.
     */
    port?: number
    /**
     * Encryption: none, starttls (begins in the clear, usually port 587) or implicit (from the first byte on, usually port 465). The server is validated when certificate validation is on. The console has one switch, SSL; which of the two ways it means is not documented.
     */
    tls?: 'none' | 'starttls' | 'implicit' | IResolvable
    /**
     * Address that emails come from.
     */
    sender?: string
    /**
     * User name at the SMTP server. Authentication with user name and password. NTLM, which the console offers too, cannot be declared.
     */
    username?: string
    /**
     * Password at the SMTP server.
     */
    password?: SecretSource
  }
  /**
   * Forwarding of alerts to other systems.
   */
  forwarding?: {
    /**
     * Forwarding rules by name. Only alerts raised after a rule was created are forwarded. Names are unique, have up to 64 characters, no slash, and no space at either end (project choice).
     */
    rules?: {
      /**
       * One forwarding rule.
       */
      [k: string]: {
        /**
         * The rule must not exist. Leaving a rule out only stops managing it.
         */
        absent?: true | IResolvable
        /**
         * Lowest alert level that is forwarded.
         */
        minimumSeverity?: 'Warning' | 'Minor' | 'Major' | 'Critical' | IResolvable
        /**
         * Protocols whose alerts are forwarded: any, or a list.
         */
        protocols?: 'any' | IResolvable | readonly string[]
        /**
         * Engines whose alerts are forwarded: any, or a list.
         */
        engines?:
          | 'any'
          | IResolvable
          | readonly ('Protocol Violation' | 'Policy Violation' | 'Malware' | 'Anomaly' | 'Operational' | IResolvable)[]
        /**
         * Whether disconnected sensors and failed remote backups are reported.
         */
        systemNotifications?: boolean | IResolvable
        /**
         * Whether alerts are reported.
         */
        alertNotifications?: boolean | IResolvable
        /**
         * Actions by name.
         */
        actions?: {
          /**
           * One action of the rule: exactly one of email, syslog, netwitness, webhook.
           */
          [k: string]: {
            /**
             * Sends an email. Needs the mail server.
             */
            email?: {
              /**
               * One address; more addresses are more actions.
               */
              address: string
              /**
               * Time zone of the timestamps that are sent.
               */
              timezone?: string
            }
            /**
             * Sends syslog messages.
             */
            syslog?: {
              /**
               * Syslog server.
               */
              host: string
              /**
               * Port of the syslog server, usually 514.
               */
              port: number
              /**
               * Message format.
               */
              format: 'cef' | 'leef' | 'object' | 'text' | IResolvable
              /**
               * Transport. TLS with CEF only; the choice between TCP and UDP is documented for text only, the other formats use TCP or UDP as declared.
               */
              protocol: 'tcp' | 'udp' | 'tls' | IResolvable
              /**
               * Encryption. The server is validated when certificate validation is on. CEF only.
               */
              tls?: {
                /**
                 * Client certificate.
                 */
                certificate?: FileSource
                /**
                 * Private key of the client certificate.
                 */
                privateKey?: SecretSource
                /**
                 * Passphrase of the private key.
                 */
                passphrase?: SecretSource
              }
              /**
               * Time zone of the timestamps that are sent.
               */
              timezone?: string
            }
            /**
             * Sends to NetWitness.
             */
            netwitness?: {
              /**
               * NetWitness host.
               */
              host: string
              /**
               * Port.
               */
              port: number
              /**
               * Time zone of the timestamps that are sent.
               */
              timezone?: string
            }
            /**
             * Posts to a URL.
             */
            webhook?: {
              /**
               * Where the alert is posted to.
               */
              url: string
              /**
               * Header fields that are sent. Names of letters, digits, "-" and "_"; values with one space at either end at most.
               */
              headers?: {
                /**
                 * Value of the header field.
                 */
                [k: string]: string
              }
              /**
               * Header fields whose values are secrets, such as Authorization.
               */
              secretHeaders?: {
                /**
                 * Value of the header field.
                 */
                [k: string]: SecretSource
              }
              /**
               * Whether the alert is sent with all its fields.
               */
              extended?: boolean | IResolvable
            }
          }
        }
      }
    }
    /**
     * What becomes of rules that are not declared. Not given: they are kept.
     */
    unmanagedRules?: 'keep' | 'remove' | IResolvable
  }
  /**
   * Backups that the console collects from its sensors.
   */
  sensorBackups?: {
    /**
     * Whether backups are collected from the sensors.
     */
    collect?: boolean | IResolvable
    /**
     * Time of day at which they are collected, on the clock of the console. 24-hour time.
     */
    at?: string
    /**
     * How many files are kept of each sensor. At most 9; a file has at most 40 GB, all together at most 100 GB.
     */
    keepPerSensor?: number
    /**
     * Storage that the collected files may take.
     */
    storage?: number
    /**
     * Folder that the files are collected in. Letters, digits, "/" and "_". /var/cyberx/sensor-backups after installation.
     */
    path?: string
  }
  /**
   * System properties. Editing or modifying system properties might damage the operation of the sensor console. Consult with Microsoft Support before you change them.
   */
  systemProperties?: {
    /**
     * Says that the warning of the vendor is known: Editing or modifying system properties might damage the operation of the sensor console. Consult with Microsoft Support before you change them. Needed as soon as one property is declared.
     */
    acknowledgeUnsupported?: true | IResolvable
    /**
     * Property files and their keys. A file is named as below /var/cyberx/properties, or as the category of the console. What is documented is checked; other keys bring a warning. Secrets, and what another field declares, are refused. When a file is read again is documented for settings.py alone (a restart of all processes); for others the sensor may have to be restarted by hand.
     */
    files?: {
      [k: string]: {
        /**
         * Value of the property, as text: put numbers, true and false in quotes.
         */
        [k: string]: string
      }
    }
    /**
     * What becomes of a key that is no longer declared. restore: it gets the value back that it had before the first write, as far as that is remembered. Not given: it stays as it is.
     */
    withdrawnKeys?: 'keep' | 'restore' | IResolvable
  }
}

export interface ProviderSpec {
  /**
   * How to sign in, by name. Reading has no configuration of a resource, so they are declared here. SENSORFORM_USERNAME and SENSORFORM_PASSWORD of the environment are the credentials `default`, unless they are declared.
   */
  credentials?: {
    /**
     * How to sign in.
     */
    [k: string]: {
      /**
       * User of the appliance.
       */
      username: string
      /**
       * Password of the user.
       */
      password: SecretSource
      /**
       * Tried once, and reported, when the password is refused.
       */
      previousPassword?: SecretSource
    }
  }
  /**
   * Where sensors are registered, by name.
   */
  registrars?: {
    /**
     * Where sensors are registered: exactly one of azure, directory.
     */
    [k: string]: {
      /**
       * Registers sensors in Azure through the published Microsoft.IoTSecurity operations.
       */
      azure?: {
        /**
         * Azure Resource Manager. Not given: https://management.azure.com; other clouds have another.
         */
        endpoint?: string
        /**
         * Azure subscription.
         */
        subscriptionId: string
        /**
         * Azure location of the sites.
         */
        location: string
        /**
         * Resource id of an IoT hub, for sensors that are connected via one (legacy): their records lie there, and have no site. Another hub is another registrar, and so a re-activation.
         */
        hub?: string
        /**
         * Bearer token. Without it, @azure/identity signs in as the environment says.
         */
        token?: SecretSource
        /**
         * Whom to trust. Not given: system.
         *
         * Items: Whom to trust: exactly one of pin, pinFile, caFile, system.
         */
        trust?: readonly {
          /**
           * SHA-256 of the public key (SubjectPublicKeyInfo), in base64.
           */
          pin?: string
          /**
           * Pin file (JSON) that `sensorform trust` writes: document key to public key hashes and identity.
           */
          pinFile?: string
          /**
           * Certificate authority, PEM.
           */
          caFile?: string
          /**
           * The certificate authorities of the operating system.
           */
          system?: true | IResolvable
        }[]
      }
      /**
       * Activation files that a person downloads in the portal and hands in; for locally managed and air-gapped sites.
       */
      directory?: {
        /**
         * Folder, below that of the document, in which a person puts activation files named <registered name>.zip.
         */
        path: string
      }
    }
  }
  /**
   * How to reach the management consoles that sensors name in `management_console.console`, by that name.
   */
  managementConsoles?: {
    [k: string]: {
      /**
       * Driver that speaks to the appliance.
       */
      driver?: 'api' | IResolvable
      /**
       * Where the appliance is found. May name the old or the new address, before and after a move. https, a host and perhaps a port; no path and no password. One sensor has it.
       */
      endpoint: string
      /**
       * Name of the credentials (of the Fleet document) to sign in with.
       */
      credentials?: string
      /**
       * Name of the credentials that serve every verb that writes nothing.
       */
      readCredentials?: string
      /**
       * Whom to trust; any entry may match.
       *
       * Items: Whom to trust: exactly one of pin, pinFile, caFile, system.
       */
      trust?: readonly {
        /**
         * SHA-256 of the public key (SubjectPublicKeyInfo), in base64.
         */
        pin?: string
        /**
         * Pin file (JSON) that `sensorform trust` writes: document key to public key hashes and identity.
         */
        pinFile?: string
        /**
         * Certificate authority, PEM.
         */
        caFile?: string
        /**
         * The certificate authorities of the operating system.
         */
        system?: true | IResolvable
      }[]
      /**
       * Name that a certificate signed by a trusted authority must carry.
       */
      serverName?: string
      /**
       * Serial number of the appliance.
       */
      identity?: string
    }
  }
  /**
   * Path of the pin file (JSON, written by `sensorform trust`) that tells appliances whose `access` has no `trust`. An entry goes by host and port of the endpoint (the port only where it is not 443), else by the registered name; that of a console by its name here. Or the environment variable SENSORFORM_PIN_FILE.
   */
  pinFile?: string
  /**
   * Appliances in flight at once, beside `-parallelism` of Terraform. Not given: as many as Terraform asks for. Or the environment variable SENSORFORM_CONCURRENCY.
   */
  concurrency?: number
  /**
   * Key of at least 32 bytes for the tags by which a secret that was changed on an appliance is found. Without it secrets are only written with a new version. Or the environment variable SENSORFORM_FINGERPRINT_KEY.
   */
  fingerprintKey?: SecretSource
  /**
   * Lets an address be changed that does not revert by itself: a mistake cuts the sensor off. Not given: false. Or SENSORFORM_ALLOW_UNGUARDED_NETWORK_CHANGE=true.
   */
  allowUnguardedNetworkChange?: boolean | IResolvable
  /**
   * Registered names of sensors whose registration may be deleted where a renewal or an update across 22.1 needs it.
   */
  allowDelete?: readonly string[] | IResolvable
  /**
   * Registered names whose record may be taken over although the sensor does not report it.
   */
  adoptRecords?: readonly string[] | IResolvable
  /**
   * Registered names of sensors whose peers may be cut off by certificate validation.
   */
  allowCutOff?: readonly string[] | IResolvable
}
