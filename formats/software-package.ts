/**
 * Update packages of sensors, by their names, and the documented path from version to version.
 *
 * Names: `<legacy|upstream>-sensor-secured-patcher-<version>.tar`, later `sensor-secured-patcher-<version>.tar`.
 * Path: 3.1.1 and everything before 10.5.5 goes to 10.5.5 first, then to 22.x. From 22.1 on, activation is another: a
 * sensor that crosses this version is activated anew with a file of the new kind.
 *
 * @module
 */
import { compareVersions } from './version.ts'

const pattern = /^(?:(?:legacy|upstream)-)?sensor-secured-patcher-(\d+(?:\.\d+){1,3})\.tar$/

/** Version that a package is for, by its file name; undefined for any other file. */
export const packageVersion = (fileName: string): string | undefined => pattern.exec(fileName)?.[1]

/** No update passes over it. Documented. */
export const stopVersion = '10.5.5'

/** From here on a sensor is activated in another way. Documented. */
export const newActivationVersion = '22.1'

/** True for the version where every way from an older one stops, whatever its fourth number. */
export const isStop = (version: string): boolean =>
  compareVersions(version.split('.').slice(0, 3).join('.'), stopVersion) === 0

/** True when an update passes over the version at which it has to stop. */
export const skipsStop = (from: string, to: string): boolean =>
  compareVersions(from, stopVersion) < 0 && compareVersions(to, stopVersion) > 0 && !isStop(to)

/** True when a sensor has to be activated anew after an update. */
export const crossesActivation = (from: string, to: string): boolean =>
  compareVersions(from, newActivationVersion) < 0 && compareVersions(to, newActivationVersion) >= 0
