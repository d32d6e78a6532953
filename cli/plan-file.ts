/**
 * Saved plans: canonical JSON with a digest, so that what is applied is what was reviewed. A plan holds secrets as
 * references and tags only; its file is its owner's alone all the same, because it tells where everything is.
 *
 * @module
 */
import { open, readFile, stat } from 'node:fs/promises'
import { canonicalJson, digestOf } from '../reconcile/compare/canonical-json.ts'
import type { Overrides } from '../reconcile/engine.ts'
import type { Plan } from '../reconcile/plan-types.ts'
import { apiVersion } from '../schemas/documents.ts'
import type { Fleet } from '../schemas/fleet.ts'
import { absolutePaths, fleetFromJson, fleetToJson, relativePaths } from './fleet-json.ts'
import { writeWhole } from './output.ts'
import { UsageError } from './usage-error.ts'

const kind = 'SavedPlan'
const formatVersion = 1
const longestBytes = 512 * 1024 * 1024

export interface SavedPlan {
  plan: Plan
  fleet: Fleet
  /** Exceptions that the plan was made with. */
  overrides: Overrides
  digest: string
}

/** The plan was made by another version: it must be made again (exit 5). */
export class StalePlanError extends UsageError {}

/** Saves a plan and gives its digest. */
export async function savePlan(
  file: string,
  { plan, fleet, overrides }: Omit<SavedPlan, 'digest'>,
): Promise<{ digest: string }> {
  const content = {
    kind,
    formatVersion,
    tool: plan.tool,
    schemaVersion: apiVersion,
    plan: relativePaths(plan, fleet.root),
    fleet: fleetToJson(fleet),
    overrides,
  }
  const digest = digestOf(content)
  await writeWhole(
    file,
    `{"kind":"${kind}",${canonicalJson({ ...content, kind: undefined, digest }).slice(1)}\n`,
    0o600,
  )
  return { digest }
}

/** True when the file is a saved plan rather than documents. */
export async function isPlanFile(path: string): Promise<boolean> {
  try {
    if (!(await stat(path)).isFile()) return false
    const handle = await open(path)
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(256), 0, 256, 0)
      return /^\s*\{\s*"kind"\s*:\s*"SavedPlan"/.test(buffer.toString('utf8', 0, bytesRead))
    } finally {
      await handle.close()
    }
  } catch {
    return false
  }
}

interface Content {
  digest: string
  formatVersion: number
  tool: { version: string }
  schemaVersion: string
  plan: Plan
  fleet: unknown
  overrides: Overrides
}

/** Reads a saved plan. Refuses one that was altered, and one of another version. */
export async function readPlan(file: string, options: { toolVersion: string; root?: string }): Promise<SavedPlan> {
  const { digest, ...content } = await parsePlan(file)
  if (!hasDigest(content, digest)) {
    throw new UsageError(
      'PLAN_ALTERED',
      `${file} is not what was saved: its digest does not match`,
      'Make the plan again.',
    )
  }
  checkVersions(file, content, options.toolVersion)
  const fleet = fleetFromJson(content.fleet, options.root)
  return { plan: absolutePaths(content.plan, fleet.root) as Plan, fleet, overrides: content.overrides, digest }
}

function hasDigest(content: unknown, digest: unknown): boolean {
  try {
    return digestOf(content) === digest
  } catch (error) {
    // More levels than can be walked: no plan has them.
    if (error instanceof RangeError) return false
    throw error
  }
}

async function parsePlan(file: string): Promise<Content> {
  try {
    const { size } = await stat(file)
    if (size <= longestBytes) return JSON.parse(await readFile(file, 'utf8')) as Content
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new UsageError('PLAN_ALTERED', `${file} is not a whole saved plan`, 'Make the plan again.')
}

function checkVersions(file: string, content: Omit<Content, 'digest'>, toolVersion: string): void {
  if (content.formatVersion !== formatVersion || content.tool.version !== toolVersion) {
    throw new StalePlanError(
      'PLAN_STALE',
      `${file} was made by sensorform ${content.tool.version}, and this is ${toolVersion}`,
      'Make the plan again with this version.',
    )
  }
  if (content.schemaVersion !== apiVersion) {
    throw new StalePlanError(
      'PLAN_STALE',
      `${file} was made for documents of ${content.schemaVersion}, and this version reads ${apiVersion}`,
      'Make the plan again with this version.',
    )
  }
}
