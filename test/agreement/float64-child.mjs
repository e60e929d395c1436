// @ts-check
/** A process in which TensorFlow sees no GPU: told a job, it tells what came of it. Vite reads the sources, as in the tests. */
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

process.once('message', async (job) => {
  const { module } = await runnerImport(fileURLToPath(new URL('./float64.ts', import.meta.url)), { configFile: false });
  process.send?.(await module.float64Here(job));
});
// Nobody is there to be told.
process.once('disconnect', () => process.exit());
