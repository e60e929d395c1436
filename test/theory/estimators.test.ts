/**
 * Estimators that resist drift, and noise of which a share is white, against dense matrices (dense-window.ts): the
 * covariance of a whole window entry by entry, what an estimator removes as vectors of the window, and traces.
 */
import { describe, expect, it } from 'vitest';
import { estimatorPredictor, positionPredictor, windowPredictor, type Sampler } from '../../src/theory/index.ts';
import { cycleWindowFrom, mixed, settledStart, traces, tracesWithout, windowFrom } from './dense-window.ts';
import type { Matrix, Noise } from './dense-window.ts';
import { profileError, relativeError } from './relative-error.ts';

const TOLERANCE = 1e-8;
const REST = [
  [0, 0],
  [0, 0],
];
const independent: Noise = { epochLength: 1, fraction: 0 };

/** β, M, epochs, S/N. */
const SHAPES = [
  [0, 4, 3, 1 / 4],
  [0.5, 2, 5, 1 / 2],
  [0.9, 6, 4, 1 / 6],
  [0.9, 6, 3, 0.11],
  [0.97, 5, 5, 1 / 5],
] as const;
const BURN_IN = 11;
const cases = SHAPES.flatMap(([momentum, batchesPerEpoch, epochs, samplingFraction]) =>
  [1e-3, 0.05, 0.7, 1.9 * (1 + momentum)].map((step) => ({
    name: `β=${momentum} M=${batchesPerEpoch} n=${epochs} f=${samplingFraction.toFixed(3)} ηλ=${step}`,
    momentum,
    batchesPerEpoch,
    epochs,
    updates: epochs * batchesPerEpoch,
    samplingFraction,
    learningRate: 0.2,
    eigenvalue: step / 0.2,
  })),
);
type Case = (typeof cases)[number];

const epochNoiseOf = ({ batchesPerEpoch, samplingFraction }: Case): Noise => ({
  epochLength: batchesPerEpoch,
  fraction: samplingFraction,
});

/** 1 on the updates from `first` on, 0 elsewhere. */
const indicator = (updates: number, first: number, count: number): number[] =>
  Array.from({ length: updates }, (_, k) => (k >= first && k < first + count ? 1 : 0));

function expectEstimators(one: Case, sampler: Sampler, whiteShare: number, covariance: Matrix): void {
  const { updates, batchesPerEpoch: length, epochs, eigenvalue } = one;
  const start = sampler === 'with-replacement' ? 'rest' : 'stationary';
  const predict = estimatorPredictor({ ...one, sampler, start, burnInUpdates: BURN_IN * length });
  const found = predict(eigenvalue, whiteShare)!;
  const means = Array.from({ length: epochs }, (_, epoch) => indicator(updates, epoch * length, length));
  const all = indicator(updates, 0, updates);
  const time = all.map((_, k) => k - (updates - 1) / 2);
  const half = Math.floor(epochs / 2) * length;
  const part = (first: number) =>
    traces(
      covariance.slice(first, first + half).map((row) => row.slice(first, first + half)),
      true,
    );
  const wanted = [
    [found.withinEpochs, tracesWithout(covariance, means)],
    [found.withoutTrend, tracesWithout(covariance, [all, time])],
    [found.halves[0], part(0)],
    [found.halves[1], part(updates - half)],
  ] as const;
  for (const [index, [actual, expected]] of wanted.entries()) {
    expect(relativeError(actual.variance, expected.variance), `variance ${index}`).toBeLessThan(TOLERANCE);
    expect(relativeError(actual.degreesOfFreedom, expected.degreesOfFreedom), `ν ${index}`).toBeLessThan(TOLERANCE);
  }
  const sign = all.map((_, k) => (k < half ? -1 : k >= updates - half ? 1 : 0) / half);
  const shift = sign.reduce((sum, a, k) => sum + a * sign.reduce((inner, b, l) => inner + b * covariance[k][l], 0), 0);
  const scale = covariance.reduce((most, row, k) => Math.max(most, row[k]), 0);
  expect(Math.abs(found.shiftVariance - shift) / scale, 'shift').toBeLessThan(TOLERANCE);
  if (sampler !== 'shuffle-once') {
    const options = { ...one, sampler, start, burnInUpdates: BURN_IN * length } as const;
    const profile = positionPredictor(options)(eigenvalue, whiteShare)!;
    // (1 − 11ᵀ/K) R (1 − 11ᵀ/K) on its diagonal, averaged over the epochs.
    const rows = covariance.map((row) => row.reduce((sum, value) => sum + value, 0) / updates);
    const total = rows.reduce((sum, value) => sum + value, 0) / updates;
    const about = covariance.map((row, k) => row[k] - 2 * rows[k] + total);
    const expected = profile.map((_, j) =>
      about.reduce((sum, value, k) => sum + (k % length === j ? value / epochs : 0), 0),
    );
    expect(profileError([...profile], [...expected]), 'profile').toBeLessThan(TOLERANCE);
  }
  const whole = traces(covariance, true);
  expect(relativeError(found.whole.thetaVariance, whole.variance)).toBeLessThan(TOLERANCE);
  expect(relativeError(found.whole.thetaDegreesOfFreedom, whole.degreesOfFreedom)).toBeLessThan(TOLERANCE);
}

