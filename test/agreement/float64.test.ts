/** Float64 in a process that sees no GPU, as where there is one, has the bits of float64 in this one. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { numbers } from '../experiment/run/reading.ts';
import { temporaryFolders } from '../setup/temporary.ts';
import { jobIn } from './agrees.ts';
import { float64OnProcessor } from './float64.ts';

const folder = temporaryFolders();

it('is the same in a process of its own', async () => {
  const [first, second] = [jobIn(folder()), jobIn(folder())];
  const [there, again] = [await float64OnProcessor(first, true), await float64OnProcessor(second)];
  expect(there).toEqual(again);
  const [one, other] = [first, second].map((job) => numbers(join(job.folder, 'float64'), 'spectrum', 'eigenvalues'));
  expect(one).toEqual(other);
});
