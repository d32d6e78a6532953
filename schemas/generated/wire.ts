/* Generated from schemas/api/ by `npm run generate`. Do not edit. */

/**
 * Items: A sensor as the management console lists it.
 */
export type ManagedAppliances = {
  id: number
  name: string
  /**
   * Serial number of the sensor.
   */
  uid: string
  interfaceAddress?: string | null
  version?: string | null
  isActivated?: boolean | null
  /**
   * SYNCED, OUT_OF_SYNC, TIME_DIFF_OFFSET or DISCONNECTED.
   */
  connectionState:
    | string
    | {
        id: string
        isConsideredConnected: boolean
        description: string
        [k: string]: unknown
      }
  zoneId?: number | null
  [k: string]: unknown
}[]

export interface SensorSettingsApi {
  ApplianceRead: ApplianceRead
  Audit: Audit
  BackupList: BackupList
  CollectedBackups: CollectedBackups
  ConnectionString: ConnectionString
  ConsoleRead: ConsoleRead
  CertificateImport: CertificateImport
  CredentialCheck: CredentialCheck
  CredentialCheckResult: CredentialCheckResult
  ErrorEnvelope: ErrorEnvelope
  Job: Job
  LeaseGrant: LeaseGrant
  LeaseRequest: LeaseRequest
  ManagedAppliance: ManagedAppliance
  ManagedAppliances: ManagedAppliances
  NetworkChangeRequest: NetworkChangeRequest
  PeerCheck: PeerCheck
  PeerCheckRequest: PeerCheckRequest
  PendingNetworkChange: PendingNetworkChange
  Session: Session
  SoftwarePackage: SoftwarePackage
  SoftwareUpdate: SoftwareUpdate
  TargetCheck: TargetCheck
  TestMessageResult: TestMessageResult
  Written: Written
  ZoneAssignment: ZoneAssignment
  WriteTime: WriteTime
  WriteNetwork: WriteNetwork
  WriteCertificate: WriteCertificate
  WriteManagementConsole: WriteManagementConsole
  WriteMailServer: WriteMailServer
  WriteBackup: WriteBackup
  WriteForwarding: WriteForwarding
  WriteSystemProperties: WriteSystemProperties
  WriteSensorBackups: WriteSensorBackups
}
/**
 * The bulk read: the whole sensor.
 */
