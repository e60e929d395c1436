/** How much memory Hessian products may keep changes how long a run takes, and nothing else. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runExperiment } from '../../../src/experiment/index.ts';
import { scratchFolder } from '../../store/scratch.ts';
import { fingerprints, quiet, tiny } from './tiny.ts';

it('gives the same bytes with memory for everything, for a part, and for none', async () => {
  // They make two chunks, whose values take some megabytes each.
  const experiment = tiny({ data: { samples: 60_000 }, sgd: { batchSize: 6000 }, spectrum: { eigenpairs: 2 } });
  const scratch = scratchFolder();
  const all = join(scratch, 'all');
  await runExperiment(all, experiment, quiet, { until: 'spectrum' });
  for (const memoryBytes of [0, 2e6, 4e6]) {
    const other = join(scratch, `memory-${memoryBytes}`);
    await runExperiment(other, experiment, quiet, { until: 'spectrum', memoryBytes });
    expect(fingerprints(other)).toEqual(fingerprints(all));
  }
});
