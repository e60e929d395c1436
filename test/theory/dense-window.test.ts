/**
 * Finite windows against dense matrices (dense-window.ts): the optimiser's loop, the noise covariance entry by entry, and
 * traces. No code is shared, so an error in a recursion, an index or the order of noise and state shows here.
 */
import { describe, expect, it } from 'vitest';
import { reshuffledPositionVariances, stationaryMoments, windowPredictor } from '../../src/theory/index.ts';
import type { WindowMoments } from '../../src/theory/index.ts';
import { cycleWindowFrom, settledStart, traces, windowFrom } from './dense-window.ts';
import type { DenseCovariance, Noise } from './dense-window.ts';
import { profileError, relativeError } from './relative-error.ts';

// The dense side subtracts means from covariances in float64: it holds about 1e-16 × (largest entry)/(variance).
const TOLERANCE = 1e-9;
const REST = [
  [0, 0],
  [0, 0],
];

/** β, M, K: K a multiple of M, not a multiple, shorter than an epoch. */
const SHAPES = [
  [0, 4, 12],
  [0, 5, 13],
  [0.5, 2, 7],
  [0.9, 6, 30],
  [0.9, 6, 20],
  [0.9, 12, 7],
  [0.97, 5, 24],
] as const;

const stableCases = SHAPES.flatMap(([momentum, batchesPerEpoch, updates]) =>
  // ηλ: slow, about the crossover, fast, and nearly unstable.
  [1e-3, 0.05, 0.7, 1.9 * (1 + momentum)].map((step) => ({
    name: `β=${momentum} M=${batchesPerEpoch} K=${updates} ηλ=${step}`,
    momentum,
    batchesPerEpoch,
    updates,
    learningRate: 0.2,
    eigenvalue: step / 0.2,
  })),
);

function compare(actual: WindowMoments, expected: DenseCovariance): void {
  const theta = traces(expected.theta, true);
  const velocity = traces(expected.velocity, false);
  expect(relativeError(actual.thetaVariance, theta.variance), 'weight variance').toBeLessThan(TOLERANCE);
  expect(relativeError(actual.velocityVariance, velocity.variance), 'velocity variance').toBeLessThan(TOLERANCE);
  expect(relativeError(actual.thetaDegreesOfFreedom, theta.degreesOfFreedom), 'weight ν').toBeLessThan(TOLERANCE);
  const error = relativeError(actual.velocityDegreesOfFreedom, velocity.degreesOfFreedom);
  expect(error, 'velocity ν').toBeLessThan(TOLERANCE);
}

const wholeEpochs = (epochLength: number): Noise => ({ epochLength, fraction: 1 / epochLength });
const independent: Noise = { epochLength: 1, fraction: 0 };

describe('stationary windows', () => {
  it.each(stableCases)('reshuffle $name', (one) => {
    const noise = wholeEpochs(one.batchesPerEpoch);
    const predict = windowPredictor({ ...one, sampler: 'reshuffle', start: 'stationary' });
    compare(predict(one.eigenvalue), windowFrom(settledStart(one, noise), one, noise, one.updates, 0));
  });

  it.each(stableCases)('with replacement $name', (one) => {
    const predict = windowPredictor({ ...one, sampler: 'with-replacement', start: 'stationary' });
    const dense = windowFrom(settledStart(one, independent), one, independent, one.updates, 0);
    compare(predict(one.eigenvalue), dense);
  });

  it.each(stableCases.filter(({ eigenvalue }) => eigenvalue > 0.1))('shuffle once $name', (one) => {
    const predict = windowPredictor({ ...one, sampler: 'shuffle-once', start: 'stationary' });
    compare(predict(one.eigenvalue), cycleWindowFrom(one, wholeEpochs(one.batchesPerEpoch), one.updates));
  });

  // A last incomplete batch is dropped: f = S/N is less than 1/M, and an epoch's noise no longer sums to zero.
  it.each(stableCases)('reshuffle, dropped batch, $name', (one) => {
    const noise = { epochLength: one.batchesPerEpoch, fraction: 0.8 / one.batchesPerEpoch };
    const options = { ...one, samplingFraction: noise.fraction, start: 'stationary' } as const;
    const predict = windowPredictor({ ...options, sampler: 'reshuffle' });
    compare(predict(one.eigenvalue), windowFrom(settledStart(one, noise), one, noise, one.updates, 0));
  });

  it.each(stableCases.filter(({ eigenvalue }) => eigenvalue > 0.1))('shuffle once, dropped batch, $name', (one) => {
    const noise = { epochLength: one.batchesPerEpoch, fraction: 0.8 / one.batchesPerEpoch };
    const options = { ...one, samplingFraction: noise.fraction, start: 'stationary' } as const;
    const predict = windowPredictor({ ...options, sampler: 'shuffle-once' });
    compare(predict(one.eigenvalue), cycleWindowFrom(one, noise, one.updates));
  });
});

