/**
 * What every resource must bear, with the real terraform on the simulator. A test says what its resource is; the list is
 * the same for each.
 *
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { serveForDebugging, type Attachable } from '../../../provider/debug.ts'
import { sensorformProvider } from '../../../provider/sensorform/provider.ts'
import type { Fault } from '../../../simulator/faults.ts'
import type { Simulator } from '../../../simulator/simulate.ts'
import { isNested, type Attribute, type Attributes } from '../../../schemas/terraform/schema.ts'
import { hasNewerTerraform, hasTerraform, newerTerraform, openWorkspace, type Workspace } from './terraform.ts'
import { nextProvider, writeState } from './older-state.ts'

/** As in a configuration; what begins with `canary` is a secret, and given by an ephemeral variable. */
export type Config = Readonly<Record<string, unknown>>

/** What a resource is tried on. */
export interface Scene {
  simulator: Simulator
  /** Of the provider block. */
  provider: Config
  /** What every configuration of the resource says. */
  base: Config
  importId: string
  importIdentity: Config
}

export interface Subject {
  /** As in a configuration. */
  type: string
  start: () => Promise<Scene>
  /** The least that is a configuration, beside the base. */
  minimal: Config
  /** One after the other, each an update in place of the one before. */
  updates: Readonly<Record<string, Config>>
  /** Attributes that no update tries, and why; by path, with `*` for a key. */
  apart?: Readonly<Record<string, string>>
  /** Attributes whose change replaces, with another value. */
  replacing?: Config
  /** What an import cannot know. */
  unknownToImport?: readonly string[]
  /** Changes something of the last update by hand. */
  drift: (simulator: Simulator) => Promise<void> | void
  /** Removes it by hand, where that can be. */
  remove?: (simulator: Simulator) => Promise<void> | void
  /** What a destroyed one leaves. */
  isGone?: (simulator: Simulator) => boolean
  /** One attribute that takes a text, as it may be unknown until apply. */
  open: (text: string) => Config
  openText: string
  /** Strikes in the middle of a create. */
  fault: Fault
  /** A setting that is wrong, and what is told. */
  mistakes: readonly { config: Config; told: string }[]
}

export const source = 'registry.terraform.io/sensorform/sensorform'