export interface ApplianceRead {
  kind: 'sensor'
  serialNumber: string
  softwareVersion: string
  /**
   * Also the ETag. Changes with everything in this answer but clock, lease and remaining times.
   */
  revision: string
  clock: {
    /**
     * Clock of the appliance.
     */
    now: string
    /**
     * Date and time as the console shows them, in its time zone and date format.
     */
    displayed: string
    synchronized: boolean
  }
  lease: {
    holder: string
    /**
     * Rises with every acquisition. Every write carries it.
     */
    fence: number
    /**
     * Counts monotonic time and survives reboots.
     */
    remainingSeconds: number
  } | null
  intent: {
    /**
     * Id of the run that wrote it.
     */
    run: string
    /**
     * Id of the step that is under way.
     */
    step: string
    tool: string
    /**
     * UTC, ISO 8601.
     */
    startedAt: string
    /**
     * What the step needs to be taken up again. Holds no secret. At most 16 KiB.
     */
    data: {
      [k: string]: unknown
    }
  } | null
  owner: string | null
  hardwareProfile: string
  /**
   * All settings as the sensor has them.
   */
  settings: {
    /**
     * Time and region.
     */
    time: {
      timezone: string | null
      dateFormat: ('dd/MM/yyyy HH:mm:ss' | 'MM/dd/yyyy HH:mm:ss' | 'yyyy/MM/dd HH:mm:ss') | null
      /**
       * Clock synchronisation.
       */
      ntp: {
        enabled: boolean | null
        server: string | null
      }
    }
    /**
     * Management network of the appliance.
     */
    network: {
      address: string | null
      subnetMask: string | null
      gateway: string | null
      dns: string[] | null
      hostname: string | null
      /**
       * Web proxy between the sensor and the cloud. It must tunnel with HTTP CONNECT.
       */
      proxy: {
        enabled: boolean | null
        host: string | null
        port: number | null
        username: string | null
        password: {
          set: boolean
          tag: {
            /**
             * Id of the fingerprint key.
             */
            keyId: string
            /**
             * HMAC-SHA-256 in base64.
             */
            mac: string
          } | null
        } | null
      }
    }
    /**
     * TLS certificate of the web console and validation of certificates.
     */
    certificate: {
      name: string | null
      certificate: string | null
      chain: string | null
      privateKey: {
        set: boolean
        tag: {
          /**
           * Id of the fingerprint key.
           */
          keyId: string
          /**
           * HMAC-SHA-256 in base64.
           */
          mac: string
        } | null
      } | null
      passphrase: {
        set: boolean
        tag: {
          /**
           * Id of the fingerprint key.
           */
          keyId: string
          /**
           * HMAC-SHA-256 in base64.
           */
          mac: string
        } | null
      } | null
      validation: ('mandatory' | 'none') | null
    }
    /**
     * Connection to the on-premises management console, for sites without a way to the cloud.
     */
    managementConsole: {
      enabled: boolean | null
      connectionString: {
        set: boolean
        tag: {
          /**
           * Id of the fingerprint key.
           */
          keyId: string
          /**
           * HMAC-SHA-256 in base64.
           */
          mac: string
        } | null
      } | null
    }
    /**
     * Mail server that email actions send through.
     */
    mailServer: {
      enabled: boolean | null
      host: string | null
      port: number | null
      tls: ('none' | 'starttls' | 'implicit') | null
      sender: string | null
      username: string | null
      password: {
        set: boolean
        tag: {
          /**
           * Id of the fingerprint key.
           */
          keyId: string
          /**
           * HMAC-SHA-256 in base64.
           */
          mac: string
        } | null
      } | null
    }
    /**
     * Daily backup and where it is written.
     */
    backup: {
      enabled: boolean | null
      directory: string | null
      /**
       * Share outside the sensor that the backups are written to.
       */
      target: {
        enabled: boolean | null
        /**
         * SMB share.
         */
        smb: {
          server: string | null
          share: string | null
          path: string | null
          username: string | null
          password: {
            set: boolean
            tag: {
              /**
               * Id of the fingerprint key.
               */
              keyId: string
              /**
               * HMAC-SHA-256 in base64.
               */
              mac: string
            } | null
          } | null
          version: ('2.0' | '2.1' | '3.0' | '3.1.1') | null
        }
      }
    }
    /**
     * Forwarding of alerts to other systems.
     */
    forwarding: {
      rules: {
        /**
         * One forwarding rule.
         */
        [k: string]: {
          minimumSeverity: ('Warning' | 'Minor' | 'Major' | 'Critical') | null
          protocols: ('any' | string[]) | null
          engines:
            ('any' | ('Protocol Violation' | 'Policy Violation' | 'Malware' | 'Anomaly' | 'Operational')[]) | null
          actions: {
            /**
             * One action of the rule: exactly one of email, syslog, netwitness.
             */
            [k: string]: {
              email: {
                address: string | null
                timezone: string | null
              } | null
              syslog: {
                host: string | null
                port: number | null
                format: ('cef' | 'leef' | 'object' | 'text') | null
                protocol: ('tcp' | 'udp' | 'tls') | null
                tls: {
                  certificate: string | null
                  privateKey: {
                    set: boolean
                    tag: {
                      /**
                       * Id of the fingerprint key.
                       */
                      keyId: string
                      /**
                       * HMAC-SHA-256 in base64.
                       */
                      mac: string
                    } | null
                  } | null
                  passphrase: {
                    set: boolean
                    tag: {
                      /**
                       * Id of the fingerprint key.
                       */
                      keyId: string
                      /**
                       * HMAC-SHA-256 in base64.
                       */
                      mac: string
                    } | null
                  } | null
                } | null
                timezone: string | null
              } | null
              netwitness: {
                host: string | null
                port: number | null
                timezone: string | null
              } | null
            }
          } | null
        }
      } | null
    }
    /**
     * System properties. Editing or modifying system properties might damage the operation of the sensor console. Consult with Microsoft Support before you change them.
     */
    systemProperties: {
      files: {
        [k: string]: {
          /**
           * Value of the property, as text: put numbers, true and false in quotes.
           */
          [k: string]: string
        }
      } | null
    }
  }
  /**
   * Activation as the sensor sees it.
   */
  activation: {
    /**
     * Registered name, from the activation file.
     */
    name: string | null
    mode: ('cloud' | 'local') | null
    /**
     * Site that the activation file names; none in local mode.
     */
    site: string | null
    /**
     * What the Overview page shows; `Valid` when active.
     */
    status: 'NotActivated' | 'Valid' | 'Expired' | 'Rejected' | 'NotConnected'
    /**
     * Of a file for local mode.
     */
    expiresAt: string | null
    /**
     * The installed activation file.
     */
    file: {
      id: string
      /**
       * UTC, ISO 8601.
       */
      createdAt: string
      sha256: string
    } | null
    /**
     * Whether the sensor reaches the cloud; null in local mode.
     */
    cloud: {
      reachable: boolean
      /**
       * What stands in the way, where the sensor can tell.
       */
      obstacle: ('dns' | 'proxy' | 'proxySignIn' | 'tls' | 'firewall') | null
      detail: string | null
    } | null
    /**
     * System message about the activation, such as the one-month warning.
     */
    message: string | null
  }
  /**
   * Connection to the management console as the sensor sees it.
   */
  consoleConnection: {
    state: 'NotConfigured' | 'Connected' | 'Disconnected'
    /**
     * Address of the console, from the connection string.
     */
    address: string | null
    /**
     * Identity of the console that answered last.
     */
    serialNumber: string | null
    /**
     * Why the sensor is not connected.
     */
    message: string | null
  }
  backups: {
    supported: boolean
    latest: {
      name: string
      /**
       * UTC, ISO 8601.
       */
      createdAt: string
      sizeBytes: number
    } | null
    lastError: string | null
    lastRestore: {
      /**
       * Of the job.
       */
      id: string
      /**
       * File that was restored.
       */
      name: string
      /**
       * What the console shows when it failed; null when it succeeded.
       */
      error: string | null
    } | null
  }
  /**
   * What an update needs to know beside the version.
   */
  software: {
    /**
     * Waits to be installed.
     */
    uploaded: {
      name: string
      /**
       * Version that it leads to.
       */
      version: string
      sha256: string
      sizeBytes: number
    } | null
    lastUpdate: {
      from: string
      to: string
      /**
       * UTC, ISO 8601.
       */
      finishedAt: string
      /**
       * Why it failed; the version before it is then back.
       */
      error: string | null
    } | null
    /**
     * Space for a package.
     */
    freeBytes: number
  }
  pending: {
    networkChange: {
      id: string
      from: {
        address: string
        subnetMask: string
        gateway: string
      }
      to: {
        address: string
        subnetMask: string
        gateway: string
      }
      /**
       * It reverts by itself unless confirmed by then.
       */
      remainingSeconds: number
    } | null
    job: {
      id: string
      type: 'activation' | 'backup' | 'restore' | 'update'
      state: 'running' | 'succeeded' | 'failed'
      percentage: number
      /**
       * Of an update, in the words of the vendor.
       */
      stage?:
        | 'UPLOADING'
        | 'PREPARE_TO_INSTALL'
        | 'STOPPING_PROCESSES'
        | 'BACKING_UP_DATA'
        | 'TAKING_SNAPSHOT'
        | 'UPDATING_CONFIGURATION'
        | 'UPDATING_DEPENDENCIES'
        | 'UPDATING_LIBRARIES'
        | 'PATCHING_DATABASES'
        | 'STARTING_PROCESSES'
        | 'VALIDATING_SYSTEM_SANITY'
        | 'VALIDATION_SUCCEEDED_REBOOTING'
        | 'SUCCESS'
        | 'FAILURE'
        | 'UPGRADE_STARTED'
        | 'STARTING_INSTALLATION'
        | 'INSTALLING_OPERATING_SYSTEM'
      /**
       * UTC, ISO 8601.
       */
      startedAt: string
      finishedAt: string | null
      error: {
        code?:
          | 'UNAUTHENTICATED'
          | 'CREDENTIALS_REFUSED'
          | 'ACCOUNT_LOCKED'
          | 'NOT_FOUND'
          | 'INVALID'
          | 'REVISION_CONFLICT'
          | 'LEASE_HELD'
          | 'LEASE_REQUIRED'
          | 'FENCE_STALE'
          | 'BUSY'
          | 'CERTIFICATE_REFUSED'
          | 'ACTIVATION_REFUSED'
          | 'UPDATE_REFUSED'
          | 'NOT_SUPPORTED'
          | 'TARGET_FAILED'
          | 'RESTORE_FAILED'
          | 'CONSOLE_FAILED'
          | 'CONNECTED'
          | 'TIME_ZONE_UNKNOWN'
          | 'MANAGED_ELSEWHERE'
          | 'THROTTLED'
          | 'REBOOTING'
          | 'INTERNAL'
        userDisplayErrorMessage: string
        internalSystemErrorMessage: string
        details?: {
          [k: string]: unknown
        }
      } | null
      result: {
        [k: string]: unknown
      } | null
    } | null
  }
}
export interface Audit {
  /**
   * Newest first.
   */
  entries: {
    /**
     * UTC, ISO 8601.
     */
    at: string
    /**
     * Who.
     */
    user: string
    /**
     * From where: address, and `console` or `api`.
     */
    from: string
    /**
     * What, as in "set" or "activate".
     */
    action: string
    /**
     * Field, as in `time.timezone`.
     */
    path: string | null
    before: unknown
    after: unknown
  }[]
}
export interface BackupList {
  backups: {
    name: string
    /**
     * UTC, ISO 8601.
     */
    createdAt: string
    sizeBytes: number
  }[]
  limitBytes: number | null
}
export interface CollectedBackups {
  /**
   * Newest first.
   */
  files: {
    /**
     * Serial number of the sensor.
     */
    uid: string
    /**
     * Its name when the file was collected.
     */
    sensor: string
    name: string
    /**
     * UTC, ISO 8601.
     */
    createdAt: string
    /**
     * UTC, ISO 8601.
     */
    collectedAt: string
    sizeBytes: number
  }[]
}
/**
 * What a sensor is connected with.
 */
