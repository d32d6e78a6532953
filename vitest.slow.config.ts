import { defineConfig } from 'vitest/config'

/** Suites that take longer than a developer waits: packaging, kill -9 of the real process, the demo. */
export default defineConfig({
  test: {
    include: ['test/slow/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    fileParallelism: false,
  },
})
