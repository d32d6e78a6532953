import { defineConfig } from 'vitest/config'

const each = { testTimeout: 300_000, hookTimeout: 300_000 }
/** They spend half their time waiting for a process: two run at a time. */
const faults = ['killed-*', 'two-processes', 'state-folder', 'canaries', 'model'].map(
  (name) => `test/slow/${name}.test.ts`,
)

/** Suites that take longer than a developer waits: packaging, the demo, kill -9 of the real process, failing disks, hostile input. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'packages',
          include: ['test/slow/**/*.test.ts'],
          exclude: faults,
          fileParallelism: false,
          sequence: { groupOrder: 0 },
          ...each,
        },
      },
      { test: { name: 'faults', include: faults, maxWorkers: 2, sequence: { groupOrder: 1 }, ...each } },
    ],
  },
})