export interface ConnectionString {
  /**
   * <address>:<token>. A secret.
   */
  connectionString: string
}
/**
 * The bulk read: the whole management console.
 */
export interface ConsoleRead {
  kind: 'managementConsole'
  serialNumber: string
  softwareVersion: string
  /**
   * Also the ETag. Changes with everything in this answer but clock, lease and remaining times.
   */
  revision: string
  clock: {
    /**
     * Clock of the appliance.
     */
    now: string
    /**
     * Date and time as the console shows them, in its time zone and date format.
     */
    displayed: string
    synchronized: boolean
  }
  lease: {
    holder: string
    /**
     * Rises with every acquisition. Every write carries it.
     */
    fence: number
    /**
     * Counts monotonic time and survives reboots.
     */
    remainingSeconds: number
  } | null
  intent: {
    /**
     * Id of the run that wrote it.
     */
    run: string
    /**
     * Id of the step that is under way.
     */
    step: string
    tool: string
    /**
     * UTC, ISO 8601.
     */
    startedAt: string
    /**
     * What the step needs to be taken up again. Holds no secret. At most 16 KiB.
     */
    data: {
      [k: string]: unknown
    }
  } | null
  owner: string | null
  /**
   * All settings as the management console has them.
   */
  settings: {
    /**
     * TLS certificate of the web console and validation of certificates.
     */
    certificate: {
      name: string | null
      certificate: string | null
      chain: string | null
      privateKey: {
        set: boolean
        tag: {
          /**
           * Id of the fingerprint key.
           */
          keyId: string
          /**
           * HMAC-SHA-256 in base64.
           */
          mac: string
        } | null
      } | null
      passphrase: {
        set: boolean
        tag: {
          /**
           * Id of the fingerprint key.
           */
          keyId: string
          /**
           * HMAC-SHA-256 in base64.
           */
          mac: string
        } | null
      } | null
      validation: ('mandatory' | 'none') | null
    }
    /**
     * Mail server that email actions send through.
     */
    mailServer: {
      enabled: boolean | null
      host: string | null
      port: number | null
      tls: ('none' | 'starttls' | 'implicit') | null
      sender: string | null
      username: string | null
      password: {
        set: boolean
        tag: {
          /**
           * Id of the fingerprint key.
           */
          keyId: string
          /**
           * HMAC-SHA-256 in base64.
           */
          mac: string
        } | null
      } | null
    }
    /**
     * Forwarding of alerts to other systems.
     */
    forwarding: {
      rules: {
        /**
         * One forwarding rule.
         */
        [k: string]: {
          minimumSeverity: ('Warning' | 'Minor' | 'Major' | 'Critical') | null
          protocols: ('any' | string[]) | null
          engines:
            ('any' | ('Protocol Violation' | 'Policy Violation' | 'Malware' | 'Anomaly' | 'Operational')[]) | null
          systemNotifications: boolean | null
          alertNotifications: boolean | null
          actions: {
            /**
             * One action of the rule: exactly one of email, syslog, netwitness, webhook.
             */
            [k: string]: {
              email: {
                address: string | null
                timezone: string | null
              } | null
              syslog: {
                host: string | null
                port: number | null
                format: ('cef' | 'leef' | 'object' | 'text') | null
                protocol: ('tcp' | 'udp' | 'tls') | null
                tls: {
                  certificate: string | null
                  privateKey: {
                    set: boolean
                    tag: {
                      /**
                       * Id of the fingerprint key.
                       */
                      keyId: string
                      /**
                       * HMAC-SHA-256 in base64.
                       */
                      mac: string
                    } | null
                  } | null
                  passphrase: {
                    set: boolean
                    tag: {
                      /**
                       * Id of the fingerprint key.
                       */
                      keyId: string
                      /**
                       * HMAC-SHA-256 in base64.
                       */
                      mac: string
                    } | null
                  } | null
                } | null
                timezone: string | null
              } | null
              netwitness: {
                host: string | null
                port: number | null
                timezone: string | null
              } | null
              webhook: {
                url: string | null
                headers: {
                  /**
                   * Value of the header field.
                   */
                  [k: string]: string
                } | null
                secretHeaders: {
                  /**
                   * A secret as it is read: whether it is set, and its tag. Never the value.
                   */
                  [k: string]: {
                    set: boolean
                    tag: {
                      /**
                       * Id of the fingerprint key.
                       */
                      keyId: string
                      /**
                       * HMAC-SHA-256 in base64.
                       */
                      mac: string
                    } | null
                  }
                } | null
                extended: boolean | null
              } | null
            }
          } | null
        }
      } | null
    }
    /**
     * Backups that the console collects from its sensors.
     */
    sensorBackups: {
      collect: boolean | null
      at: string | null
      keepPerSensor: number | null
      storage: number | null
      path: string | null
    }
    /**
     * System properties. Editing or modifying system properties might damage the operation of the sensor console. Consult with Microsoft Support before you change them.
     */
    systemProperties: {
      files: {
        [k: string]: {
          /**
           * Value of the property, as text: put numbers, true and false in quotes.
           */
          [k: string]: string
        }
      } | null
    }
  }
  /**
   * Sites and zones of the Site Management window.
   */
  sites: {
    name: string
    zones: {
      id: number
      name: string
    }[]
  }[]
  /**
   * Backups collected from the sensors.
   */
  sensorBackups: {
    /**
     * Collected files that are kept.
     */
    files: number
    lastRunAt: string | null
    lastError: string | null
  }
  pending: {
    job: {
      id: string
      type: 'activation' | 'backup' | 'restore' | 'update'
      state: 'running' | 'succeeded' | 'failed'
      percentage: number
      /**
       * Of an update, in the words of the vendor.
       */
      stage?:
        | 'UPLOADING'
        | 'PREPARE_TO_INSTALL'
        | 'STOPPING_PROCESSES'
        | 'BACKING_UP_DATA'
        | 'TAKING_SNAPSHOT'
        | 'UPDATING_CONFIGURATION'
        | 'UPDATING_DEPENDENCIES'
        | 'UPDATING_LIBRARIES'
        | 'PATCHING_DATABASES'
        | 'STARTING_PROCESSES'
        | 'VALIDATING_SYSTEM_SANITY'
        | 'VALIDATION_SUCCEEDED_REBOOTING'
        | 'SUCCESS'
        | 'FAILURE'
        | 'UPGRADE_STARTED'
        | 'STARTING_INSTALLATION'
        | 'INSTALLING_OPERATING_SYSTEM'
      /**
       * UTC, ISO 8601.
       */
      startedAt: string
      finishedAt: string | null
      error: {
        code?:
          | 'UNAUTHENTICATED'
          | 'CREDENTIALS_REFUSED'
          | 'ACCOUNT_LOCKED'
          | 'NOT_FOUND'
          | 'INVALID'
          | 'REVISION_CONFLICT'
          | 'LEASE_HELD'
          | 'LEASE_REQUIRED'
          | 'FENCE_STALE'
          | 'BUSY'
          | 'CERTIFICATE_REFUSED'
          | 'ACTIVATION_REFUSED'
          | 'UPDATE_REFUSED'
          | 'NOT_SUPPORTED'
          | 'TARGET_FAILED'
          | 'RESTORE_FAILED'
          | 'CONSOLE_FAILED'
          | 'CONNECTED'
          | 'TIME_ZONE_UNKNOWN'
          | 'MANAGED_ELSEWHERE'
          | 'THROTTLED'
          | 'REBOOTING'
          | 'INTERNAL'
        userDisplayErrorMessage: string
        internalSystemErrorMessage: string
        details?: {
          [k: string]: unknown
        }
      } | null
      result: {
        [k: string]: unknown
      } | null
    } | null
  }
}
/**
 * Imports a certificate; the served certificate is replaced when the answer was sent.
 */
