/** Relations between results that are computed along different routes, and closed forms for ordinary eigenvalues. */
import { describe, expect, it } from 'vitest';
import {
  independentWeightVariance,
  reshuffledPositionVariances,
  reshuffledWeightVariance,
  stationaryMoments,
  windowPredictor,
  type Direction,
  type Sampler,
} from '../../src/theory/index.ts';
import { relativeError } from './relative-error.ts';

const η = 0.1;
const direction = (momentum: number, batchesPerEpoch: number, eigenvalue: number): Direction => ({
  learningRate: η,
  momentum,
  batchesPerEpoch,
  eigenvalue,
  noiseVariance: 1,
});

// Independent channel: the left side solves for the covariance at the epoch boundary and propagates it, the right side
// knows no epochs at all.
describe('duality: reshuffling is M/(M−1) times a window of M updates of independent batches', () => {
  const cases = [0, 0.5, 0.9].flatMap((β) =>
    [2, 7, 60].flatMap((M) => [1e-7, 1e-3, 0.1, 2, 15].map((λ) => [β, M, λ] as const)),
  );
  it.each(cases)('β=%d M=%d λ=%d', (β, M, λ) => {
    const run = { learningRate: η, momentum: β, batchesPerEpoch: M, updates: M, start: 'stationary' } as const;
    const window = windowPredictor({ ...run, sampler: 'with-replacement' })(λ).thetaVariance;
    const { theta } = reshuffledPositionVariances(direction(β, M, λ));
    const mean = theta.reduce((sum, value) => sum + value, 0) / M;
    expect(relativeError(mean, (M / (M - 1)) * window)).toBeLessThan(1e-11);
  });
});

// Independent channel: the roots of r² − (1+β−ηλ)r + β = 0 (docs/concepts/epoch-noise.md, after equation 7).
describe('reshuffle in closed form', () => {
  const cases = [
    [0.5, 10, 0.05],
    [0.9, 100, 0.01],
    [0.9, 40, 0.02],
    [0, 30, 0.3],
  ] as const;
  it.each(cases)('β=%d M=%d λ=%d, real roots', (β, M, λ) => {
    const half = (1 + β - η * λ) / 2;
    const apart = Math.sqrt(half * half - β);
    const [r1, r2] = [half + apart, half - apart];
    const S = (r: number) => (2 * r * (M - 1 - M * r + r ** M)) / (M * (M - 1) * (1 - r) ** 2);
    const lost = (r1 * (1 - r2 * r2) * S(r1) - r2 * (1 - r1 * r1) * S(r2)) / ((r1 - r2) * (1 + r1 * r2));
    const white = (η * (1 + β)) / (λ * (1 - β) * (2 * (1 + β) - η * λ));
    // The closed form subtracts nearly equal numbers where x is small: 1e-9 is what is left of its digits.
    expect(relativeError(reshuffledWeightVariance(direction(β, M, λ)), white * (1 - lost))).toBeLessThan(1e-9);
  });
});

// Independent channel: an Ornstein–Uhlenbeck process in continuous time, whose corrections are of order 1/((1−β)M).
describe('universal crossover 1 − 2(x − 1 + e^{−x})/x², x = Mηλ/(1−β)', () => {
  it.each([0.03, 0.3, 3, 30])('x=%d at β=0.5, M=20000', (x) => {
    const [β, M] = [0.5, 20_000];
    const one = direction(β, M, (x * (1 - β)) / (η * M));
    const ratio = reshuffledWeightVariance(one) / independentWeightVariance(one);
    const expected = 1 + (-2 * (x + Math.expm1(-x))) / (x * x);
    expect(relativeError(ratio, expected)).toBeLessThan(2e-3);
  });
});

// Independent channel: dimensional analysis. η → aη with λ → λ/a is a change of the weights' units.
describe('scaling', () => {
  it.each(['reshuffle', 'shuffle-once', 'with-replacement'] as Sampler[])('%s', (sampler) => {
    const before = stationaryMoments(direction(0.9, 20, 0.3), sampler);
    const after = stationaryMoments({ ...direction(0.9, 20, 0.3 / 4), learningRate: 4 * η, noiseVariance: 5 }, sampler);
    expect(relativeError(after.thetaVariance, 16 * 5 * before.thetaVariance)).toBeLessThan(1e-12);
    expect(relativeError(after.velocityVariance, 16 * 5 * before.velocityVariance)).toBeLessThan(1e-12);
    expect(relativeError(after.correlationTime, before.correlationTime)).toBeLessThan(1e-12);
  });
});

// Independent channel: the ergodic theorem. What a window's mean takes away falls as the window grows.
describe('a long window shows the stationary variance', () => {
  it.each(['reshuffle', 'shuffle-once', 'with-replacement'] as Sampler[])('%s', (sampler) => {
    const one = direction(0.9, 20, 0.5);
    const run = { ...one, sampler, start: 'stationary' } as const;
    const { thetaVariance, velocityVariance } = stationaryMoments(one, sampler);
    const missing = (updates: number) =>
      1 - windowPredictor({ ...run, updates })(one.eigenvalue).thetaVariance / thetaVariance;
    const long = windowPredictor({ ...run, updates: 20_000 })(one.eigenvalue);
    expect(relativeError(long.velocityVariance, velocityVariance)).toBeLessThan(1e-9);
    expect(missing(20_000)).toBeLessThan(3e-3);
    // Nothing is missing from whole cycles; else as 1/K or faster.
    if (sampler === 'shuffle-once') expect(Math.abs(missing(20_000))).toBeLessThan(1e-12);
    else expect(missing(20_000)).toBeLessThan(1.01 * 0.1 * missing(2000));
  });

  it('a window of one update has no variance', () => {
    for (const sampler of ['reshuffle', 'shuffle-once', 'with-replacement'] as Sampler[])
      for (const eigenvalue of [1e-6, 0.5]) {
        const run = { ...direction(0.9, 20, eigenvalue), sampler, updates: 1, start: 'stationary' } as const;
        expect(windowPredictor(run)(eigenvalue).thetaVariance).toBeCloseTo(0, 15);
      }
  });
});
