/** Noise of which a share is white: its weakened anti-correlation entry by entry, what is refused, what has no prediction. */
import { describe, expect, it } from 'vitest';
import { windowPredictor } from '../../src/theory/index.ts';
import { epochNoise, INDEPENDENT_NOISE, withWhiteNoise } from '../../src/theory/noise.ts';
import { cycleWindowFrom, settledStart, traces, windowFrom } from './dense-window.ts';
import { relativeError } from './relative-error.ts';

const M = 6;

describe('withWhiteNoise', () => {
  // Channel: cov/C is (1−s)(δ − f)/(1−f) + sδ, entry by entry.
  it.each([
    [1 / M, 0.3],
    [0.11, 0.3],
    [0.11, 0.99],
  ])('with f = %d and a share of %d has the covariance of the sum of both', (f, share) => {
    const { scale, samplingFraction, epochExcess } = withWhiteNoise(epochNoise(M, f), M, share);
    expect(scale * (1 - samplingFraction)).toBeCloseTo(1, 14);
    expect(-scale * samplingFraction).toBeCloseTo(((share - 1) * f) / (1 - f), 14);
    // The epoch's sum: M variances and M(M−1) covariances.
    const sum = M + M * (M - 1) * ((share - 1) * (f / (1 - f)));
    expect(scale * epochExcess).toBeCloseTo(sum, 12);
  });

  it('of none is the noise itself, and of all that of independent batches', () => {
    expect(withWhiteNoise(epochNoise(M), M, 0)).toEqual(epochNoise(M));
    expect(withWhiteNoise(epochNoise(M), M, 1)).toEqual({ scale: 1, samplingFraction: 0, epochExcess: M });
  });

  it.each([-1e-9, 1.000001, NaN, Infinity])('refuses a share of %s', (share) => {
    expect(() => withWhiteNoise(epochNoise(M), M, share)).toThrow(
      new RangeError(`white share ${share} of the noise is not in 0 … 1`),
    );
    expect(() => withWhiteNoise(INDEPENDENT_NOISE, M, share)).toThrow(RangeError);
  });
});

describe('windowPredictor with a white share', () => {
  const one = { learningRate: 0.2, momentum: 0.9, batchesPerEpoch: M, updates: 17 } as const;
  const eigenvalue = 0.25;
  const rule = { ...one, eigenvalue };
  const REST = [
    [0, 0],
    [0, 0],
  ];

  it('has no prediction for one order for all epochs, whose noise repeats itself; without one it has', () => {
    const predict = windowPredictor({ ...one, sampler: 'shuffle-once', start: 'stationary' });
    for (const share of [1e-12, 0.3, 1])
      for (const [name, value] of Object.entries(predict(eigenvalue, share))) expect(value, name).toBeNaN();
    const { variance } = traces(cycleWindowFrom(rule, { epochLength: M, fraction: 1 / M }, one.updates).theta, true);
    expect(relativeError(predict(eigenvalue, 0).thetaVariance, variance)).toBeLessThan(1e-9);
    expect(predict(eigenvalue)).toEqual(predict(eigenvalue, 0));
  });

  it('of all is the window of independent batches from rest through the burn-in, whatever the start', () => {
    const burnInUpdates = 3 * M;
    const { theta, velocity } = windowFrom(REST, rule, { epochLength: 1, fraction: 0 }, one.updates, burnInUpdates);
    for (const start of ['stationary', 'rest'] as const) {
      const found = windowPredictor({ ...one, sampler: 'reshuffle', start, burnInUpdates })(eigenvalue, 1);
      expect(relativeError(found.thetaVariance, traces(theta, true).variance), start).toBeLessThan(1e-9);
      expect(relativeError(found.velocityVariance, traces(velocity, false).variance), start).toBeLessThan(1e-9);
    }
    // Settled, it would be more.
    const settled = settledStart(rule, { epochLength: 1, fraction: 0 });
    const long = windowFrom(settled, rule, { epochLength: 1, fraction: 0 }, one.updates, 0).theta;
    expect(traces(long, true).variance / traces(theta, true).variance).toBeGreaterThan(1.001);
  });

  it.each([-0.1, 1.1, NaN])('refuses a share of %s', (share) => {
    const predict = windowPredictor({ ...one, sampler: 'reshuffle', start: 'stationary' });
    expect(() => predict(eigenvalue, share)).toThrow(`white share ${share} of the noise is not in 0 … 1`);
  });
});