export interface CertificateImport {
  name: string | null
  /**
   * PEM.
   */
  certificate: string
  /**
   * PEM.
   */
  chain: string | null
  /**
   * PEM.
   */
  privateKey: string
  privateKeyTag: {
    keyId: string
    mac: string
  } | null
  passphrase: string | null
  passphraseTag: {
    keyId: string
    mac: string
  } | null
}
export interface CredentialCheck {
  username: string
  password: string
}
export interface CredentialCheckResult {
  msg: 'Authentication succeeded.'
}
/**
 * Every answer with a status of 400 or more.
 */
export interface ErrorEnvelope {
  error: {
    code?:
      | 'UNAUTHENTICATED'
      | 'CREDENTIALS_REFUSED'
      | 'ACCOUNT_LOCKED'
      | 'NOT_FOUND'
      | 'INVALID'
      | 'REVISION_CONFLICT'
      | 'LEASE_HELD'
      | 'LEASE_REQUIRED'
      | 'FENCE_STALE'
      | 'BUSY'
      | 'CERTIFICATE_REFUSED'
      | 'ACTIVATION_REFUSED'
      | 'UPDATE_REFUSED'
      | 'NOT_SUPPORTED'
      | 'TARGET_FAILED'
      | 'RESTORE_FAILED'
      | 'CONSOLE_FAILED'
      | 'CONNECTED'
      | 'TIME_ZONE_UNKNOWN'
      | 'MANAGED_ELSEWHERE'
      | 'THROTTLED'
      | 'REBOOTING'
      | 'INTERNAL'
    userDisplayErrorMessage: string
    internalSystemErrorMessage: string
    details?: {
      [k: string]: unknown
    }
  }
}
/**
 * Long work.
 */
