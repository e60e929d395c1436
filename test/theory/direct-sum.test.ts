/** Windows of more than a hundred updates against direct sums over all pairs (direct-sum.ts). */
import { describe, expect, it } from 'vitest';
import { cycleAutocovariance, halfSquareDisplacements, windowPredictor } from '../../src/theory/index.ts';
import { epochNoise } from '../../src/theory/noise.ts';
import { directToeplitz, directWindow } from './direct-sum.ts';
import { relativeError } from './relative-error.ts';

/** β, M, K, burn-in: whole epochs and not, windows that open amid an epoch, few batches that momentum smears over many epochs. */
const SHAPES = [
  [0, 30, 120, 0],
  [0.5, 64, 130, 100],
  [0.9, 50, 170, 137],
  [0.9, 300, 110, 70],
  [0.99, 7, 140, 0],
  [0.999, 2, 131, 60],
] as const;
/** ηλ: negative, none, vanishing, slow, fast, beyond stability. */
const stepsOf = (momentum: number) => [-1e-3, -1e-9, 0, 1e-12, 1e-6, 0.01, 1.3, 2.001 * (1 + momentum)];

describe('windows from rest equal direct sums', () => {
  const cases = SHAPES.flatMap(([momentum, batchesPerEpoch, updates, burnInUpdates]) =>
    stepsOf(momentum).map((step) => ({
      name: `β=${momentum} M=${batchesPerEpoch} K=${updates} burn-in=${burnInUpdates} ηλ=${step}`,
      run: { learningRate: 0.2, momentum, batchesPerEpoch, updates, burnInUpdates, eigenvalue: step / 0.2 },
    })),
  );

  it.each(cases)('$name', ({ run }) => {
    // Beyond stability a mode grows as −1 − δ/(1−β), which turns the rounding of ηλ into K/(1−β) times as much.
    const tolerance = run.learningRate * run.eigenvalue > 2 ? 1e-9 : 1e-11;
    for (const sampler of ['reshuffle', 'with-replacement'] as const) {
      const epochLength = sampler === 'reshuffle' ? run.batchesPerEpoch : 1;
      const expected = directWindow({ ...run, epochLength });
      const actual = windowPredictor({ ...run, sampler, start: 'rest' })(run.eigenvalue);
      for (const key of Object.keys(expected) as (keyof typeof expected)[])
        expect(relativeError(actual[key], expected[key]), `${sampler}, ${key}`).toBeLessThan(tolerance);
    }
  });
});

// Independent channel: equation 10 for the covariance at λ = 0, equation 16 for windows of full length.
describe('stationary windows of independent batches', () => {
  it.each([0, 0.5, 0.9])('λ = 0, β=%d', (β) => {
    const s = (h: number) => (0.5 * (h - (2 * β * (1 - β ** h)) / (1 - β * β))) / (1 - β) ** 2;
    const run = { learningRate: 1, momentum: β, batchesPerEpoch: 20, updates: 400 } as const;
    const predict = windowPredictor({ ...run, sampler: 'with-replacement', start: 'stationary' });
    const expected = directToeplitz(s, run.updates);
    // 1e-300: a variance of 1e300 at the start must not be seen in the window.
    for (const eigenvalue of [0, 1e-300]) {
      const actual = predict(eigenvalue);
      expect(relativeError(actual.thetaVariance, expected.variance)).toBeLessThan(1e-11);
      expect(relativeError(actual.thetaDegreesOfFreedom, expected.degreesOfFreedom)).toBeLessThan(1e-11);
    }
  });

  const cases = [0, 0.9, 0.99].flatMap((β) =>
    [1e-14, 1e-8, 1e-4, 0.03, 1, 1.9 * (1 + β)].map((step) => [β, step] as const),
  );
  it.each(cases)('β=%d ηλ=%d, K=20000', (β, step) => {
    const run = { learningRate: 1, momentum: β, batchesPerEpoch: 1000, updates: 20_000, eigenvalue: step };
    const s = halfSquareDisplacements(run, run.updates);
    const K = run.updates;
    let sum = 0;
    for (let lag = 1; lag < K; lag++) sum += (K - lag) * s[lag];
    const actual = windowPredictor({ ...run, sampler: 'with-replacement', start: 'stationary' })(step);
    expect(relativeError(actual.thetaVariance, (2 * sum) / (K * K))).toBeLessThan(1e-12);
    expect(relativeError(actual.velocityVariance, 2 * s[1])).toBeLessThan(1e-12);
  });
});

// Independent channel: every pair of the window, its lag taken modulo the cycle.
describe('windows of one fixed shuffle', () => {
  const cases = [17, 50, 51, 99, 100, 337].flatMap((K) => [0, 1e-6, 0.02, 0.9].map((step) => [K, step] as const));
  it.each(cases)('M=50 K=%d ηλ=%d', (updates, step) => {
    const run = { learningRate: 1, momentum: 0.9, batchesPerEpoch: 50, updates, eigenvalue: step };
    const { theta } = cycleAutocovariance(run, 50, epochNoise(50));
    const expected = directToeplitz((lag) => -theta[lag % 50], updates);
    const actual = windowPredictor({ ...run, sampler: 'shuffle-once', start: 'stationary' })(step);
    expect(relativeError(actual.thetaVariance, expected.variance)).toBeLessThan(1e-11);
    expect(relativeError(actual.thetaDegreesOfFreedom, expected.degreesOfFreedom)).toBeLessThan(1e-11);
  });
});
