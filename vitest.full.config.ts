import { defineConfig } from 'vitest/config';

// The slow proofs: whole experiments as a user runs them. One at a time, because each uses all cores.
export default defineConfig({
  test: {
    include: ['test/full/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 1_800_000,
    hookTimeout: 1_800_000,
  },
});