export interface Job {
  id: string
  type: 'activation' | 'backup' | 'restore' | 'update'
  state: 'running' | 'succeeded' | 'failed'
  percentage: number
  /**
   * Of an update, in the words of the vendor.
   */
  stage?:
    | 'UPLOADING'
    | 'PREPARE_TO_INSTALL'
    | 'STOPPING_PROCESSES'
    | 'BACKING_UP_DATA'
    | 'TAKING_SNAPSHOT'
    | 'UPDATING_CONFIGURATION'
    | 'UPDATING_DEPENDENCIES'
    | 'UPDATING_LIBRARIES'
    | 'PATCHING_DATABASES'
    | 'STARTING_PROCESSES'
    | 'VALIDATING_SYSTEM_SANITY'
    | 'VALIDATION_SUCCEEDED_REBOOTING'
    | 'SUCCESS'
    | 'FAILURE'
    | 'UPGRADE_STARTED'
    | 'STARTING_INSTALLATION'
    | 'INSTALLING_OPERATING_SYSTEM'
  /**
   * UTC, ISO 8601.
   */
  startedAt: string
  finishedAt: string | null
  error: {
    code?:
      | 'UNAUTHENTICATED'
      | 'CREDENTIALS_REFUSED'
      | 'ACCOUNT_LOCKED'
      | 'NOT_FOUND'
      | 'INVALID'
      | 'REVISION_CONFLICT'
      | 'LEASE_HELD'
      | 'LEASE_REQUIRED'
      | 'FENCE_STALE'
      | 'BUSY'
      | 'CERTIFICATE_REFUSED'
      | 'ACTIVATION_REFUSED'
      | 'UPDATE_REFUSED'
      | 'NOT_SUPPORTED'
      | 'TARGET_FAILED'
      | 'RESTORE_FAILED'
      | 'CONSOLE_FAILED'
      | 'CONNECTED'
      | 'TIME_ZONE_UNKNOWN'
      | 'MANAGED_ELSEWHERE'
      | 'THROTTLED'
      | 'REBOOTING'
      | 'INTERNAL'
    userDisplayErrorMessage: string
    internalSystemErrorMessage: string
    details?: {
      [k: string]: unknown
    }
  } | null
  result: {
    [k: string]: unknown
  } | null
}
export interface LeaseGrant {
  holder: string
  /**
   * Rises with every acquisition. Every write carries it.
   */
  fence: number
  /**
   * Counts monotonic time and survives reboots.
   */
  remainingSeconds: number
  /**
   * After the call; an intent is part of the bulk read.
   */
  revision: string
  /**
   * Right before the call: another one than was read last means that somebody changed something.
   */
  revisionBefore: string
}
/**
 * Acquires or renews the lease.
 */
