/**
 * One sensor: the spec that everything else is projected from. The only place where its aspects are listed.
 *
 * @module
 */
import * as z from 'zod'
import { activation } from './aspects/activation.ts'
import { backup } from './aspects/backup.ts'
import { certificate } from './aspects/certificate.ts'
import { forwarding } from './aspects/forwarding.ts'
import { mailServer } from './aspects/mail-server.ts'
import { managementConsole } from './aspects/management-console.ts'
import { name } from './aspects/name.ts'
import { network } from './aspects/network.ts'
import { registration } from './aspects/registration.ts'
import { software } from './aspects/software.ts'
import { systemProperties } from './aspects/system-properties.ts'
import { time } from './aspects/time.ts'

/** Aspects in the order in which their steps run inside a sensor; address, mask and gateway come last of all. */
export const sensorAspects = {
  name: name.optional(),
  registration: registration.optional(),
  activation: activation.optional(),
  time: time.optional(),
  network: network.optional(),
  certificate: certificate.optional(),
  managementConsole: managementConsole.optional(),
  mailServer: mailServer.optional(),
  backup: backup.optional(),
  forwarding: forwarding.optional(),
  systemProperties: systemProperties.optional(),
  software: software.optional(),
}

export const sensorSettings = z.strictObject(sensorAspects).meta({ description: 'Settings of one sensor.' })

export type SensorSettings = z.infer<typeof sensorSettings>
export type AspectName = keyof SensorSettings

/** Aspects that the registration and its activation file decide. Every other one is a setting of the appliance itself. */
export const registeredAspects = ['name', 'registration', 'activation'] as const satisfies readonly AspectName[]

/** Aspects that are read and written in ways of their own: none of their fields is set by writing a value. */
const otherWays = [...registeredAspects, 'software'] as const satisfies readonly AspectName[]

export type SettingAspect = Exclude<AspectName, (typeof otherWays)[number]>

/** Aspects that are settings of the appliance itself, by name. */
export const settingAspects = (Object.keys(sensorAspects) as AspectName[]).filter(
  (aspect): aspect is SettingAspect => !(otherWays as readonly string[]).includes(aspect),
)
