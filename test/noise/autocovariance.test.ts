import { describe, expect, it } from 'vitest';
import { autocovariance } from '../../src/noise/autocovariance.ts';
import { silent } from '../../src/progress.ts';
import { randomStream } from '../../src/random.ts';
import { batchSource, type Sampler } from '../../src/sgd/samplers.ts';
import { openBackend } from '../../src/tensor/backend.ts';
import { normals, range } from '../hessian/plain-mlp.ts';

const exact = openBackend({ name: 'tensorflow', precision: 'float64', threads: 1 });

/** Noise of batches of a made population: k directions, each sample's gradient normal, epochs by a sampler. */
function simulated(sampler: Sampler, samples: number, batchSize: number, epochs: number, k: number, seed: number) {
  const perSample = normals(samples * k, seed);
  for (let i = 0; i < k; i++) {
    let mean = 0;
    for (let n = 0; n < samples; n++) mean += perSample[n * k + i] / samples;
    for (let n = 0; n < samples; n++) perSample[n * k + i] -= mean;
  }
  const source = batchSource(sampler, samples, batchSize, randomStream(seed, 'test/noise/order'));
  const batches = samples / batchSize;
  const noise = new Float64Array(epochs * batches * k);
  for (let epoch = 0; epoch < epochs; epoch++)
    source.nextEpoch().forEach((n, at) => {
      const row = epoch * batches + Math.floor(at / batchSize);
      for (let i = 0; i < k; i++) noise[row * k + i] += perSample[n * k + i] / batchSize;
    });
  return noise;
}

/** Straight from the definition: all pairs, each direction by its own lag 0, then the mean over directions. */
function bruteForce(noise: Float64Array, k: number, lag: number): number {
  const updates = noise.length / k;
  const directions = range(k).map((i) => {
    const at = (update: number) => noise[update * k + i];
    const pairs = range(updates - lag).map((update) => at(update) * at(update + lag));
    const zero = range(updates).reduce((sum, update) => sum + at(update) ** 2, 0) / updates;
    return pairs.reduce((sum, value) => sum + value, 0) / pairs.length / zero;
  });
  return directions.reduce((sum, value) => sum + value, 0) / k;
}

describe('the autocovariance of gradient noise', () => {
  // Channel: the definition by brute force. 23 updates of 5 an epoch: the last epoch is cut short.
  it.each([
    [23, 5, 3],
    [20, 10, 2],
    [7, 10, 2],
  ])('is the mean over pairs: %i updates, %i an epoch, %i directions', async (updates, batches, k) => {
    const noise = normals(updates * k, 5);
    const { lags, value } = await autocovariance(noise, k, batches, exact, silent);
    const largest = Math.min(2 * batches, updates - 1);
    expect([...lags]).toEqual(range(largest + 1));
    lags.forEach((lag) => expect(value[lag]).toBeCloseTo(bruteForce(noise, k, lag), 12));
    expect(value[0]).toBeCloseTo(1, 14);
  });

  // Channel: theory §1, R(h)/R(0) = −(M−h)/(M(M−1)) below lag M, 0 from there on. One z over all lags and simulations.
  it('of fresh orders is −(M−h)/(M(M−1)), with an error that means what it says', async () => {
    const [samples, batchSize, epochs] = [40, 4, 200];
    const M = samples / batchSize;
    const scores: number[] = [];
    for (let seed = 1; seed <= 30; seed++) {
      const noise = simulated('reshuffle', samples, batchSize, epochs, 3, seed);
      const { value, error } = await autocovariance(noise, 3, M, exact, silent);
      for (let lag = 1; lag <= 2 * M; lag++) {
        const expected = lag < M ? -(M - lag) / (M * (M - 1)) : 0;
        scores.push((value[lag] - expected) / error[lag]);
      }
    }
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    const rms = Math.sqrt(scores.reduce((sum, score) => sum + score * score, 0) / scores.length);
    // 600 scores, lags of one seed somewhat correlated: the mean is good to about 0.1, the rms to 5 %.
    expect(Math.abs(mean)).toBeLessThan(0.3);
    expect(rms).toBeGreaterThan(0.85);
    expect(rms).toBeLessThan(1.15);
  });

  it('of independent draws is 0 at all lags but the first', async () => {
    const { value, error } = await autocovariance(
      simulated('with-replacement', 40, 4, 400, 3, 7),
      3,
      10,
      exact,
      silent,
    );
    const scores = range(20).map((lag) => value[lag + 1] / error[lag + 1]);
    expect(Math.max(...scores.map(Math.abs))).toBeLessThan(4);
  });

  // Channel: an order that repeats has the autocovariance of its epoch, by brute force over one cycle: 1 at lag M.
  it('of one order for all epochs returns at lag M', async () => {
    const [epochs, M] = [6, 10];
    const { value } = await autocovariance(simulated('shuffle-once', 40, 4, epochs, 2, 3), 2, M, exact, silent);
    expect(value[M]).toBeCloseTo(1, 12);
    expect(value[2 * M]).toBeCloseTo(1, 12);
    expect(value[1]).toBeLessThan(0.9);
  });

  // Channel: a ratio does not know the unit of a direction.
  it('weighs all directions alike, and leaves out one without noise', async () => {
    const [updates, M] = [40, 10];
    const one = normals(updates, 1);
    const other = normals(updates, 2);
    const silentOne = Float64Array.from({ length: 3 * updates }, (_, at) => {
      const row = Math.floor(at / 3);
      return [1e-9 * one[row], 1e6 * other[row], 0][at % 3];
    });
    const plain = Float64Array.from({ length: 2 * updates }, (_, at) => [one, other][at % 2][at >> 1]);
    const scaled = await autocovariance(silentOne, 3, M, exact, silent);
    const expected = await autocovariance(plain, 2, M, exact, silent);
    scaled.value.forEach((value, lag) => expect(value).toBeCloseTo(expected.value[lag], 12));
  });

  // Channel: the standard error of a mean, by hand: two epochs of (1, −1) and (2, 2), lag 1, last pair of each included.
  it('has the standard error of the epochs that hold all their pairs', async () => {
    const noise = Float64Array.of(1, -1, 2, 2, 1, 1);
    const { value, error } = await autocovariance(noise, 1, 2, exact, silent);
    const zero = (1 + 1 + 4 + 4 + 1 + 1) / 6;
    // Epoch 1: (1·−1 + −1·2)/2 = −3/2; epoch 2: (2·2 + 2·1)/2 = 3. The third lacks the pair across its end.
    expect(value[1]).toBeCloseTo((-1 - 2 + 4 + 2 + 1) / 5 / zero, 14);
    expect(error[1]).toBeCloseTo(Math.abs(3 + 1.5) / 2 / zero, 14);
    expect(error[0]).toBe(0);
  });
});