/** Runs the list. */
export function checkResource(subject: Subject): void {
  test(`${subject.type}: no attribute is left out`, () => {
    const { attributes } = sensorformProvider.resources[subject.type]?.schema ?? { attributes: {} }
    const tried = new Set(
      [...Object.values(subject.updates), subject.replacing ?? {}].flatMap((config) => pathsOf(attributes, config)),
    )
    const open = [...new Set(configurable(attributes))].filter(
      (path) => !path.startsWith('access.') && !tried.has(path),
    )
    expect(open.sort()).toEqual(Object.keys(subject.apart ?? {}).sort())
  })
  describe.runIf(hasTerraform())(`${subject.type} with terraform`, { timeout: 120_000 }, () => {
    const address = `${subject.type}.one`
    const logged: string[] = []
    let attachable: Attachable
    let scene: Scene
    let workspace: Workspace
    beforeAll(async () => {
      attachable = await serveForDebugging(sensorformProvider, {
        source,
        env: {},
        log: (...line) => void logged.push(JSON.stringify(line)),
      })
    })
    afterAll(async () => attachable.close())
    beforeEach(async () => {
      scene = await subject.start()
      workspace = openWorkspace({ TF_REATTACH_PROVIDERS: attachable.reattach })
      return async () => {
        await workspace[Symbol.asyncDispose]()
        await scene.simulator.stop()
      }
    })
    const declare = (config: Config, others: Config = {}, { folder } = workspace, blocks = {}): void => {
      const resource = { [subject.type]: { one: { ...scene.base, ...config } }, ...others }
      writeConfiguration(folder, { provider: scene.provider, resource, ...blocks })
    }
    /** What one finds that was not applied here. */
    const found = (state: Config, applied: Config): Config => ({
      ...state,
      ...Object.fromEntries((subject.unknownToImport ?? []).map((name) => [name, applied[name]])),
    })
    const stateOf = async (): Promise<Config> => (await workspace.state())[address] ?? {}
    const expectEmpty = async (): Promise<void> => {
      expect(changesOf(await workspace.plan('-refresh=false')), 'without a look').toEqual([])
      expect(changesOf(await workspace.plan()), 'after a look').toEqual([])
    }
    const apply = async (config: Config): Promise<Config> => {
      declare(config)
      expect(await workspace.apply()).toMatchObject({ code: 0, stderr: '' })
      await expectEmpty()
      return stateOf()
    }

    test('created with the least, imported, and destroyed', async () => {
      const state = await apply(subject.minimal)
      expect(state).toMatchObject(said(subject.minimal))
      await workspace.run('state', 'rm', address)
      expect(await workspace.run('import', '-no-color', address, scene.importId)).toMatchObject({ code: 0 })
      expect(found(await stateOf(), state)).toEqual(state)
      if (!subject.unknownToImport) expect(changesOf(await workspace.plan())).toEqual([])
      expect(await workspace.apply('-destroy')).toMatchObject({ code: 0, stderr: '' })
      expect(await workspace.state()).toEqual({})
      if (subject.isGone) expect(subject.isGone(scene.simulator)).toBe(true)
    })

    test.runIf(hasNewerTerraform())('imported by its identity', async () => {
      const state = await apply(subject.minimal)
      const importing = openWorkspace({ TF_REATTACH_PROVIDERS: attachable.reattach }, '', newerTerraform)
      onTestFinished(() => importing[Symbol.asyncDispose]())
      const block = { to: address, identity: scene.importIdentity }
      declare(subject.minimal, {}, importing, { import: [block] })
      const imported = await importing.apply()
      expect(imported, imported.stderr).toMatchObject({ code: 0, stderr: '' })
      expect(imported.stdout).toMatch(/1 imported, 0 added, [01] changed/)
      expect(found((await importing.state())[address] ?? {}, state)).toEqual(state)
      expect(changesOf(await importing.plan())).toEqual([])
    })

    test('a state of an older version is upgraded, and nothing is left to do', async () => {
      const state = await apply(subject.minimal)
      const [former = ''] = Object.keys(scene.base)
      const next = await serveForDebugging(nextProvider(subject.type, former), { source, env: {}, log: () => {} })
      const upgrading = openWorkspace({ TF_REATTACH_PROVIDERS: next.reattach })
      onTestFinished(async () => {
        await upgrading[Symbol.asyncDispose]()
        await next.close()
      })
      declare(subject.minimal, {}, upgrading)
      writeState(upgrading.folder, subject.type, former, { ...scene.base, ...subject.minimal })
      expect(changesOf(await upgrading.plan())).toEqual([])
      expect(await upgrading.apply()).toMatchObject({ code: 0, stderr: '' })
      expect(found((await upgrading.state())[address] ?? {}, state)).toEqual(state)
    })

    test('every attribute is updated in place, and no secret is kept', async () => {
      const all = Object.values(subject.updates)
      await apply(subject.minimal)
      for (const [name, config] of Object.entries(subject.updates)) {
        declare(config)
        expect((await workspace.plan()).actions, name).toEqual({ [address]: 'update' })
        expect(await apply(config), name).toMatchObject(said(config))
      }
      const kept = [
        JSON.stringify(await workspace.run('show', '-json')),
        JSON.stringify((await workspace.plan()).plan),
        readFileSync(join(workspace.folder, 'terraform.tfstate'), 'utf8'),
        logged.join('\n'),
      ].join('\n')
      expect(all.flatMap(canariesOf).filter((canary) => kept.includes(canary))).toEqual([])
    })

    test.runIf(subject.replacing)('what cannot be updated replaces', async () => {
      await apply(subject.minimal)
      for (const [name, value] of Object.entries(subject.replacing ?? {})) {
        declare({ ...subject.minimal, [name]: value })
        expect((await workspace.plan()).actions, name).toEqual({ [address]: 'delete create' })
      }
    })

    test('a change by hand is drift, and what is gone is made anew', async () => {
      const config = Object.values(subject.updates).at(-1) ?? subject.minimal
      await apply(config)
      await subject.drift(scene.simulator)
      expect((await workspace.plan()).actions).toEqual({ [address]: 'update' })
      expect(await apply(config)).toMatchObject(said(config))
      if (!subject.remove) return
      await subject.remove(scene.simulator)
      expect((await workspace.plan()).actions).toEqual({ [address]: 'create' })
      await apply(config)
    })

    test('a create that fails in the middle leaves nothing tainted, and the next apply goes on', async () => {
      const config = Object.values(subject.updates).at(-1) ?? subject.minimal
      declare(config)
      scene.simulator.addFault(subject.fault)
      const failed = await workspace.apply()
      expect({ code: failed.code, errors: failed.stderr.match(/Error: /g)?.length }, failed.stderr).toEqual({
        code: 1,
        errors: 1,
      })
      expect(await workspace.state()).toEqual({})
      scene.simulator.removeFaults()
      await apply(config)
    })

    test('a value of another resource is unknown at first', async () => {
      const other = { terraform_data: { other: { input: subject.openText } } }
      declare({ ...subject.minimal, ...subject.open('${terraform_data.other.output}') }, other)
      expect(await workspace.apply()).toMatchObject({ code: 0, stderr: '' })
      await expectEmpty()
      expect(await stateOf()).toMatchObject(subject.open(subject.openText))
    })

    test('a value of another resource is unknown in an update', async () => {
      await apply(subject.minimal)
      const other = { terraform_data: { other: { input: subject.openText } } }
      declare({ ...subject.minimal, ...subject.open('${terraform_data.other.output}') }, other)
      expect(await workspace.apply()).toMatchObject({ code: 0, stderr: '' })
      await expectEmpty()
      expect(await stateOf()).toMatchObject(subject.open(subject.openText))
    })

    test('too many requests, and a service that is away for a moment, are waited for', async () => {
      const appliance = subject.fault.appliance === undefined ? {} : { appliance: subject.fault.appliance }
      scene.simulator.addFault({ kind: 'throttle', retryAfterSeconds: 0, nth: 2, count: 1, ...appliance })
      scene.simulator.addFault({ kind: 'status', status: 503, nth: 4, count: 1, method: 'GET', ...appliance })
      await apply(subject.minimal)
    })

    test.each(subject.mistakes)('a mistake is told once, and before anything is contacted: $told', async (mistake) => {
      declare({ ...subject.minimal, ...mistake.config })
      const before = scene.simulator.requests().length
      const { code, stderr } = await workspace.run('validate', '-no-color')
      expect({ code, errors: stderr.match(/Error: /g)?.length }).toEqual({ code: 1, errors: 1 })
      const text = stderr.replaceAll(/[\s│]+/g, ' ')
      expect(text).toContain(mistake.told)
      expect(text).toContain(`in resource.${subject.type}.one`)
      expect(scene.simulator.requests()).toHaveLength(before)
    })
  })
}

