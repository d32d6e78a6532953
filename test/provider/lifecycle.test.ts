/** The whole life of a resource with the real terraform, over every kind of attribute. */
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
      },
    })
    const less = await applied('resource "box_box" "a" { name = "one" }')
    expect(less['box_box.a']).toMatchObject({ label: 'Caf\u00e9', weight: null, notes: null, doors: null, revision: 3 })
    expect(less['box_box.a']).toMatchObject({ door: { host: 'h', port: 7, password_wo_version: null } })
  })
})
