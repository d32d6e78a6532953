/** The whole life of a resource with the real terraform, over every kind of attribute. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { serveForDebugging, type Attachable } from '../../provider/debug.ts'
import { boxProvider, emptyShelf, type Shelf } from './support/box-provider.ts'
import { hasTerraform, openWorkspace, type Workspace } from './support/terraform.ts'

const header = `
terraform {
  required_providers {
    box = { source = "example.com/acme/box" }
  }
}
`

describe.runIf(hasTerraform())('with terraform', () => {
  const shelf: Shelf = emptyShelf()
  let attachable: Attachable
  let workspace: Workspace

  beforeAll(async () => {
    attachable = await serveForDebugging(boxProvider(shelf), {
      source: 'example.com/acme/box',
      env: {},
      log: () => {},
    })
  })
  afterAll(async () => attachable.close())

  beforeEach(async () => {
    Object.assign(shelf, emptyShelf())
    workspace = openWorkspace({ TF_REATTACH_PROVIDERS: attachable.reattach })
    return async () => workspace[Symbol.asyncDispose]()
  })

  /** Applies, and finds nothing left to do: from the state alone, and after reading again. */
  async function applied(configuration: string): Promise<Record<string, Record<string, unknown>>> {
    workspace.write(header + configuration)
    expect(await workspace.apply()).toMatchObject({ code: 0, stderr: '' })
    expect(await workspace.plan('-refresh=false')).toMatchObject({ code: 0, actions: {} })
    expect(await workspace.plan()).toMatchObject({ code: 0, actions: {} })
    return workspace.state()
  }

  test('the least that can be said, then everything, then less', async () => {
    expect(await applied('resource "box_box" "a" { name = "one" }')).toEqual({
      'box_box.a': {
        id: 'box-one',
        revision: 1,
        name: 'one',
        label: 'own',
        weight: null,
        open: false,
        tags: [],
        notes: null,
        slow: null,
        door: null,
        shelves: null,
        doors: null,
        valve: null,
        lids: null,
      },
    })
    const whole = await applied(`
      resource "box_box" "a" {
        name   = "one"
        label  = "Cafe\u0301"
        weight = 0.1
        open   = true
        tags   = ["x", "y"]
        notes  = { "a b" = "c" }
        door   = { host = "h", password_wo = "s3cret", password_wo_version = 1 }
        shelves = {
          top = { width = 3, door = { host = "i", port = 9, password_wo = "s3cret" } }
          low = {}
        }
        valve = { size = 4 }
        lids  = { a = { round = { radius = 1 } } }
        doors = [{ host = "j" }, { host = "k", password_wo = "s3cret" }]
      }`)
    expect(whole).toEqual({
      'box_box.a': {
        id: 'box-one',
        revision: 2,
        name: 'one',
        label: 'Caf\u00e9',
        weight: 0.1,
        open: true,
        tags: ['x', 'y'],
        notes: { 'a b': 'c' },
        slow: null,
        door: { host: 'h', port: 7, password_wo: null, password_wo_version: 1 },
        shelves: {
          top: { width: 3, door: { host: 'i', port: 9, password_wo: null, password_wo_version: null } },
          low: { width: 7, door: null },
        },
        doors: [
          { host: 'j', port: 7, password_wo: null, password_wo_version: null },
          { host: 'k', port: 7, password_wo: null, password_wo_version: null },
        ],
        valve: { enabled: true, size: 4 },
        lids: { a: { round: { radius: 1 }, square: null } },
      },
    })
    const less = await applied('resource "box_box" "a" { name = "one" }')
    expect(less['box_box.a']).toMatchObject({ label: 'Caf\u00e9', weight: null, notes: null, doors: null, revision: 3 })
    expect(less['box_box.a']).toMatchObject({ door: { host: 'h', port: 7, password_wo_version: null } })
  })

  test('what replaces is destroyed and made anew', async () => {
    await applied('resource "box_box" "a" { name = "one" }')
    workspace.write(`${header} resource "box_box" "a" { name = "two" }`)
    expect((await workspace.plan()).actions).toEqual({ 'box_box.a': 'delete create' })
    const after = await applied('resource "box_box" "a" { name = "two" }')
    expect(after['box_box.a']).toMatchObject({ id: 'box-two', revision: 1 })
    expect([...shelf.boxes.keys()]).toEqual(['box-two'])
  })

  test('what changed outside is drift, what is gone is made anew', async () => {
    await applied('resource "box_box" "a" {\n name = "one"\n label = "mine"\n}')
    shelf.boxes.set('box-one', { ...shelf.boxes.get('box-one'), label: 'theirs' })
    const drift = await workspace.plan()
    expect(drift.actions).toEqual({ 'box_box.a': 'update' })
    expect(drift.plan.resource_drift).toHaveLength(1)
    shelf.boxes.clear()
    expect((await workspace.plan()).actions).toEqual({ 'box_box.a': 'create' })
  })

  test('an import fills everything', async () => {
    const state = await applied('resource "box_box" "a" { name = "one" }')
    expect(await workspace.run('state', 'rm', 'box_box.a')).toMatchObject({ code: 0 })
    expect(await workspace.run('import', '-no-color', 'box_box.a', 'box-one')).toMatchObject({ code: 0, stderr: '' })
    expect(await workspace.state()).toEqual(state)
    expect(await workspace.run('import', '-no-color', 'box_box.b', 'none')).toMatchObject({ code: 1 })
  })

  test('an error in the middle of a create is told at its line, and leaves what was reached', async () => {
    shelf.failing = 'box-one'
    workspace.write(`${header}\nresource "box_box" "a" {\n  name = "one"\n}`)
    const failed = await workspace.apply()
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('Error: The box broke')
    expect(failed.stderr).toMatch(/on main\.tf line \d+, in resource "box_box" "a":\n +\d+: +name = "one"/)
    expect((await workspace.plan()).actions).toEqual({ 'box_box.a': 'delete create' })
  })

  test('an error in a destroy keeps the state; a warning is shown', async () => {
    await applied('resource "box_box" "a" { name = "one" }')
    shelf.failing = 'box-one'
    const failed = await workspace.apply('-destroy')
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('The box broke') })
    expect(failed.stdout).toContain('Warning: The box goes away')
    expect(Object.keys(await workspace.state())).toEqual(['box_box.a'])
    shelf.failing = undefined
    expect(await workspace.apply('-destroy')).toMatchObject({ code: 0 })
    expect(shelf.boxes.size).toBe(0)
  })

  test.each([
    [
      'of a resource',
      'resource "box_box" "a" {\n  name = "one"\n  weight = -1\n}',
      'A box weighs something',
      'weight = -1',
    ],
    [
      'of the provider',
      'provider "box" {\n  prefix = "bad"\n}\nresource "box_box" "a" {\n  name = "x"\n}',
      'No such prefix',
      'prefix = "bad"',
    ],
  ])('a bad configuration %s is told at its line', async (_, configuration, summary, line) => {
    workspace.write(header + configuration)
    const { code, stderr } = await workspace.run('validate', '-no-color')
    expect(code).toBe(1)
    expect(stderr).toContain(`Error: ${summary}`)
    expect(stderr).toContain(line)
  })

  test('values of other resources are unknown first, and planned with', async () => {
    const state = await applied(`
      resource "box_box" "a" { name = "one" }
      resource "box_box" "b" {
        name    = "two"
        label   = box_box.a.id
        tags    = [box_box.a.id, "x"]
        shelves = { (box_box.a.name) = { width = box_box.a.revision } }
        door    = box_box.a.revision > 5 ? null : { host = box_box.a.id }
      }`)
    expect(state['box_box.b']).toMatchObject({
      label: 'box-one',
      tags: ['box-one', 'x'],
      shelves: { one: { width: 1 } },
      door: { host: 'box-one', port: 7 },
    })
  })

  test('a secret is in no plan, no state and no log, and reaches the provider', async () => {
    await applied('resource "box_box" "a" {\n name = "one"\n door = { host = "h", password_wo = "c4nary-9" }\n}')
    expect(shelf.secrets).toEqual(new Map([['box-one', 'c4nary-9']]))
    const planned = await workspace.run('show', '-json', 'plan.bin')
    const state = await workspace.run('state', 'pull')
    const shown = await workspace.run('show', '-no-color')
    for (const { stdout } of [planned, state, shown]) {
      expect(stdout).toContain('box-one')
      expect(stdout.replace(/"configuration":.*/, '')).not.toContain('c4nary-9')
    }
  })

  test('a state of an older version is upgraded', async () => {
    await applied('resource "box_box" "a" { name = "one" }')
    const state = JSON.parse((await workspace.run('state', 'pull')).stdout) as StateFile
    const instance = state.resources[0]?.instances[0]
    if (!instance) throw new TypeError('nothing is stored')
    instance.schema_version = 1
    instance.attributes = { id: 'box-one', title: 'one', revision: 1, weight: null, gone: 'long ago' }
    state.serial++
    writeFileSync(join(workspace.folder, 'old.tfstate'), JSON.stringify(state))
    expect(await workspace.run('state', 'push', 'old.tfstate')).toMatchObject({ code: 0 })
    expect(await workspace.plan()).toMatchObject({ code: 0, actions: {} })
  })

  test('two configurations at once, each with its own', async () => {
    const state = await applied(`
      provider "box" { prefix = "p" }
      provider "box" {
        alias  = "other"
        prefix = "q"
      }
      resource "box_box" "a" { name = "one" }
      resource "box_box" "b" {
        provider = box.other
        name     = "one"
      }`)
    expect(Object.values(state).map(({ id }) => id)).toEqual(['p-one', 'q-one'])
  })

  test('data, ephemeral values and functions', async () => {
    const state = await applied(`
      ephemeral "box_key" "k" {}
      resource "box_box" "a" {
        name = "one"
        door = { host = "h", password_wo = ephemeral.box_key.k.key }
      }
      data "box_count" "c" { depends_on = [box_box.a] }
      output "loud" { value = provider::box::shout("hey") }`)
    expect(state['data.box_count.c']).toEqual({ count_of: 1 })
    expect(shelf.secrets.get('box-one')).toBe('ephemeral-key')
    expect(shelf.calls.filter((call) => call === 'open')).not.toEqual([])
    expect(shelf.calls.filter((call) => call === 'open')).toHaveLength(
      shelf.calls.filter((call) => call === 'close {"at":1}').length,
    )
    workspace.write(`${header}output "loud" { value = provider::box::shout("") }`)
    const { stderr } = await workspace.plan()
    expect(stderr).toMatch(/Invalid value for "text" parameter: is\s+empty/)
  })

  test('Ctrl-C ends a change, and what was reached is kept', async () => {
    workspace.write(`${header}resource "box_box" "a" {\n name = "one"\n slow = true\n}`)
    const { stderr, code } = await workspace.interrupted(
      () => shelf.calls.includes('waiting'),
      'apply',
      '-auto-approve',
    )
    expect(code).toBe(1)
    expect(stderr).toContain('Error: Stopped')
    expect(Object.keys(await workspace.state())).toEqual(['box_box.a'])
  })
})

interface StateFile {
  serial: number
  resources: { instances: { schema_version: number; attributes: Record<string, unknown> }[] }[]
}