export interface LeaseRequest {
  /**
   * Who asks: run id and host.
   */
  holder: string
  ttlSeconds: number
  /**
   * Given to renew; left out to acquire.
   */
  fence?: number
  /**
   * Replaces the intent in the same call; null clears it; left out keeps it.
   */
  intent?: {
    /**
     * Id of the run that wrote it.
     */
    run: string
    /**
     * Id of the step that is under way.
     */
    step: string
    tool: string
    /**
     * UTC, ISO 8601.
     */
    startedAt: string
    /**
     * What the step needs to be taken up again. Holds no secret. At most 16 KiB.
     */
    data: {
      [k: string]: unknown
    }
  } | null
  /**
   * Replaces the owner in the same call; null clears it; left out keeps it.
   */
  owner?: string | null
}
/**
 * A sensor as the management console lists it.
 */
export interface ManagedAppliance {
  id: number
  name: string
  /**
   * Serial number of the sensor.
   */
  uid: string
  interfaceAddress?: string | null
  version?: string | null
  isActivated?: boolean | null
  /**
   * SYNCED, OUT_OF_SYNC, TIME_DIFF_OFFSET or DISCONNECTED.
   */
  connectionState:
    | string
    | {
        id: string
        isConsideredConnected: boolean
        description: string
        [k: string]: unknown
      }
  zoneId?: number | null
  [k: string]: unknown
}
/**
 * Address, mask and gateway as one guarded change.
 */
