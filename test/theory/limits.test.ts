/** Limits that can be written down by hand: a vanishing eigenvalue, no momentum, a step that forgets everything. */
import { describe, expect, it } from 'vitest';
import {
  crossoverEigenvalue,
  halfSquareDisplacements,
  reshuffledPositionVariances,
  reshuffledVelocityVariance,
  reshuffledWeightVariance,
  shuffledOnceVelocityVariance,
  shuffledOnceWeightVariance,
  stationaryMoments,
  windowPredictor,
  type Direction,
} from '../../src/theory/index.ts';
import { profileError, relativeError } from './relative-error.ts';

const η = 0.2;
const C = 3;
const direction = (momentum: number, batchesPerEpoch: number, step: number): Direction => ({
  learningRate: η,
  momentum,
  batchesPerEpoch,
  eigenvalue: step / η,
  noiseVariance: C,
});

// Independent channel: sums of geometric series done by hand (docs/concepts/epoch-noise.md, equation 10).
describe('reshuffle, λ → 0', () => {
  const weight = (β: number, M: number) => {
    const B = (2 * β * (M - 1 - M * β + β ** M)) / (M * (M - 1) * (1 - β) ** 2);
    return ((η * η * C) / (2 * (1 - β) ** 2)) * ((M + 1) / 3 - ((2 * β) / (1 - β * β)) * (1 - B));
  };
  const displacement = (β: number, h: number) =>
    ((η * η) / (2 * (1 - β) ** 2)) * (h - (2 * β * (1 - β ** h)) / (1 - β * β));
  const velocity = (β: number, M: number) =>
    ((2 * C * M) / (M - 1)) * (displacement(β, 1) - displacement(β, M) / (M * M));
  const cases = [
    [0, 2],
    [0, 100],
    [0.5, 7],
    [0.9, 50],
    [0.9, 1000],
    [0.99, 25],
  ] as const;

  it.each(cases)('β=%d, M=%d', (β, M) => {
    const limit = direction(β, M, 0);
    // The bracket of the closed form cancels down to about 1/M² of its terms at β = .99: 1e-11 is what float64 leaves of it.
    expect(relativeError(reshuffledWeightVariance(limit), weight(β, M))).toBeLessThan(1e-11);
    expect(relativeError(reshuffledVelocityVariance(limit), velocity(β, M))).toBeLessThan(1e-11);
    const walk = halfSquareDisplacements(limit, M);
    expect(relativeError(walk[M], displacement(β, M))).toBeLessThan(1e-11);
    // Continuous: the first correction is of relative order κM.
    const near = direction(β, M, (1e-12 * (1 - β)) / M);
    expect(relativeError(reshuffledWeightVariance(near), weight(β, M))).toBeLessThan(1e-10);
    expect(relativeError(reshuffledVelocityVariance(near), velocity(β, M))).toBeLessThan(1e-10);
  });
});

// Independent channel: the covariance of a random walk pinned at both ends.
describe('no momentum, λ → 0: the weight walks a bridge', () => {
  it.each([2, 3, 10, 100])('M=%d', (M) => {
    const { theta } = reshuffledPositionVariances(direction(0, M, 0));
    const bridge = Array.from(theta, (_, j) => (η * η * C * j * (M - j)) / (M - 1));
    expect(theta[0]).toBe(0);
    expect(profileError(theta, bridge)).toBeLessThan(1e-12);
    expect(relativeError(reshuffledWeightVariance(direction(0, M, 0)), (η * η * C * (M + 1)) / 6)).toBeLessThan(1e-12);
    // The bridge about its own mean, and exactly half.
    const once = shuffledOnceWeightVariance(direction(0, M, 0));
    expect(relativeError(once, (η * η * C * (M + 1)) / 12)).toBeLessThan(1e-12);
  });

  it.each([5, 40])('independent batches, window of %d updates: a random walk about its mean', (K) => {
    const { momentum, learningRate, batchesPerEpoch } = direction(0, 8, 0);
    const run = { learningRate, momentum, batchesPerEpoch, updates: K, start: 'stationary' } as const;
    const { thetaVariance } = windowPredictor({ ...run, sampler: 'with-replacement' })(0);
    expect(relativeError(thetaVariance, (η * η * (K * K - 1)) / (6 * K))).toBeLessThan(1e-12);
  });
});

// Independent channel: at β = 0, ηλ = 1 the weight is −ηδg of the latest batch, so all follows from cov(δg) alone.
describe('no momentum, ηλ = 1: the weight is the latest noise', () => {
  it.each([2, 9, 50])('M=%d', (M) => {
    const one = direction(0, M, 1);
    const unit = η * η * C;
    for (const sampler of ['reshuffle', 'shuffle-once', 'with-replacement'] as const)
      expect(relativeError(stationaryMoments(one, sampler).thetaVariance, unit), sampler).toBeLessThan(1e-12);
    // Neighbours are correlated by −1/(M−1), except across a boundary between reshuffled epochs.
    const speeds = [
      [stationaryMoments(one, 'with-replacement').velocityVariance, 2],
      [reshuffledVelocityVariance(one), 2 * (1 + 1 / M)],
      [shuffledOnceVelocityVariance(one), 2 * (1 + 1 / (M - 1))],
    ];
    for (const [speed, factor] of speeds) expect(relativeError(speed, factor * unit)).toBeLessThan(1e-12);
  });

  it.each([
    [6, 4],
    [10, 3],
  ])('M=%d, %d epochs: degrees of freedom', (M, epochs) => {
    const K = M * epochs;
    const run = { learningRate: η, momentum: 0, batchesPerEpoch: M, updates: K, start: 'stationary' } as const;
    const of = (sampler: 'reshuffle' | 'shuffle-once' | 'with-replacement') =>
      windowPredictor({ ...run, sampler })(1 / η);
    // K equal eigenvalues less the mean; every epoch less its own mean; one epoch's M − 1, repeated.
    expect(relativeError(of('with-replacement').thetaDegreesOfFreedom, K - 1)).toBeLessThan(1e-12);
    expect(relativeError(of('reshuffle').thetaDegreesOfFreedom, epochs * (M - 1))).toBeLessThan(1e-12);
    expect(relativeError(of('shuffle-once').thetaDegreesOfFreedom, M - 1)).toBeLessThan(1e-12);
    // Differences of independent values: covariance 2, −1 beside the diagonal.
    const differences = (4 * K * K) / (4 * K + 2 * (K - 1));
    expect(relativeError(of('with-replacement').velocityDegreesOfFreedom, differences)).toBeLessThan(1e-12);
  });
});

// A last incomplete batch is dropped, λ = 0: y = θ + βv/(1−β) is a walk without return, the velocity is not.
describe('a dropped batch, λ = 0', () => {
  it('has an infinite weight variance and the finite velocity variance of the limit λ → 0', () => {
    const flat = stationaryMoments(direction(0.9, 4, 0), 'reshuffle', 50 / 230);
    const nearly = stationaryMoments(direction(0.9, 4, 1e-10), 'reshuffle', 50 / 230);
    expect(flat.thetaVariance).toBe(Infinity);
    expect(flat.correlationTime).toBe(Infinity);
    expect(relativeError(flat.velocityVariance, nearly.velocityVariance)).toBeLessThan(1e-8);
  });
});

it('the crossover of no settings is refused, with what is missing', () => {
  expect(() => crossoverEigenvalue({} as never)).toThrow(
    new RangeError('learning rate undefined is not a positive number'),
  );
  expect(() => crossoverEigenvalue({ learningRate: 0.1, momentum: 0.9 } as never)).toThrow(
    /^batches per epoch undefined/,
  );
});
