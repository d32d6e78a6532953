/**
 * The layers of an appliance, with the place of every value.
 *
 * @module
 */
import { applianceSchemas, type ApplianceKind } from '../schemas/documents.ts'
import type { Origin } from '../schemas/fleet.ts'
import type { SourcePlace } from '../schemas/problem.ts'
import type { CheckedDocument } from './check-document.ts'
import { mergeTrees, toTree, type Tree } from './layer.ts'
import type { ParsedDocument } from './parse-documents.ts'
import { rangeAt } from './range-at.ts'
import { placeOf } from './source.ts'

/** Where a value stands: the document of its layer and the path there. */
export interface From {
  layer: Origin['layer']
  document: ParsedDocument
  path: readonly PropertyKey[]
}

export type LayerTree = Tree<From>

const trees = new WeakMap<ParsedDocument, LayerTree>()

/** The tree of a document's layer. That of a fleet or a site is made once, as it is part of every sensor. */
export function layerOf(document: CheckedDocument): LayerTree {
  if (isAppliance(document)) return makeLayer(document)
  const known = trees.get(document)
  if (known) return known
  const tree = makeLayer(document)
  trees.set(document, tree)
  return tree
}

function makeLayer(document: CheckedDocument): LayerTree {
  const [value, path] = isAppliance(document)
    ? [document.data.spec, ['spec']]
    : [document.data.spec.defaults ?? {}, ['spec', 'defaults']]
  const layer = layerNames[document.kind]
  const schema = applianceSchemas[isAppliance(document) ? document.kind : 'Sensor'].layer
  return toTree<From>(schema, value, (below) => ({ layer, document, path: [...path, ...below] }))
}

const layerNames = { Fleet: 'fleet', Site: 'site', Sensor: 'sensor', ManagementConsole: 'console' } as const

/** True for a document that an appliance stands behind. */
export const isAppliance = (document: CheckedDocument): document is ApplianceDocument =>
  Object.hasOwn(applianceSchemas, document.kind)

export type ApplianceDocument = Extract<CheckedDocument, { kind: ApplianceKind }>

/** All layers of an appliance, the lowest first, as one tree. */
export const mergeLayers = (layers: readonly LayerTree[]): LayerTree => layers.reduce(mergeTrees)

const origins = new WeakMap<From, Origin>()

/** The place of a value; made once where sensors inherit it, and when it is asked for, as few are. */
export function originOf(from: From): Origin {
  if (!isInherited(from)) return makeOrigin(from)
  let origin = origins.get(from)
  if (!origin) origins.set(from, (origin = makeOrigin(from)))
  return origin
}

/** True for a value of a layer that many sensors share. Remembering the others would cost more than it saves. */
export const isInherited = ({ layer }: From): boolean => layer === 'fleet' || layer === 'site'

function makeOrigin({ layer, document, path }: From): Origin {
  let place: SourcePlace | undefined
  return {
    layer,
    get place() {
      return (place ??= placeOf(document.source, rangeAt(document, path)))
    },
  }
}