export interface NetworkChangeRequest {
  address: string
  subnetMask: string
  gateway: string
  confirmWithinSeconds: number
}
/**
 * Each peer that the appliance speaks TLS with, and how its certificate fares.
 */
export interface PeerCheck {
  peers: {
    /**
     * What the peer belongs to, as in `mailServer` or a forwarding action.
     */
    path: string
    host: string
    port: number
    /**
     * `invalid`: validation would cut it off. `unreachable`: it did not answer.
     */
    result: 'valid' | 'invalid' | 'unreachable'
    message: string
  }[]
}
/**
 * Asks what certificate validation would halt.
 */
export interface PeerCheckRequest {
  /**
   * PEM. The certificate chain to judge by, where it is about to be replaced; null: the present one.
   */
  authorities: string | null
  /**
   * Peers that are about to be set up, beside those that are; one under the path of a present one takes its place.
   *
   * @maxItems 1000
   */
  peers?: {
    /**
     * What the peer will belong to, as in the answer.
     */
    path: string
    host: string
    port: number
    /**
     * When encryption begins.
     */
    tls: 'implicit' | 'starttls'
  }[]
}
/**
 * A network change that is in effect but not confirmed.
 */
export interface PendingNetworkChange {
  id: string
  from: {
    address: string
    subnetMask: string
    gateway: string
  }
  to: {
    address: string
    subnetMask: string
    gateway: string
  }
  /**
   * It reverts by itself unless confirmed by then.
   */
  remainingSeconds: number
}
export interface Session {
  /**
   * Sent as `Authorization: Bearer <token>`.
   */
  token: string
  /**
   * The session ends when it was idle for so long, on the clock of the sensor. 300.
   */
  idleSeconds: number
  /**
   * Identity of the appliance.
   */
  serialNumber: string
}
/**
 * An update package that was uploaded whole.
 */
export interface SoftwarePackage {
  name: string
  /**
   * Version that it leads to.
   */
  version: string
  sha256: string
  sizeBytes: number
}
/**
 * Installs the package that was uploaded under this name with this hash.
 */
export interface SoftwareUpdate {
  name: string
  sha256: string
}
export interface TargetCheck {
  ok: boolean
  message: string
}
export interface TestMessageResult {
  actions: {
    action: string
    ok: boolean
    message: string
  }[]
}
export interface Written {
  revision: string
}
export interface ZoneAssignment {
  /**
   * Left out: the only site that has such a zone.
   */
  site?: string
  zone: string
}
/**
 * Time and region.
 */
export interface WriteTime {
  timezone?: string | null
  dateFormat?: ('dd/MM/yyyy HH:mm:ss' | 'MM/dd/yyyy HH:mm:ss' | 'yyyy/MM/dd HH:mm:ss') | null
  ntp?: {
    enabled?: boolean | null
    server?: string | null
  } | null
}
/**
 * Management network of the appliance.
 */
export interface WriteNetwork {
  address?: string | null
  subnetMask?: string | null
  gateway?: string | null
  dns?: string[] | null
  hostname?: string | null
  proxy?: {
    enabled?: boolean | null
    host?: string | null
    port?: number | null
    username?: string | null
    password?: {
      value: string
      tag: {
        /**
         * Id of the fingerprint key.
         */
        keyId: string
        /**
         * HMAC-SHA-256 in base64.
         */
        mac: string
      } | null
    } | null
  } | null
}
/**
 * TLS certificate of the web console and validation of certificates.
 */