describe('estimators of one window', () => {
  it.each(cases)('reshuffle $name', (one) => {
    const noise = epochNoiseOf(one);
    const covariance = windowFrom(settledStart(one, noise), one, noise, one.updates, 0).theta;
    expectEstimators(one, 'reshuffle', 0, covariance);
  });

  it.each(cases)('with replacement, from rest $name', (one) => {
    const covariance = windowFrom(REST, one, independent, one.updates, BURN_IN * one.batchesPerEpoch).theta;
    expectEstimators(one, 'with-replacement', 0, covariance);
  });

  it.each(cases.filter(({ eigenvalue }) => eigenvalue > 0.1))('shuffle once $name', (one) => {
    expectEstimators(one, 'shuffle-once', 0, cycleWindowFrom(one, epochNoiseOf(one), one.updates).theta);
  });

  it.each(cases)('two components $name', (one) => {
    const noise = epochNoiseOf(one);
    const own = windowFrom(settledStart(one, noise), one, noise, one.updates, 0).theta;
    const white = windowFrom(REST, one, independent, one.updates, BURN_IN * one.batchesPerEpoch).theta;
    expectEstimators(one, 'reshuffle', 0.3, mixed(0.7, own, 0.3, white));
  });

  it('a white share of the noise of independent batches changes nothing', () => {
    const [one] = cases;
    const options = { ...one, sampler: 'with-replacement', start: 'rest', burnInUpdates: 40 } as const;
    const predict = estimatorPredictor(options);
    expect(predict(one.eigenvalue, 0.4)).toEqual(predict(one.eigenvalue, 0));
  });

  it('one shuffle has no second component: all of its noise repeats itself', () => {
    const [one] = cases;
    const predict = estimatorPredictor({ ...one, sampler: 'shuffle-once', start: 'stationary' });
    expect(predict(one.eigenvalue, 0.1)).toBeNull();
    expect(predict(one.eigenvalue, 0)).not.toBeNull();
  });

  it('a window that is not whole epochs, or only one, is refused', () => {
    const [one] = cases;
    const options = { ...one, sampler: 'reshuffle', start: 'stationary' } as const;
    expect(() => estimatorPredictor({ ...options, updates: 7 })).toThrow('two or more whole epochs');
    expect(() => estimatorPredictor({ ...options, updates: one.batchesPerEpoch })).toThrow('two or more whole epochs');
    expect(() => estimatorPredictor({ ...options, burnInUpdates: 3 })).toThrow(
      'burn-in of 3 updates is not whole epochs',
    );
  });
});

describe('velocity of two components', () => {
  it.each(cases)('$name', (one) => {
    const noise = epochNoiseOf(one);
    const own = windowFrom(settledStart(one, noise), one, noise, one.updates, 0).velocity;
    const white = windowFrom(REST, one, independent, one.updates, BURN_IN * one.batchesPerEpoch).velocity;
    const expected = traces(mixed(0.9, own, 0.1, white), false);
    const predict = windowPredictor({
      ...one,
      sampler: 'reshuffle',
      start: 'stationary',
      burnInUpdates: BURN_IN * one.batchesPerEpoch,
    });
    const found = predict(one.eigenvalue, 0.1);
    expect(relativeError(found.velocityVariance, expected.variance)).toBeLessThan(TOLERANCE);
    expect(relativeError(found.velocityDegreesOfFreedom, expected.degreesOfFreedom)).toBeLessThan(TOLERANCE);
  });
});
