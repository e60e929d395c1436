import { defineConfig } from 'vitest/config';

// The tensorflow binding cannot be loaded by a second worker thread: processes instead.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/full/**'],
    pool: 'forks',
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
