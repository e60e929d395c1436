/** Other ways through the pipeline, each held to the definition that it changes. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { statesOfWindow } from '../../../src/experiment/compare/loss-fluctuation.ts';
import { readHistory } from '../../../src/experiment/training-curve.ts';
import type { Summary } from '../../../src/report/summary.ts';
import { readCsv } from '../../../src/store/csv.ts';
import { readJson } from '../../../src/store/json.ts';
import { readSafetensors } from '../../../src/store/safetensors.ts';
import { range } from '../../hessian/plain-mlp.ts';
import { temporaryFolders } from '../../setup/temporary.ts';
import { jacobiEigen } from '../../oracle/jacobi-reference.ts';
import { BATCH, plain, run, SAMPLES, SIZE, tinySamples, UPDATES, UPDATES_PER_EPOCH, WEIGHT_DECAY } from './tiny.ts';

const folder = temporaryFolders();
const data = tinySamples();
const everyone = range(SAMPLES);
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

const numbers = (directory: string, file: string, tensor: string) =>
  readSafetensors(join(directory, `${file}.safetensors`)).tensors[tensor].data as Float64Array;
const summary = (directory: string) => readJson<Summary>(join(directory, 'summary.json'));
const codes = (directory: string) => summary(directory).warnings.map(({ code }) => code);
const row = (values: Float64Array, index: number, width = SIZE) => values.subarray(index * width, (index + 1) * width);

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Central differences of the plain gradient of the objective: Hv to about 1e-9. */
function hessianTimes(theta: Float64Array, vector: ArrayLike<number>): Float64Array {
  const step = 1e-5;
  const at = (sign: number) =>
    plain.meanGradient(
      theta.map((value, i) => value + sign * step * vector[i]),
      data,
      everyone,
      WEIGHT_DECAY,
    );
  const behind = at(-1);
  return at(1).map((value, i) => (value - behind[i]) / (2 * step));
}

