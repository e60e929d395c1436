/** Other ways to the window, and another back end. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { statesOfWindow } from '../../../src/experiment/snapshots.ts';
import { readHistory } from '../../../src/experiment/training-curve.ts';
import { readSafetensors } from '../../../src/store/safetensors.ts';
import { range } from '../../hessian/plain-mlp.ts';
import { jacobiEigen } from '../../oracle/jacobi-reference.ts';
import { temporaryFolders } from '../../setup/temporary.ts';
import { data, dot, everyone, hessianTimes, numbers, row, summary, warningCodes } from './reading.ts';
import { BATCH, plain, run, SIZE, UPDATES, WEIGHT_DECAY } from './tiny.ts';

vi.mock(import('../../../src/report/png.ts'), () => import('../../report/small-png.ts'));

const folder = temporaryFolders();

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
    expect(warningCodes(directory)).not.toContain('polish');
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
    const states = statesOfWindow(5, 100, 40);
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
    expect(warningCodes(plainly)).toContain('cpu-backend');
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
