/**
 * One on-premises management console: the spec that everything else is projected from. The only place where its aspects
 * are listed.
 *
 * @module
 */
import * as z from 'zod'
import { certificate } from './aspects/certificate.ts'
import { consoleForwarding } from './aspects/forwarding.ts'
import { mailServer } from './aspects/mail-server.ts'
import { sensorBackups } from './aspects/sensor-backups.ts'
import { systemProperties } from './aspects/system-properties.ts'

export const consoleAspects = {
  certificate: certificate.optional(),
  mailServer: mailServer.optional(),
  forwarding: consoleForwarding.optional(),
  sensorBackups: sensorBackups.optional(),
  systemProperties: systemProperties.optional(),
}

export const consoleSettings = z
  .strictObject(consoleAspects)
  .meta({ description: 'Settings of one management console.' })

export type ConsoleSettings = z.infer<typeof consoleSettings>
export type ConsoleAspect = keyof ConsoleSettings

/** All of them are settings of the appliance itself. */
export const consoleSettingAspects = Object.keys(consoleAspects) as ConsoleAspect[]
