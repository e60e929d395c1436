import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// The tensorflow binding cannot be loaded by a second worker thread: processes instead.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/full/**'],
    pool: 'forks',
    // On two cores the default is one.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    reporters: ['default', './test/skipped-reporter.ts'],
    testTimeout: 120_000,
    // Started by npm or not: what is said of commands is the same.
    env: { npm_command: '' },
    hookTimeout: 120_000,
  },
});