/** C₀ along each direction, over N−1, at the run's mean. */
function perSampleVariances(directory: string): number[] {
  const gradients = everyone.map((n) => plain.gradient(numbers(directory, 'mean', 'theta'), data, n));
  return range(SIZE).map((i) => {
    const e = row(numbers(directory, 'spectrum', 'eigenvectors'), i);
    const along = gradients.map((gradient) => dot(e, gradient));
    const mean = along.reduce((sum, value) => sum + value, 0) / SAMPLES;
    return along.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (SAMPLES - 1);
  });
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
    expect(codes(directory)).toEqual(['one-permutation']);
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
    expect(codes(directory)).toEqual([]);
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
    expect(codes(directory)).toEqual(['approximate-directions']);
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

describe('the paper’s own procedure, training and no polish', () => {
  let directory: string;
  beforeAll(async () => {
    directory = join(folder(), 'trained');
    const train = { epochs: 4, initialLearningRate: 0.1, decayPerEpoch: 0.5 };
    await run(directory, { train, polish: { method: 'none' }, record: { burnInEpochs: 0, epochs: 5 } }, 'compare');
  });

  it('opens the window with the weights and the velocity that the training ends with', () => {
    for (const name of ['theta', 'velocity']) {
      const opening = numbers(directory, 'weights', name);
      expect([...opening]).toEqual([...numbers(directory, 'minimum', name)]);
      expect(opening.some((value) => value !== 0)).toBe(true);
    }
    // The first update goes on from that velocity: no restart from rest.
    const batch = row(numbers(directory, 'batches', 'indices'), 0, BATCH);
    const gradient = plain.meanGradient(numbers(directory, 'weights', 'theta'), data, batch, WEIGHT_DECAY);
    const velocity = numbers(directory, 'weights', 'velocity');
    const next = numbers(directory, 'trajectory/00000', 'velocity');
    for (let i = 0; i < SIZE; i++) expect(next[i]).toBeCloseTo(0.5 * velocity[i] - 0.2 * gradient[i], 7);
  });

  it('tells its history, with η·decay^epoch', () => {
    const history = readHistory(join(directory, 'training.csv'));
    expect(history.map(({ phase, epoch, learningRate }) => [phase, epoch, learningRate])).toEqual([
      ['train', 1, 0.1],
      ['train', 2, 0.05],
      ['train', 3, 0.025],
      ['train', 4, 0.0125],
    ]);
    const window = readHistory(join(directory, 'window.csv'));
    expect(window.map(({ phase, epoch }) => [phase, epoch])).toEqual(range(5).map((i) => ['window', 5 + i]));
    expect(window.every(({ learningRate }) => learningRate === 0.2)).toBe(true);
    // The loss of the data alone: without L2, of all samples, after the epoch.
    const last = row(numbers(directory, 'trajectory/00000', 'theta'), UPDATES - 1);
    expect(window[4].trainLoss).toBeCloseTo(plain.objective(last, data, everyone), 6);
  });

  it('says nothing of a polish', () => {
    expect(readSafetensors(join(directory, 'minimum.safetensors')).metadata.polish ?? null).toBeNull();
    expect(summary(directory).verdicts.join()).not.toContain('Polish');
    expect(codes(directory)).not.toContain('polish');
    expect(summary(directory).window).toEqual({ epochs: 5, updates: 50, burnInEpochs: 0 });
  });
});

describe('a window of more updates than are evaluated', () => {
  it('has the lift of the loss without the first-order term, whose mean over chosen states is not zero', async () => {
    const directory = join(folder(), 'long');
    const settings = { polish: { method: 'none' }, record: { burnInEpochs: 1, epochs: 5 } };
    await run(directory, { ...settings, sgd: { batchSize: 4, learningRate: 0.05 } }, 'compare');
    const mean = numbers(directory, 'mean', 'theta');
    const theta = numbers(directory, 'trajectory/00000', 'theta');
    const gradient = plain.meanGradient(mean, data, everyone, WEIGHT_DECAY);
    const atMean = plain.objective(mean, data, everyone, WEIGHT_DECAY);
    const states = statesOfWindow(5, 100);
    expect(states).toHaveLength(200);
    let [lift, slope] = [0, 0];
    for (const k of states) {
      const state = row(theta, k);
      lift += (plain.objective(state, data, everyone, WEIGHT_DECAY) - atMean) / states.length;
      slope +=
        dot(
          gradient,
          state.map((value, i) => value - mean[i]),
        ) / states.length;
    }
    const { direct } = summary(directory).lossFluctuation;
    expect(Math.abs(direct! / (lift - slope) - 1)).toBeLessThan(1e-4);
    expect(Math.abs(slope / lift)).toBeGreaterThan(3e-4);
  });
});

describe('a polish that is stopped', () => {
  it('warns, in the summary too', async () => {
    const directory = join(folder(), 'stopped');
    const model = { initialisation: { from: 'random' } };
    await run(directory, { model, polish: { iterations: 2 } }, 'compare');
    const [warning] = summary(directory).warnings;
    expect(warning.code).toBe('polish');
    expect(warning.text).toMatch(/^The polish did not reach its goal: stopped after 2 iterations/);
    expect(summary(directory).verdicts.join()).not.toContain('Polish');
  });
});

describe('the cpu back end', () => {
  it('goes all the way, and agrees with tensorflow to the accuracy of float32', async () => {
    const same = { polish: { method: 'none' }, record: { burnInEpochs: 1, epochs: 2 } };
    const [native, plainly] = [join(folder(), 'tensorflow'), join(folder(), 'cpu')];
    await run(native, same, 'compare');
    await run(plainly, { ...same, backend: 'cpu' });
    const eigenvalues = numbers(plainly, 'spectrum', 'eigenvalues');
    numbers(native, 'spectrum', 'eigenvalues').forEach((value, i) =>
      expect(Math.abs(value - eigenvalues[i])).toBeLessThan(1e-6 * eigenvalues[0]),
    );
    const noise = numbers(plainly, 'noise', 'variance');
    numbers(native, 'noise', 'variance').forEach((value, i) => {
      // Along directions whose eigenvalues are close, the two bases differ.
      if (i < 3) expect(Math.abs(value / noise[i] - 1)).toBeLessThan(1e-3);
    });
    expect(numbers(plainly, 'batches', 'indices')).toEqual(numbers(native, 'batches', 'indices'));
    expect(codes(plainly)).toContain('cpu-backend');
    // And with the oracle: differences of the plain gradient, row by row.
    const theta = numbers(plainly, 'mean', 'theta');
    const rows = range(SIZE).map((i) =>
      hessianTimes(
        theta,
        Float64Array.from({ length: SIZE }, (_, j) => +(i === j)),
      ),
    );
    jacobiEigen(rows.map((entries, i) => entries.map((value, j) => (value + rows[j][i]) / 2))).eigenvalues.forEach(
      (value, i) => expect(Math.abs(value - eigenvalues[i])).toBeLessThan(3e-6 * eigenvalues[0]),
    );
  });
});
