/**
 * Long windows against 50-digit arithmetic (mpmath): the covariance propagated update by update by equation 17 from the solution
 * of P = A^M P A^Mᵀ + W or from rest, covariances of two updates from powers of A, sums as they come. η = 1.
 */
import { describe, expect, it } from 'vitest';
import { windowPredictor, type Sampler } from '../../src/theory/index.ts';
import { relativeError } from './relative-error.ts';

interface LongWindow {
  readonly sampler: Sampler;
  readonly start: 'stationary' | 'rest';
  readonly momentum: number;
  readonly batchesPerEpoch: number;
  readonly updates: number;
  readonly burnInUpdates: number;
  readonly eigenvalue: number;
  readonly samplingFraction?: number;
  /** Variance and degrees of freedom. */
  readonly theta: readonly [number, number];
  readonly velocity: readonly [number, number];
}

const windows: readonly LongWindow[] = [
  {
    sampler: 'reshuffle',
    start: 'stationary',
    momentum: 0.9,
    batchesPerEpoch: 1000,
    updates: 20000,
    burnInUpdates: 0,
    eigenvalue: 1e-8,
    theta: [15801.063656053959, 47.02576801725015],
    velocity: [5.1692793689267855, 2100.489723490856],
  },
  {
    sampler: 'reshuffle',
    start: 'stationary',
    momentum: 0.9,
    batchesPerEpoch: 1000,
    updates: 20000,
    burnInUpdates: 0,
    eigenvalue: 0.0003,
    theta: [8996.537096054371, 76.11051215386695],
    velocity: [5.2370373829797225, 2092.7009584999337],
  },
  {
    sampler: 'reshuffle',
    start: 'rest',
    momentum: 0.9,
    batchesPerEpoch: 1000,
    updates: 20000,
    burnInUpdates: 20500,
    eigenvalue: -1e-7,
    theta: [15808.509843085552, 47.795352895527095],
    velocity: [5.169226208543313, 2102.4656179593226],
  },
  {
    sampler: 'with-replacement',
    start: 'rest',
    momentum: 0.9,
    batchesPerEpoch: 1000,
    updates: 20000,
    burnInUpdates: 20500,
    eigenvalue: 1e-6,
    theta: [307813.56955683086, 2.700410457985487],
    velocity: [5.262885677836131, 2100.2706149811993],
  },
  {
    sampler: 'with-replacement',
    start: 'stationary',
    momentum: 0.9,
    batchesPerEpoch: 1000,
    updates: 20000,
    burnInUpdates: 0,
    eigenvalue: 1e-10,
    theta: [332858.4377361107, 2.4929357052060936],
    velocity: [5.263157894875348, 2099.9421405884614],
  },
  {
    sampler: 'reshuffle',
    start: 'stationary',
    momentum: 0.5,
    batchesPerEpoch: 100,
    updates: 2000,
    burnInUpdates: 0,
    eigenvalue: 1e-10,
    samplingFraction: 0.0096,
    theta: [114.2330739693963, 9.268110988670298],
    velocity: [1.3080021544216636, 1196.5932216999806],
  },
  {
    sampler: 'reshuffle',
    start: 'stationary',
    momentum: 0.999,
    batchesPerEpoch: 2,
    updates: 5000,
    burnInUpdates: 0,
    eigenvalue: 1e-10,
    theta: [169.99158841805365, 6.34275466310839],
    velocity: [0.50025015008755, 2499.84399644968],
  },
  {
    sampler: 'reshuffle',
    start: 'rest',
    momentum: 0.99,
    batchesPerEpoch: 8,
    updates: 3000,
    burnInUpdates: 1001,
    eigenvalue: 1e-7,
    theta: [277.94573131269453, 29.80509764710381],
    velocity: [1.4851786593506764, 881.0649355991023],
  },
  {
    sampler: 'with-replacement',
    start: 'rest',
    momentum: 0.99,
    batchesPerEpoch: 8,
    updates: 3,
    burnInUpdates: 5000,
    eigenvalue: 1e-9,
    theta: [33.388835048776365, 1.0033501079899718],
    velocity: [50.25075676913657, 1.0179164094455198],
  },
];

describe('long windows equal the 50-digit values', () => {
  it.each(windows)('$sampler $start β=$momentum M=$batchesPerEpoch K=$updates λ=$eigenvalue', (one) => {
    const { theta, velocity, eigenvalue, ...run } = one;
    const actual = windowPredictor({ ...run, learningRate: 1 })(eigenvalue);
    const pairs = [
      [actual.thetaVariance, theta[0], 'weight variance'],
      [actual.thetaDegreesOfFreedom, theta[1], 'weight ν'],
      [actual.velocityVariance, velocity[0], 'velocity variance'],
      [actual.velocityDegreesOfFreedom, velocity[1], 'velocity ν'],
    ] as const;
    // The largest deviation is about 2e-14.
    for (const [value, expected, what] of pairs) expect(relativeError(value, expected), what).toBeLessThan(1e-12);
  });
});
