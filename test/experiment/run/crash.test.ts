/** A run that ends in the middle of any stage leaves whole files only, and goes on to the very same results. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { runExperiment, type Voice } from '../../../src/experiment/index.ts';
import { LedgerBook } from '../../../src/experiment/ledger.ts';
import { hasStage, type StageName, STAGES } from '../../../src/experiment/stages.ts';
import { heldByLibrary } from '../../../src/tensor/backend.ts';
import { temporaryFolders } from '../../setup/temporary.ts';
import { listing, problemOf } from '../../store/scratch.ts';
import { fingerprints, quiet, run, tiny } from './tiny.ts';

vi.mock(import('../../../src/report/png.ts'), () => import('../../report/small-png.ts'));

/** Work that a stage begins, and at which of its reports the run is to end. */
const CRASHES: [StageName, string, number][] = [
  ['train', 'polish', 1],
  ['train', 'polish', 20],
  ['record', 'largest curvature', 1],
  ['record', 'trace of the Hessian', 5],
  ['record', 'burn-in', 2],
  ['record', 'window', 1],
  ['record', 'window', 3],
  ['spectrum', 'eigendirections', 5],
  ['spectrum', 'projections', 1],
  ['curvature', 'gradients along the path', 20],
  ['curvature', 'finite steps', 3],
  ['curvature', 'curvature along the window', 7],
  ['noise', 'noise variance', 4],
  ['noise', 'noise of the fluctuating curvature', 2],
  ['noise', "the window's batches at its mean", 50],
  ['noise', 'autocovariance along the trajectory', 3],
  ['compare', 'predictions', 1],
  ['compare', 'principal components', 5],
  ['compare', 'loss at states of the window', 25],
  ['report', 'pictures', 1],
  ['report', 'pictures', 3],
];

class Crash extends Error {
  override readonly name = 'Crash';
}

function crashing(title: string, at: number): Voice & { crashed: boolean } {
  const voice = {
    ...quiet,
    crashed: false,
    begin(begun: string) {
      let reports = 0;
      return async () => {
        if (begun !== title || ++reports !== at) return;
        voice.crashed = true;
        throw new Crash(`${title}, report ${at}`);
      };
    },
  };
  return voice;
}

const folder = temporaryFolders();
let reference: Record<string, string>;
beforeAll(async () => {
  const directory = join(folder(), 'undisturbed');
  await run(directory);
  reference = fingerprints(directory);
});

describe('a run that ends in the middle', () => {
  it('leaves whole files only, stage after stage, and ends with the bytes of one that never did', async () => {
    const directory = join(folder(), 'disturbed');
    let held: { tensors: number; sessions: number } | undefined;
    for (const [stage, title, at] of CRASHES) {
      const voice = crashing(title, at);
      expect(await problemOf(() => runExperiment(directory, tiny(), voice))).toBe(`Crash: ${title}, report ${at}`);
      expect(voice.crashed).toBe(true);
      // No file in the making, no lock, and every file that is there is as it will be in the end.
      expect(listing(join(directory, '..')).filter((name) => /partial|lock|next|previous/.test(name))).toEqual([]);
      // Two tell how far the run has come.
      const growing = ['stages.json', 'experiment.json'];
      for (const [name, bytes] of Object.entries(fingerprints(directory)))
        if (!growing.includes(name)) expect([name, bytes]).toEqual([name, reference[name]]);
      // The stages before are done, this one is not.
      const book = new LedgerBook(directory, {});
      const stages = STAGES.filter((one) => hasStage(tiny(), one));
      const fresh = stages.filter((one) => book.isFresh(one, tiny(), '')).map(({ name }) => name);
      const order = stages.map(({ name }) => name);
      expect(fresh).toEqual(order.slice(0, order.indexOf(stage)));
      // A stage that ends early gives back what it held of the library.
      held ??= heldByLibrary();
      expect(heldByLibrary()).toEqual(held);
    }
    expect(await run(directory)).toMatchObject({ ran: ['report'], previous: null });
    expect(fingerprints(directory)).toEqual(reference);
  });

  it('by being killed leaves what the next run clears away', async () => {
    const directory = join(folder(), 'killed');
    await run(directory, {}, 'train');
    // As a process leaves them that had recorded half a window: parts that are whole, too many of them, and one in the making.
    mkdirSync(join(directory, 'trajectory'));
    const litter = ['trajectory/00000.safetensors', 'trajectory/00001.safetensors', 'weights.safetensors'];
    const partial = ['trajectory/.00002.safetensors.4711-5.partial', '.mean.safetensors.4711-6.partial'];
    for (const name of [...litter, ...partial]) writeFileSync(join(directory, name), 'half');
    expect(await run(directory)).toMatchObject({ previous: null });
    expect(listing(directory).filter((name) => name.includes('partial'))).toEqual([]);
    expect(fingerprints(directory)).toEqual(reference);
  });

  it('because the learning rate is too large, by theory or in fact, can be mended', async () => {
    const directory = join(folder(), 'steep');
    const polish = { method: 'none' };
    expect(await problemOf(() => run(directory, { polish, sgd: { learningRate: 4 } }))).toMatch(
      /^exit 2: sgd\.learningRate is 4, but the largest Hessian eigenvalue here is [\d.]+, where heavy ball diverges from [\d.]+ = 2\(1\+β\)\/λ_max on: lower it below that$/,
    );
    // Stable for the mean gradient, but not with the curvature of single batches.
    expect(await problemOf(() => run(directory, { polish, sgd: { learningRate: 2.5 } }))).toMatch(
      /^exit 1: burn-in diverges: the mean loss grew from [\d.]+ to [\d.]+ by epoch \d at learning rate 2\.5; lower/,
    );
    expect(listing(directory)).not.toContain('weights.safetensors');
    // The training came before and is kept.
    expect(await run(directory, { polish }, 'record')).toMatchObject({ ran: ['record'], previous: null });
  });
});
