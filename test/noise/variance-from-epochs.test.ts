import { describe, expect, it } from 'vitest';
import { batchVariance } from '../../src/noise/batch-variance.ts';
import { varianceFromEpochs } from '../../src/noise/batch-gradients.ts';
import { randomStream } from '../../src/random.ts';
import { batchSource } from '../../src/sgd/samplers.ts';

const [N, S, EPOCHS] = [60, 5, 4];
const M = N / S;
const random = randomStream(1, 'test/noise/epochs');
// Two directions; the second far from normal: one sample in ten carries it.
const perSample = [
  Float64Array.from({ length: N }, () => 3 + random.normal()),
  Float64Array.from({ length: N }, (_, n) => (n % 10 === 0 ? 5 : 0)),
];

const variance = (values: ArrayLike<number>) => {
  const list = Array.from(values);
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
  return list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (list.length - 1);
};

/** Projected batch gradients of whole epochs [epochs·M, 2], each epoch a fresh order. */
function simulated(epochs: number): Float64Array {
  const source = batchSource('reshuffle', N, S, random);
  const along = new Float64Array(epochs * M * 2);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = source.nextEpoch();
    order.forEach((n, at) => {
      const row = epoch * M + Math.floor(at / S);
      for (let k = 0; k < 2; k++) along[row * 2 + k] += perSample[k][n] / S;
    });
  }
  return along;
}

describe('the batch variance from epochs of batch gradients', () => {
  // Channel: Monte Carlo against the closed form of theory §1, at four standard errors of the mean of 2000 estimates.
  it('is unbiased', () => {
    const repeats = 2000;
    const estimates = [[], []] as number[][];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const result = varianceFromEpochs(simulated(EPOCHS), 2, M);
      expect(result.degreesOfFreedom).toBe(EPOCHS * (M - 1));
      result.variance.forEach((value, k) => estimates[k].push(value));
    }
    for (const k of [0, 1]) {
      const C = batchVariance(variance(perSample[k]), { samples: N, batchSize: S, withReplacement: false });
      const mean = estimates[k].reduce((sum, value) => sum + value, 0) / repeats;
      const error = Math.sqrt(variance(estimates[k]) / repeats);
      expect(Math.abs(mean - C)).toBeLessThan(4 * error);
      expect(error).toBeLessThan(0.01 * C);
    }
  });

  // Channel: closed form. Of N normal numbers about their mean the part between batches is the share
  // Beta((M−1)/2, (N−M)/2) of the whole, so that one epoch is worth (M−1)(N+1)/(N−M) degrees of freedom: the M−1 of a χ²
  // as batches grow, and more where they are small.
  it('is worth the degrees of freedom it claims, and a little more where batches are small', () => {
    const shares: number[] = [];
    for (let repeat = 0; repeat < 4000; repeat++) {
      const population = Float64Array.from({ length: N }, () => random.normal());
      const C = batchVariance(variance(population), { samples: N, batchSize: S, withReplacement: false });
      const along = Float64Array.from({ length: M }, (_, row) =>
        population.subarray(row * S, (row + 1) * S).reduce((sum, value) => sum + value / S, 0),
      );
      shares.push(varianceFromEpochs(along, 1, M).variance[0] / C);
    }
    const worth = 2 / variance(shares);
    expect(worth / (((M - 1) * (N + 1)) / (N - M))).toBeCloseTo(1, 1);
    expect(worth).toBeGreaterThan(varianceFromEpochs(new Float64Array(M), 1, M).degreesOfFreedom);
  });

  // Channel: arithmetic by hand. Epochs (1, 3) and (10, 16): mean squares 1 and 9 about means 2 and 13.
  it('takes each epoch about its own mean', () => {
    expect([...varianceFromEpochs(Float64Array.of(1, 3, 10, 16), 1, 2).variance]).toEqual([5]);
  });
});
