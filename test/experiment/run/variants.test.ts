/** Other samplers, directions and noise, each held to the definition that it changes. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCsv } from '../../../src/store/csv.ts';
import { readSafetensors } from '../../../src/store/safetensors.ts';
import { range } from '../../hessian/plain-mlp.ts';
import { temporaryFolders } from '../../setup/temporary.ts';
import { dot, everyone, hessianTimes, numbers, perSampleVariances, row, summary, warningCodes } from './reading.ts';
import { BATCH, run, SAMPLES, SIZE, UPDATES, UPDATES_PER_EPOCH } from './tiny.ts';

const folder = temporaryFolders();
let finished: string;
beforeAll(async () => {
  finished = join(folder(), 'finished');
  await run(finished, {}, 'compare');
});

/** Runs with changed settings on from what is the same in the finished run. */
async function changed(changes: Record<string, unknown>): Promise<string> {
  const directory = join(folder(), 'run');
  cpSync(finished, directory, { recursive: true, preserveTimestamps: true });
  await run(directory, changes, 'compare');
  return directory;
}

function batchEpochs(directory: string): number[][] {
  const indices = numbers(directory, 'batches', 'indices');
  return range(UPDATES / UPDATES_PER_EPOCH).map((epoch) => [...row(indices, epoch, SAMPLES)]);
}

describe('samplers', () => {
  it('shuffle-once keeps one order, and the run says that it is one draw', async () => {
    const directory = await changed({ sgd: { sampler: 'shuffle-once' } });
    const [first, ...others] = batchEpochs(directory);
    expect(first.toSorted((a, b) => a - b)).toEqual(everyone);
    expect(first).not.toEqual(everyone);
    for (const epoch of others) expect(epoch).toEqual(first);
    expect(warningCodes(directory)).toEqual(['one-permutation']);
    // One epoch later the noise is the same again.
    expect(numbers(directory, 'noise', 'autocovariance')[UPDATES_PER_EPOCH]).toBeCloseTo(1, 4);
  });

  it('with-replacement draws every sample independently, with the noise of such batches', async () => {
    const directory = await changed({ sgd: { sampler: 'with-replacement' } });
    for (const epoch of batchEpochs(directory)) {
      expect(epoch.every((sample) => sample >= 0 && sample < SAMPLES)).toBe(true);
      // A fraction 1/e of 400 is left out: 147 ± 6.
      expect(Math.abs(new Set(epoch).size - SAMPLES * (1 - Math.exp(-1)))).toBeLessThan(30);
    }
    expect(Math.max(...batchEpochs(directory).flatMap((epoch) => epoch))).toBeGreaterThan(SAMPLES - 10);
    // C = C₀/S with the variance over N.
    const found = numbers(directory, 'noise', 'variance');
    perSampleVariances(directory).forEach((perSample, i) => {
      const expected = (perSample * (SAMPLES - 1)) / SAMPLES / BATCH;
      expect(Math.abs(found[i] / expected - 1)).toBeLessThan(3e-5);
    });
    const table = readCsv(join(directory, 'directions.csv'));
    expect(table.numbers('theta_variance_sampler')).toEqual(table.numbers('theta_variance_white'));
    expect(warningCodes(directory)).toEqual([]);
  });
});

describe('spectrum', () => {
  it('of a subset has the curvatures of all samples along its directions, and says so', async () => {
    const directory = await changed({ spectrum: { samples: 100 } });
    const theta = numbers(directory, 'mean', 'theta');
    const eigenvalues = numbers(directory, 'spectrum', 'eigenvalues');
    const residuals = numbers(directory, 'spectrum', 'residuals');
    for (let i = 0; i < SIZE; i++) {
      const e = row(numbers(directory, 'spectrum', 'eigenvectors'), i);
      expect(dot(e, e)).toBeCloseTo(1, 6);
      const product = hessianTimes(theta, e);
      expect(Math.abs(eigenvalues[i] - dot(e, product))).toBeLessThan(1e-6 * eigenvalues[0]);
      const off = product.map((value, at) => value - eigenvalues[i] * e[at]);
      expect(Math.abs(residuals[i] - Math.sqrt(dot(off, off)))).toBeLessThan(1e-6 * eigenvalues[0]);
      if (i > 0) expect(eigenvalues[i]).toBeLessThanOrEqual(eigenvalues[i - 1]);
    }
    // A quarter of the samples: near the eigendirections, not on them.
    expect(Math.max(...residuals)).toBeGreaterThan(1e-3 * eigenvalues[0]);
    expect(warningCodes(directory)).toEqual(['approximate-directions']);
    const { verdicts } = summary(directory);
    expect(verdicts.length).toBeGreaterThan(3);
    for (const verdict of verdicts) expect(verdict).toContain('approximate directions');
  });

  it('of a few leading pairs has those of the whole', async () => {
    const directory = await changed({ spectrum: { eigenpairs: 4 } });
    const leading = numbers(directory, 'spectrum', 'eigenvalues');
    const whole = numbers(finished, 'spectrum', 'eigenvalues');
    expect(leading).toHaveLength(4);
    leading.forEach((value, i) => expect(Math.abs(value / whole[i] - 1)).toBeLessThan(1e-5));
    expect(readCsv(join(directory, 'directions.csv')).rows).toBe(4);
    expect(readSafetensors(join(directory, 'projections.safetensors')).tensors.theta.shape).toEqual([UPDATES, 4]);
  });
});

describe('noise from batches', () => {
  it.each(['reshuffle', 'with-replacement'])('is that from samples, within its interval: %s', async (sampler) => {
    const sgd = { sampler };
    const directory = await changed({ sgd, noise: { method: 'batches', epochs: 20 } });
    const [value, low, high] = ['variance', 'variance_low', 'variance_high'].map((name) =>
      numbers(directory, 'noise', name),
    );
    const exact = perSampleVariances(directory).map((perSample) =>
      sampler === 'reshuffle'
        ? (perSample / BATCH) * (1 - BATCH / SAMPLES)
        : (perSample * (SAMPLES - 1)) / SAMPLES / BATCH,
    );
    const inside = range(SIZE).filter((i) => low[i] <= exact[i] && exact[i] <= high[i]);
    // 18 of 19 are expected; 15 or fewer have a chance of 1 % if directions were independent.
    expect(inside.length).toBeGreaterThanOrEqual(16);
    for (let i = 0; i < SIZE; i++) {
      expect(value[i]).toBeGreaterThan(low[i]);
      expect(value[i]).toBeLessThan(high[i]);
      // 20 epochs of 9 degrees of freedom: √(2/180) = 10.5 % for one standard deviation.
      expect(high[i] / low[i]).toBeGreaterThan(1.4);
      expect(high[i] / low[i]).toBeLessThan(1.6);
    }
    expect(readSafetensors(join(directory, 'noise.safetensors')).metadata).toMatchObject({
      method: 'batches',
      epochs: 20,
    });
  });
});
