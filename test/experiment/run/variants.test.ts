/** Other samplers, directions and noise, each held to the definition that it changes. */
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { sampleGroups } from '../../../src/experiment/curvature/choices.ts';
import { openWorkbench } from '../../../src/experiment/workbench.ts';
import type { Samples } from '../../../src/models/problem.ts';
import { readCsv } from '../../../src/store/csv.ts';
import { readSafetensors } from '../../../src/store/safetensors.ts';
import { range } from '../../hessian/plain-mlp.ts';
import { temporaryFolders } from '../../setup/temporary.ts';
import {
  data,
  dot,
  everyone,
  hessianTimes,
  numbers,
  perSampleVariances,
  row,
  summary,
  warningCodes,
} from './reading.ts';
import { BATCH, plain, quiet, run, SAMPLES, SIZE, tiny, UPDATES, UPDATES_PER_EPOCH, WEIGHT_DECAY } from './tiny.ts';

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
    expect(warningCodes(directory)).toEqual(['approximate-directions', 'paths-unexplained']);
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

describe('curvature', () => {
  /** ∇L of some samples at θ̄ + Σ xᵢeᵢ, of a snapshot: the directions are all there are. */
  const stateOf = (directory: string, snapshot: number) => {
    const state = Float64Array.from(numbers(directory, 'mean', 'theta'));
    const along = row(numbers(directory, 'curvature', 'snapshot_theta'), snapshot);
    along.forEach((x, i) =>
      row(numbers(directory, 'spectrum', 'eigenvectors'), i).forEach((value, j) => (state[j] += x * value)),
    );
    return state;
  };
  const alongAll = (directory: string, vector: Float64Array) =>
    range(SIZE).map((i) => dot(row(numbers(directory, 'spectrum', 'eigenvectors'), i), vector));

  it('from a subset has the departure of its groups on top of the quadratic model of all', async () => {
    const directory = await changed({ curvature: { samples: 83, directions: 5 } });
    const { tensors, metadata } = readSafetensors(join(directory, 'curvature.safetensors'));
    expect(metadata).toEqual({ window: 'same', samples: 80 });
    expect(tensors.snapshot_group_slopes.shape).toEqual([8, SIZE]);
    expect(tensors.finite_step_curvature.shape).toEqual([8, 5]);
    const mean = numbers(directory, 'mean', 'theta');
    const experiment = tiny({ curvature: { samples: 83 } });
    const groups = sampleGroups(experiment, await openWorkbench(experiment, { threads: 1 }, quiet));
    const gradientOf = (group: Samples, theta: Float64Array) =>
      plain.meanGradient(theta, group, range(group.samples), WEIGHT_DECAY);
    const [eigenvalues, gradient] = ['eigenvalues', 'gradient'].map((name) => numbers(directory, 'spectrum', name));
    for (const snapshot of [0, 17, 49]) {
      const apart = stateOf(directory, snapshot).map((value, j) => value - mean[j]);
      const departures = groups.map((group) => {
        const at = (step: number) =>
          gradientOf(
            group,
            mean.map((value, j) => value + step * apart[j]),
          );
        // Central differences: the group's Hessian times the distance.
        const [ahead, behind] = [at(1e-4), at(-1e-4)];
        const [here, there] = [at(1), at(0)];
        return alongAll(
          directory,
          here.map((value, j) => value - there[j] - (ahead[j] - behind[j]) / 2e-4),
        );
      });
      const x = row(numbers(directory, 'curvature', 'snapshot_theta'), snapshot);
      const found = row(numbers(directory, 'curvature', 'snapshot_gradient'), snapshot);
      for (let i = 0; i < SIZE; i++) {
        const departure = departures.reduce((sum, of) => sum + of[i] / 8, 0);
        expect(Math.abs(found[i] - (gradient[i] + eigenvalues[i] * x[i] + departure))).toBeLessThan(1e-6);
      }
    }
    // What all samples say lies within the interval, but for one in twenty.
    const [low, high] = ['low', 'high'].map((end) =>
      readCsv(join(directory, 'curvatures.csv')).numbers(`trajectory_curvature_${end}`),
    );
    const whole = readCsv(join(finished, 'curvatures.csv')).numbers('trajectory_curvature');
    expect(range(SIZE).filter((i) => low[i] <= whole[i] && whole[i] <= high[i]).length).toBeGreaterThanOrEqual(16);
    expect(summary(directory).curvatures).toMatchObject({ window: 'same', samples: 80, snapshots: 50 });
  });

  it('from a second window is of other states, whose gradients are those of all samples', async () => {
    const directory = await changed({ curvature: { window: 'second' } });
    const { tensors, metadata } = readSafetensors(join(directory, 'curvature.safetensors'));
    expect(metadata).toEqual({ window: 'second', samples: SAMPLES });
    expect([...(tensors.snapshot_updates.data as Int32Array)]).toEqual(
      range(UPDATES).map((update) => UPDATES + update),
    );
    for (const snapshot of [0, 31]) {
      const gradient = plain.meanGradient(stateOf(directory, snapshot), data, everyone, WEIGHT_DECAY);
      const found = row(numbers(directory, 'curvature', 'snapshot_gradient'), snapshot);
      alongAll(directory, gradient).forEach((value, i) => expect(Math.abs(found[i] - value)).toBeLessThan(1e-6));
    }
    // The finite step and the Hessian's change are those of the window itself, whatever the path.
    for (const name of ['ratio', 'finite_step', 'finite_step_curvature'])
      expect(numbers(directory, 'curvature', name)).toEqual(numbers(finished, 'curvature', name));
    expect(summary(directory).curvatures.window).toBe('second');
    // And nothing else changes.
    for (const name of ['directions.csv', 'estimators.csv'])
      expect(readFileSync(join(directory, name), 'utf8')).toBe(readFileSync(join(finished, name), 'utf8'));
  });

  it('without finite steps leaves their columns empty', async () => {
    const directory = await changed({ curvature: { directions: 0 } });
    const table = readCsv(join(directory, 'curvatures.csv'));
    for (const name of table.names.filter((one) => one.startsWith('finite_step')))
      expect([...table.text(name)].join('')).toBe('');
    expect(table.numbers('trajectory_curvature').every(Number.isFinite)).toBe(true);
    for (const { finiteStep } of summary(directory).curvatures.ranges)
      expect(finiteStep).toEqual({ directions: 0, overEigenvalue: null, ratio: null, coverage: null });
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
