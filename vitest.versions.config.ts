import { defineConfig } from 'vitest/config'
import { productNames, productPath } from './scripts/terraform-versions.ts'

/** The provider's suite with other versions of the binary. They are built when they are not in the cache, which needs Go. */
export default defineConfig(async () => {
  const projects = []
  for (const name of productNames) {
    const path = await productPath(name).catch((error: unknown) => {
      if (process.env['CI']) throw error
      process.stderr.write(
        `SKIPPED: ${name} cannot be built here, so the provider is not tested with it: ${String(error)}\n`,
      )
    })
    if (path === undefined) continue
    /* OpenTofu has neither actions nor list resources. */
    const newer = name === 'terraform' ? { SENSORFORM_NEWER_TERRAFORM: path } : {}
    const env = { SENSORFORM_TERRAFORM: path, ...newer }
    projects.push({
      test: { name, include: ['test/provider/**/*.test.ts'], env, testTimeout: 120_000, hookTimeout: 120_000 },
    })
  }
  return { test: { projects } }
})
