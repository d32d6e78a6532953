/** What planning and carrying out an update of the software find. */
import type { Catalog } from './entry.ts'

const planning = {
  SOFTWARE_DOWNGRADE: {
    severity: 'error',
    title: 'The declared software version is older than what runs',
    explanation: 'Packages lead to newer versions only. An older one takes a new installation.',
    remedy: 'Declare the version that runs, or a later one.',
  },
  UPDATE_PACKAGE_MISSING: {
    severity: 'error',
    title: 'A package on the way to the declared version is not declared',
    explanation:
      'The documented path leads from 3.1.1 over 10.5.5 to 22.x. An update that cannot be ended is not begun, so that no sensor stays half way.',
    remedy: 'Download the package in the portal and declare it in software.packages.',
  },
  UPDATE_LEG_NOT_OFFERED: {
    severity: 'error',
    title: 'The cloud offers no update that leads to the declared version',
    explanation:
      'The cloud lists the updates that it offers, each with the oldest version from which it leads (packageDownloads). The sensor is older than that, and no declared package leads there.',
    remedy: 'Declare a package of a version in between, out of those that the cloud offers.',
  },
  UPDATE_NOT_LISTED: {
    severity: 'warning',
    title: 'The cloud does not list a version on the way',
    explanation:
      'The list of the cloud may hold the latest versions only, so that this alone refuses nothing: a package that is declared with its hash is sent, and the sensor judges it.',
    remedy: 'Check the version and its package in the portal; or declare one that is listed.',
  },
  UPDATES_NOT_LISTED: {
    severity: 'warning',
    title: 'The cloud did not say which updates it offers',
    explanation: 'The way to the declared version is held to the documented path alone: 3.1.1, 10.5.5, then 22.x.',
    remedy: 'Look at the reason that is given. The Security Reader role may list updates.',
  },
  UPDATE_NEEDS_ACTIVATION: {
    severity: 'error',
    title: 'The sensor cannot be updated while it is not activated',
    explanation:
      'The vendor asks for an activated sensor before an update. Across 22.1 the activation must be redone, so that such an update is planned only together with its re-activation: where that is withheld (the cloud is out of reach, the clock is off), no update begins.',
    remedy:
      'Activate the sensor first, or mend what its activation is withheld for; do not narrow a run across 22.1 by --only.',
  },
  LEGACY_RECORD: {
    severity: 'warning',
    title: 'The registration of before an update across 22.1 is still listed',
    explanation:
      'Preparing an update to 22.x makes another registration, and the portal goes on listing the one before. It is known again by the moment at which it was made, as seen before the update. It is deleted only where --allow-delete names the sensor, only while it is not connected, and only after the new registration is valid and listed with the new version.',
    remedy:
      'Say --allow-delete KEY, or delete it in the portal. Where several may be it, nothing is deleted: look in the portal.',
  },
  UPDATE_WITHOUT_BACKUP: {
    severity: 'warning',
    title: 'The sensor is updated without a backup before',
    explanation: 'The vendor advises a backup before an update, and here none can be made.',
    remedy: 'Make one by hand; software.backupFirst: false says that none is wanted.',
  },
} as const satisfies Catalog

const applying = {
  PACKAGE_UNREADABLE: {
    severity: 'error',
    title: 'A package cannot be read',
    explanation: 'The file was there when the documents were loaded, and is not when it should be sent.',
    remedy: 'Put it back, or apply on the machine where it lies. Nothing was sent.',
  },
  PACKAGE_ALTERED: {
    severity: 'error',
    title: 'A package has another hash than is declared',
    explanation:
      'The hash of each package of the way is taken before the first of them is sent. This file is not the one that was declared: a broken download, or another file under its name.',
    remedy: 'Download the package again, or correct sha256. Nothing was sent.',
  },
  UPDATE_OVERDUE: {
    severity: 'error',
    title: 'An update does not end',
    explanation: 'An update takes about 30 minutes; this one has not ended after 90. The sensor counts as unknown.',
    remedy: 'Look at the console of the sensor. The next run goes on from what it finds.',
  },
} as const satisfies Catalog

const device = {
  UPDATE_PACKAGE_REFUSED: {
    severity: 'error',
    title: 'The sensor refuses the package',
    explanation: 'What arrived is no update package of the vendor, or has another hash than was sent.',
    remedy: 'Download the package again in the portal; do not unpack, rename or change it.',
  },
  UPDATE_PATH_REFUSED: {
    severity: 'error',
    title: 'The sensor refuses the way to the version',
    explanation: 'A version in between was left out, or the way leads back.',
    remedy: 'Declare the packages on the documented path: 3.1.1, 10.5.5, then 22.x.',
  },
  UPDATE_NOT_ACTIVATED: {
    severity: 'error',
    title: 'The sensor takes no update while it is not activated',
    explanation: 'The vendor asks for an onboarded and activated sensor.',
    remedy: 'Activate the sensor, then run again.',
  },
  UPDATE_NO_SPACE: {
    severity: 'error',
    title: 'The sensor has too little space for the package',
    explanation: 'The package has to lie on the sensor before it is installed. Nothing was installed.',
    remedy: 'Remove old captures and backups from the sensor, then run again.',
  },
  UPDATE_FAILED: {
    severity: 'error',
    title: 'The update failed',
    explanation:
      'The sensor went back to the version before. Its health page shows "Sensor update failed" where it is connected to the cloud.',
    remedy:
      'Look into /opt/sensor/logs on the sensor (legacy-upgrade.log, install.log), as cyberx_host over SSH; the next run tries again.',
  },
} as const satisfies Catalog

export const updating = { ...planning, ...applying, ...device } as const satisfies Catalog