describe('windows from rest, for any sign of the eigenvalue', () => {
  const cases = SHAPES.flatMap(([momentum, batchesPerEpoch, updates]) =>
    // ηλ: two negative ones, none, slow, fast, and one beyond stability.
    [-0.05, -1e-3, 0, 0.02, 0.9, 2.05 * (1 + momentum)].flatMap((step) =>
      // A burn-in need not be whole epochs: the window then opens in the middle of one.
      [0, 2 * batchesPerEpoch, 2 * batchesPerEpoch + 1].map((burnInUpdates) => ({
        name: `β=${momentum} M=${batchesPerEpoch} K=${updates} ηλ=${step} burn-in=${burnInUpdates}`,
        momentum,
        batchesPerEpoch,
        updates,
        burnInUpdates,
        learningRate: 0.2,
        eigenvalue: step / 0.2,
        start: 'rest' as const,
      })),
    ),
  );

  it.each(cases)('reshuffle $name', (one) => {
    const dense = windowFrom(REST, one, wholeEpochs(one.batchesPerEpoch), one.updates, one.burnInUpdates);
    compare(windowPredictor({ ...one, sampler: 'reshuffle' })(one.eigenvalue), dense);
  });

  it.each(cases)('with replacement $name', (one) => {
    const dense = windowFrom(REST, one, independent, one.updates, one.burnInUpdates);
    compare(windowPredictor({ ...one, sampler: 'with-replacement' })(one.eigenvalue), dense);
  });

  it.each(cases)('reshuffle, dropped batch, $name', (one) => {
    const fraction = 0.8 / one.batchesPerEpoch;
    const noise = { epochLength: one.batchesPerEpoch, fraction };
    const dense = windowFrom(REST, one, noise, one.updates, one.burnInUpdates);
    const predict = windowPredictor({ ...one, sampler: 'reshuffle', samplingFraction: fraction });
    compare(predict(one.eigenvalue), dense);
  });
});

describe('variances by position', () => {
  const fractions = (batchesPerEpoch: number) => [1 / batchesPerEpoch, 0.8 / batchesPerEpoch, 0];
  const cases = stableCases.flatMap((one) =>
    fractions(one.batchesPerEpoch).map((fraction) => ({ ...one, fraction, noiseVariance: 1 })),
  );
  it.each(cases)('$name f=$fraction', (one) => {
    const { batchesPerEpoch } = one;
    const noise = { epochLength: batchesPerEpoch, fraction: one.fraction };
    const dense = windowFrom(settledStart(one, noise), one, noise, batchesPerEpoch, 0);
    // The window's first update is position 1; its last, M, is position 0 of the next epoch.
    const diagonal = (matrix: number[][]) =>
      matrix.map((_, position) => matrix.at(position - 1)?.at(position - 1) ?? NaN);
    const { theta, velocity } = reshuffledPositionVariances(one, one.fraction);
    expect(profileError(theta, diagonal(dense.theta)), 'weight').toBeLessThan(TOLERANCE);
    expect(profileError(velocity, diagonal(dense.velocity)), 'velocity').toBeLessThan(TOLERANCE);
    const stationary = stationaryMoments(one, 'reshuffle', one.fraction);
    const mean = (matrix: number[][]) => diagonal(matrix).reduce((sum, value) => sum + value, 0) / batchesPerEpoch;
    expect(relativeError(stationary.thetaVariance, mean(dense.theta)), 'mean').toBeLessThan(TOLERANCE);
    expect(relativeError(stationary.velocityVariance, mean(dense.velocity)), 'mean speed').toBeLessThan(TOLERANCE);
  });
});
