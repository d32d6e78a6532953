/**
 * The way from the version that runs to the declared one, over versions whose package is declared. A leg may begin at the
 * oldest version that the documented path names, or at a later one where the registrar says so.
 *
 * @module
 */
import { isStop, stopVersion } from '../../formats/software-package.ts'
import { compareVersions } from '../../formats/version.ts'
import type { OfferedUpdate } from '../registrar.ts'

export interface WayQuestion {
  /** Versions whose package is declared. */
  packaged: readonly string[]
  /** What the registrar offers, where it could be asked. */
  offers: readonly OfferedUpdate[] | undefined
}

/** A leg that no declared package leads to. */
export interface Gap {
  from: string
  to: string
  /** The oldest version that an update to `to` begins at. */
  base: string
  /** The registrar says so; else the documented path. */
  isOffered: boolean
}

/** The versions of a way in their order, `to` the last of them; or where it ends. */
export function findWay(from: string, to: string, question: WayQuestion): readonly string[] | Gap {
  const base = baseOf(to, question.offers)
  if (!base || compareVersions(from, base.version) >= 0) return [to]
  const between = question.packaged
    .filter((version) => isBetween(version, from, to) && compareVersions(version, base.version) >= 0)
    .toSorted(compareVersions)
  const ways = between.map((version) => findWay(from, version, question))
  const way = ways.find(isWay)
  return way ? [...way, to] : (ways[0] ?? { from, to, base: base.version, isOffered: base.isOffered })
}

export const isWay = (way: readonly string[] | Gap): way is readonly string[] => Array.isArray(way)

const isBetween = (version: string, from: string, to: string): boolean =>
  compareVersions(version, from) > 0 && compareVersions(version, to) < 0

/** The later of what is documented and what the registrar says. */
function baseOf(to: string, offers: WayQuestion['offers']): { version: string; isOffered: boolean } | undefined {
  const isDocumented = compareVersions(to, stopVersion) > 0 && !isStop(to)
  const offered = offersOf(to, offers ?? [])
    .flatMap(({ fromVersion }) => fromVersion ?? [])
    .toSorted(compareVersions)[0]
  const isLater = offered !== undefined && (!isDocumented || compareVersions(offered, stopVersion) > 0)
  if (isLater) return { version: offered, isOffered: true }
  return isDocumented ? { version: stopVersion, isOffered: false } : undefined
}

/** What is offered of one version. */
export const offersOf = (version: string, offers: readonly OfferedUpdate[]): OfferedUpdate[] =>
  offers.filter((offer) => compareVersions(offer.version, version) === 0)

/** What is offered to a sensor of one version. */
export const offeredFrom = (from: string, offers: readonly OfferedUpdate[]): OfferedUpdate[] =>
  offers.filter(
    ({ version, fromVersion }) =>
      compareVersions(version, from) > 0 && (fromVersion === undefined || compareVersions(fromVersion, from) <= 0),
  )
