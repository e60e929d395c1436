import { defineConfig } from 'vitest/config';

// The tensorflow binding cannot be loaded by a second worker thread: processes instead.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/full/**'],
    pool: 'forks',
    reporters: ['default', './test/skipped-reporter.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
