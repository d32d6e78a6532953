/** Terraform starts the provider itself: certificates on both sides, a filesystem mirror, its log, a crash. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { root } from '../house/sources.ts'
import { hasTerraform, isOpenTofu, openWorkspace } from './support/terraform.ts'

const configuration = `
terraform {
  required_providers {
    box = {
      source  = "example.com/acme/box"
      version = "1.2.3"
    }
  }
}
resource "box_box" "a" {
  name = "one"
  door = { host = "h", password_wo = "c4nary-9" }
}
`

describe.runIf(hasTerraform())('started by terraform', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sensorform-mirror-'))
  const unpacked = join(
    folder,
    'example.com/acme/box/1.2.3',
    `${process.platform}_${process.arch === 'x64' ? 'amd64' : 'arm64'}`,
  )

  beforeAll(() => {
    mkdirSync(unpacked, { recursive: true })
    const entry = join(root, 'test/provider/support/box-plugin.ts')
    const script = join(unpacked, 'terraform-provider-box_v1.2.3')
    writeFileSync(script, `#!/bin/sh\nexec ${process.execPath} ${entry}\n`)
    chmodSync(script, 0o755)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const mirror = `provider_installation {\n  filesystem_mirror {\n    path = "${folder}"\n  }\n}\n`
  const overrides = `provider_installation {\n  dev_overrides {\n    "example.com/acme/box" = "${unpacked}"\n  }\n}\n`

  test.each([
    ['from a mirror', mirror, ['init']],
    ['as an override', overrides, []],
  ])('%s: plan, validate and destroy end well, and leave no process', async (_, settings, first) => {
    await using workspace = openWorkspace({ TF_LOG_PROVIDER: 'TRACE' }, settings)
    workspace.write(configuration)
    for (const command of first) expect(await workspace.run(command, '-no-color')).toMatchObject({ code: 0 })
    const { code, actions, stderr } = await workspace.plan()
    expect({ code, actions }).toEqual({ code: 2, actions: { 'box_box.a': 'create' } })
    expect(stderr).not.toMatch(/c4nary-9|plugin failed to exit|killed/)
    const applied = await workspace.apply()
    expect(applied.code).toBe(0)
    expect(applied.stderr).toMatch(/\[INFO\] .*provider.*: told of a box/)
    expect(applied.stderr).not.toMatch(/c4nary-9|plugin failed to exit|@message/)
  })

  test('a crash is shown as one, without its message', async () => {
    await using workspace = openWorkspace({ BOX_CRASH: '1' }, overrides)
    workspace.write(configuration)
    const { code, stderr } = await workspace.apply()
    expect(code).toBe(1)
    /* It leaves the stack of a plugin that crashed in its log. */
    if (isOpenTofu) expect(stderr).toContain('Plugin did not respond')
    else {
      expect(stderr).toContain('terraform-provider-box_v1.2.3 plugin crashed!')
      expect(stderr).toMatch(/panic: RangeError\s+at .*box-provider\.ts/)
    }
    expect(stderr).not.toContain('c4nary-9')
  })
})