export interface WriteCertificate {
  name?: string | null
  certificate?: string | null
  chain?: string | null
  privateKey?: {
    value: string
    tag: {
      /**
       * Id of the fingerprint key.
       */
      keyId: string
      /**
       * HMAC-SHA-256 in base64.
       */
      mac: string
    } | null
  } | null
  passphrase?: {
    value: string
    tag: {
      /**
       * Id of the fingerprint key.
       */
      keyId: string
      /**
       * HMAC-SHA-256 in base64.
       */
      mac: string
    } | null
  } | null
  validation?: ('mandatory' | 'none') | null
}
/**
 * Connection to the on-premises management console, for sites without a way to the cloud.
 */
export interface WriteManagementConsole {
  enabled?: boolean | null
  connectionString?: {
    value: string
    tag: {
      /**
       * Id of the fingerprint key.
       */
      keyId: string
      /**
       * HMAC-SHA-256 in base64.
       */
      mac: string
    } | null
  } | null
}
/**
 * Mail server that email actions send through.
 */
export interface WriteMailServer {
  enabled?: boolean | null
  host?: string | null
  port?: number | null
  tls?: ('none' | 'starttls' | 'implicit') | null
  sender?: string | null
  username?: string | null
  password?: {
    value: string
    tag: {
      /**
       * Id of the fingerprint key.
       */
      keyId: string
      /**
       * HMAC-SHA-256 in base64.
       */
      mac: string
    } | null
  } | null
}
/**
 * Daily backup and where it is written.
 */
export interface WriteBackup {
  enabled?: boolean | null
  directory?: string | null
  target?: {
    enabled?: boolean | null
    smb?: {
      server?: string | null
      share?: string | null
      path?: string | null
      username?: string | null
      password?: {
        value: string
        tag: {
          /**
           * Id of the fingerprint key.
           */
          keyId: string
          /**
           * HMAC-SHA-256 in base64.
           */
          mac: string
        } | null
      } | null
      version?: ('2.0' | '2.1' | '3.0' | '3.1.1') | null
    } | null
  } | null
}
/**
 * Forwarding of alerts to other systems.
 */
export interface WriteForwarding {
  rules?: {
    [k: string]: {
      minimumSeverity?: ('Warning' | 'Minor' | 'Major' | 'Critical') | null
      protocols?: ('any' | string[]) | null
      engines?: ('any' | ('Protocol Violation' | 'Policy Violation' | 'Malware' | 'Anomaly' | 'Operational')[]) | null
      systemNotifications?: boolean | null
      alertNotifications?: boolean | null
      actions?: {
        [k: string]: {
          email?: {
            address?: string | null
            timezone?: string | null
          } | null
          syslog?: {
            host?: string | null
            port?: number | null
            format?: ('cef' | 'leef' | 'object' | 'text') | null
            protocol?: ('tcp' | 'udp' | 'tls') | null
            tls?: {
              certificate?: string | null
              privateKey?: {
                value: string
                tag: {
                  /**
                   * Id of the fingerprint key.
                   */
                  keyId: string
                  /**
                   * HMAC-SHA-256 in base64.
                   */
                  mac: string
                } | null
              } | null
              passphrase?: {
                value: string
                tag: {
                  /**
                   * Id of the fingerprint key.
                   */
                  keyId: string
                  /**
                   * HMAC-SHA-256 in base64.
                   */
                  mac: string
                } | null
              } | null
            } | null
            timezone?: string | null
          } | null
          netwitness?: {
            host?: string | null
            port?: number | null
            timezone?: string | null
          } | null
          webhook?: {
            url?: string | null
            headers?: {
              [k: string]: string | null
            } | null
            secretHeaders?: {
              [k: string]: {
                value: string
                tag: {
                  /**
                   * Id of the fingerprint key.
                   */
                  keyId: string
                  /**
                   * HMAC-SHA-256 in base64.
                   */
                  mac: string
                } | null
              } | null
            } | null
            extended?: boolean | null
          } | null
        } | null
      } | null
    } | null
  } | null
}
/**
 * System properties. Editing or modifying system properties might damage the operation of the sensor console. Consult with Microsoft Support before you change them.
 */
export interface WriteSystemProperties {
  files?: {
    [k: string]: {
      [k: string]: string | null
    } | null
  } | null
}
/**
 * Backups that the console collects from its sensors.
 */
export interface WriteSensorBackups {
  collect?: boolean | null
  at?: string | null
  keepPerSensor?: number | null
  storage?: number | null
  path?: string | null
}
