/**
 * Intervals and positions on a quadratic with Gaussian noise, simulated update by update: the share of 95 % intervals that
 * hold the prediction, for every estimator, and the variance at each position in the epoch. Channel: simulation.
 */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/random.ts';
import { varianceInterval } from '../../src/statistics/chi-square.ts';
import { ratioInterval } from '../../src/statistics/halves.ts';
import { windowEstimates } from '../../src/statistics/window-estimates.ts';
import { estimatorPredictor, positionPredictor, type Sampler } from '../../src/theory/index.ts';

const [learningRate, momentum, M, EPOCHS, BURN_IN] = [0.05, 0.9, 50, 20, 10];
const K = EPOCHS * M;
const REPLICAS = 1200;
const crossover = (3 * (1 - momentum)) / (learningRate * M);

/** Windows of independent runs from rest, about their own mean [K, replicas]. */
function simulated(sampler: Sampler, eigenvalue: number): Float64Array {
  const random = randomStream(7, `test/coverage/${sampler}/${eigenvalue}`);
  const windows = new Float64Array(K * REPLICAS);
  const noise = new Float64Array(M);
  for (let replica = 0; replica < REPLICAS; replica++) {
    let [theta, velocity, sum] = [0, 0, 0];
    for (let epoch = -BURN_IN; epoch < EPOCHS; epoch++) {
      let mean = 0;
      for (let j = 0; j < M; j++) mean += (noise[j] = random.normal()) / M;
      for (let j = 0; j < M; j++) {
        // Unit variance of one batch either way: the epoch's sum taken out leaves 1 − 1/M.
        const gradient = sampler === 'reshuffle' ? (noise[j] - mean) / Math.sqrt(1 - 1 / M) : noise[j];
        velocity = momentum * velocity - learningRate * (eigenvalue * theta + gradient);
        theta += velocity;
        if (epoch < 0) continue;
        windows[(epoch * M + j) * REPLICAS + replica] = theta;
        sum += theta;
      }
    }
    for (let k = 0; k < K; k++) windows[k * REPLICAS + replica] -= sum / K;
  }
  return windows;
}

const cases = (['reshuffle', 'with-replacement'] as const).flatMap((sampler) =>
  [0.01, 1, 100].map((relative) => ({ sampler, relative })),
);

describe.each(cases)('$sampler at λ/λ_cross = $relative', ({ sampler, relative }) => {
  const eigenvalue = relative * crossover;
  const options = {
    learningRate,
    momentum,
    batchesPerEpoch: M,
    sampler,
    updates: K,
    start: 'rest',
    burnInUpdates: BURN_IN * M,
  } as const;
  const windows = simulated(sampler, eigenvalue);
  const found = windowEstimates(windows, REPLICAS, M);
  const expected = estimatorPredictor(options)(eigenvalue)!;
  const whole = found.withinEpochs.map((_, replica) => {
    let square = 0;
    for (let k = 0; k < K; k++) square += windows[k * REPLICAS + replica] ** 2 / K;
    return square;
  });
  const estimators = [
    [
      'the whole window',
      whole,
      { variance: expected.whole.thetaVariance, degreesOfFreedom: expected.whole.thetaDegreesOfFreedom },
    ],
    ['within epochs', found.withinEpochs, expected.withinEpochs],
    ['without trend', found.withoutTrend, expected.withoutTrend],
    ['first half', found.halves[0], expected.halves[0]],
    ['second half', found.halves[1], expected.halves[1]],
  ] as const;
  const named = estimators.map(([name, values, one]) => ({ name, values, one }));

  it.each(named)('$name: intervals of nominally 95 % hold the prediction as often', ({ values, one }) => {
    const inside = values.filter((value) => {
      const { low, high } = varianceInterval(value, one.degreesOfFreedom);
      return low <= one.variance && one.variance <= high;
    });
    const coverage = inside.length / REPLICAS;
    expect(coverage).toBeGreaterThan(0.92);
    // Half a window of a slow random walk is worth ν ≈ 2.4: there χ² with the same two moments is a little too wide.
    expect(coverage).toBeLessThan(one.degreesOfFreedom < 2.5 ? 0.99 : 0.98);
  });

  it.each(named)('$name: the mean is the prediction, within four standard errors', ({ values, one }) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / REPLICAS;
    const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (REPLICAS - 1);
    expect(Math.abs(mean - one.variance)).toBeLessThan(4 * Math.sqrt(square / REPLICAS));
  });

  it('halves of stationary windows differ as Fisher says', () => {
    const [first, second] = expected.halves;
    const { low, high } = ratioInterval(second.degreesOfFreedom, first.degreesOfFreedom);
    const inside = found.halves[0].filter((value, i) => {
      const ratio = found.halves[1][i] / second.variance / (value / first.variance);
      return low <= ratio && ratio <= high;
    });
    expect(inside.length / REPLICAS).toBeGreaterThan(0.92);
    // With ν ≈ 2.4 a half, F is as coarse as χ² is; it errs on the side of calling a window stationary.
    expect(inside.length / REPLICAS).toBeLessThan(second.degreesOfFreedom < 2.5 ? 1 : 0.98);
  });

  it('variances by position, within four standard errors of each', () => {
    const profile = positionPredictor(options)(eigenvalue)!;
    for (let j = 0; j < M; j += 7) {
      const values = Float64Array.from({ length: REPLICAS }, (_, replica) => {
        let square = 0;
        for (let epoch = 0; epoch < EPOCHS; epoch++)
          square += windows[(epoch * M + j) * REPLICAS + replica] ** 2 / EPOCHS;
        return square;
      });
      const mean = values.reduce((sum, value) => sum + value, 0) / REPLICAS;
      const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (REPLICAS - 1);
      expect(Math.abs(mean - profile[j]), `position ${j + 1}`).toBeLessThan(4 * Math.sqrt(square / REPLICAS));
    }
  });
});
