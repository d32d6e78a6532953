/**
 * Layering as an algebra: a layer is a tree, `mergeTrees` lays one over another, and only at the end the withdrawn
 * parts fall out. Maps merge; leaves replace whole; `null` withdraws, and what is declared above a withdrawal begins anew.
 * Merging is associative, and every leaf knows where it came from.
 *
 * @module
 */
import * as z from 'zod'
import { factsOf, unwrapped } from '../schemas/layered.ts'
import { isObject, memberOf } from './schema-walk.ts'

/** `from` says where the value stands; `resets` that nothing from below shines through the map. */
export type Tree<From> =
  | { kind: 'leaf'; value: unknown; from: From }
  | { kind: 'withdrawn'; from: From }
  | { kind: 'map'; resets: boolean; entries: ReadonlyMap<string, Tree<From>>; from: From }

export type TreePath = readonly string[]

/** A value as a tree. The schema says what is a map that merges and what is a leaf. */
export function toTree<From>(
  schema: z.ZodType,
  value: unknown,
  from: (path: TreePath) => From,
  path: TreePath = [],
): Tree<From> {
  if (value === null) return { kind: 'withdrawn', from: from(path) }
  if (!merges(schema) || !isObject(value)) return { kind: 'leaf', value, from: from(path) }
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => [key, toTree(memberOf(schema, key) ?? z.unknown(), item, from, [...path, key])] as const)
  return { kind: 'map', resets: false, entries: new Map(entries), from: from(path) }
}

function merges(schema: z.ZodType): boolean {
  const inner = unwrapped(schema)
  return (inner instanceof z.ZodObject || inner instanceof z.ZodRecord) && factsOf(schema)?.['x-leaf'] !== true
}

/** Lays `upper` over `lower`. */
export function mergeTrees<From>(lower: Tree<From>, upper: Tree<From>): Tree<From> {
  if (upper.kind !== 'map' || upper.resets) return upper
  if (lower.kind !== 'map') return { ...upper, resets: true }
  const entries = new Map(lower.entries)
  for (const [key, tree] of upper.entries) {
    const below = entries.get(key)
    entries.set(key, below ? mergeTrees(below, tree) : tree)
  }
  return { ...upper, resets: lower.resets, entries }
}

/** The value that remains; undefined when all of it is withdrawn. */
export function toValue(tree: Tree<unknown>): unknown {
  if (tree.kind === 'leaf') return tree.value
  if (tree.kind === 'withdrawn') return undefined
  const values = [...tree.entries].map(([key, item]) => [key, toValue(item)] as const)
  return Object.fromEntries(values.filter(([, value]) => value !== undefined))
}

/** Where the value at a path came from, or that of the nearest place above it. */
export function originAt<From>(tree: Tree<From>, path: readonly PropertyKey[]): From {
  const [key, ...rest] = path
  const next = tree.kind === 'map' && key !== undefined ? tree.entries.get(String(key)) : undefined
  return next && next.kind !== 'withdrawn' ? originAt(next, rest) : tree.from
}

/** Every leaf that remains, with its path. */
export function leavesOf<From>(
  tree: Tree<From>,
  path: TreePath = [],
): { path: TreePath; value: unknown; from: From }[] {
  if (tree.kind === 'leaf') return [{ path, value: tree.value, from: tree.from }]
  if (tree.kind === 'withdrawn') return []
  return [...tree.entries].flatMap(([key, item]) => leavesOf(item, [...path, key]))
}