/** What a plan would change, with the values; empty where there is nothing to do. */
const changesOf = ({ code, stderr, plan }: Awaited<ReturnType<Workspace['plan']>>): unknown[] =>
  code === 0
    ? []
    : [stderr, ...(plan.resource_changes ?? []).map(({ change }) => differing(change['before'], change['after']))]

function differing(before: unknown, after: unknown): unknown {
  if (typeof before !== 'object' || typeof after !== 'object' || before === null || after === null)
    return { before, after }
  const [left, right] = [before, after] as [Config, Config]
  const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])]
  const changed = keys.filter((key) => !isDeepStrictEqual(left[key], right[key]))
  return Object.fromEntries(changed.map((key) => [key, differing(left[key], right[key])]))
}

/** Writes a whole configuration in JSON. */
export function writeConfiguration(
  folder: string,
  { provider, ...blocks }: { provider: Config; [block: string]: Config },
): void {
  const canaries = Object.fromEntries(canariesOf(blocks).map((canary) => [variableOf(canary), canary]))
  const variable = Object.fromEntries(Object.keys(canaries).map((name) => [name, { ephemeral: true, type: 'string' }]))
  const terraform = { required_providers: { sensorform: { source: 'sensorform/sensorform' } } }
  const variables = Object.keys(variable).length > 0 ? { variable } : {}
  const configuration = { terraform, provider: { sensorform: provider }, ...variables, ...(hidden(blocks) as Config) }
  writeFileSync(join(folder, 'main.tf.json'), JSON.stringify(configuration, null, 2))
  writeFileSync(join(folder, 'canaries.auto.tfvars.json'), JSON.stringify(canaries))
}

const isCanary = (value: unknown): value is string => typeof value === 'string' && value.startsWith('canary')
const variableOf = (canary: string): string => canary.replaceAll(/[^A-Za-z0-9]/g, '_')

function canariesOf(value: unknown): string[] {
  if (isCanary(value)) return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(canariesOf) : []
}

/** With variables in place of secrets. */
const hidden = (blocks: unknown): unknown =>
  JSON.parse(JSON.stringify(blocks), (_, value: unknown) => (isCanary(value) ? `\${var.${variableOf(value)}}` : value))

/** What a state must hold of a configuration: all but secrets. */
const said = (config: Config): Config =>
  JSON.parse(JSON.stringify(config), (_, value: unknown) =>
    isCanary(value) || value === null ? undefined : value,
  ) as Config

/** Of the ways to give a secret one is enough. */
const leafOf = (name: string, { spec }: Attribute): string =>
  spec?.form.startsWith('secret') || spec?.key.startsWith('from') ? `${spec.key.replace(/^from.*/, '')}()` : name

/** Paths of all that can be configured; `*` stands for a key. */
const configurable = (attributes: Attributes): string[] =>
  Object.entries(attributes).flatMap(([name, attribute]) => {
    if (!attribute.required && !attribute.optional) return []
    if (!isNested(attribute)) return [leafOf(name, attribute)]
    const inner = attribute.nesting === 'single' ? name : `${name}.*`
    return configurable(attribute.attributes).map((path) => `${inner}.${path}`)
  })

/** The same of what a configuration says. */
const pathsOf = (attributes: Attributes, config: Config): string[] =>
  Object.entries(config).flatMap(([name, value]) => {
    const attribute = attributes[name]
    if (!attribute) throw new TypeError(`there is no attribute ${name}`)
    if (!isNested(attribute)) return [leafOf(name, attribute)]
    if (attribute.nesting === 'single')
      return pathsOf(attribute.attributes, value as Config).map((path) => `${name}.${path}`)
    return Object.values(value as Config).flatMap((item) =>
      pathsOf(attribute.attributes, item as Config).map((path) => `${name}.*.${path}`),
    )
  })
