import { describe, expect, it } from 'vitest';
import { batchVariance, perSampleFromBatch } from '../../src/noise/batch-variance.ts';

const gradients = [0.3, -1.7, 2.2, 0.9, -0.4, 5.1];
const N = gradients.length;
const mean = gradients.reduce((sum, value) => sum + value, 0) / N;
const perSample = gradients.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (N - 1);

/** Every way to draw S of the N, in order; with or without putting back. */
function* draws(count: number, withReplacement: boolean, drawn: number[] = []): Generator<number[]> {
  if (drawn.length === count) {
    yield drawn;
    return;
  }
  for (let n = 0; n < N; n++)
    if (withReplacement || !drawn.includes(n)) yield* draws(count, withReplacement, [...drawn, n]);
}

/** Mean square of (batch mean − full mean) over all batches, which are equally likely. */
function enumerated(batchSize: number, withReplacement: boolean): number {
  let sum = 0;
  let batches = 0;
  for (const batch of draws(batchSize, withReplacement)) {
    const batchMean = batch.reduce((total, n) => total + gradients[n], 0) / batchSize;
    sum += (batchMean - mean) ** 2;
    batches++;
  }
  return sum / batches;
}

// Channel: enumeration of all batches of a population of six.
describe('the variance of a batch gradient', () => {
  it.each([
    [2, false],
    [2, true],
    [3, false],
    [3, true],
    [1, false],
    [1, true],
    [6, false],
  ])('is the mean square over all batches of %i, with replacement: %s', (batchSize, withReplacement) => {
    const variance = batchVariance(perSample, { samples: N, batchSize, withReplacement });
    expect(variance).toBeCloseTo(enumerated(batchSize, withReplacement), 13);
  });

  // Channel: enumeration of all 720 orders. Theory §1: cov(δg_i, δg_j) = −C/(M−1) within an epoch.
  it('goes with −C/(M−1) between two batches of one epoch', () => {
    const S = 2;
    const C = batchVariance(perSample, { samples: N, batchSize: S, withReplacement: false });
    let sum = 0;
    let orders = 0;
    for (const order of draws(N, false)) {
      const deviation = (batch: number) => (gradients[order[S * batch]] + gradients[order[S * batch + 1]]) / S - mean;
      sum += deviation(0) * deviation(2);
      orders++;
    }
    expect(orders).toBe(720);
    expect(sum / orders).toBeCloseTo(-C / 2, 13);
  });

  it('gives the per-sample variance back', () => {
    const variance = batchVariance(perSample, { samples: N, batchSize: 2, withReplacement: false });
    expect(perSampleFromBatch(variance, N, 2)).toBeCloseTo(perSample, 13);
  });
});
