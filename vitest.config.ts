import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';
import { temporaryFolder } from './test/temporary-folder.ts';

/**
 * Folders whose files share their processes: their tests put no modules in the place of others (which would come too late),
 * leave the environment as it was, and have the native library, which takes its number of threads once, with one or not at all.
 */
const ROOMS = ['theory', 'statistics', 'store', 'report', 'data', 'noise', 'sgd'];
const STAGES = ['compare', 'curvature', 'model-doctor', 'noise', 'probe', 'report', 'spectrum'];
const FOLDERS = [...ROOMS, ...STAGES.map((stage) => `experiment/${stage}`)];
const SHARED = FOLDERS.map((folder) => `test/${folder}/**/*.test.ts`);

// The tensorflow binding cannot be loaded by a second worker thread: processes instead.
export default defineConfig({
  test: {
    pool: 'forks',
    // On two cores the default is one.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    sequence: { sequencer: LongestFirst },
    reporters: ['default', './test/skipped-reporter.ts'],
    testTimeout: 120_000,
    // Started by npm or not: what is said of commands is the same.
    env: { npm_command: '', TMPDIR: temporaryFolder() },
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: { name: 'own process', include: ['test/**/*.test.ts'], exclude: ['test/full/**', ...SHARED] },
      },
      // Many files one after the other in a process: to start one, and to load what they share, takes longer than most of them.
      { extends: true, test: { name: 'shared process', include: SHARED, isolate: false } },
    ],
  },
});
