/** Principal components against a dense Jacobi decomposition; the random walk against dense matrices of its window. */
import { describe, expect, it } from 'vitest';
import { componentExponent, principalComponents, randomWalk } from '../../../src/experiment/compare/components.ts';
import type { WindowSettings } from '../../../src/experiment/compare/directions.ts';
import type { Workbench } from '../../../src/experiment/workbench.ts';
import { silent } from '../../../src/progress.ts';
import { atPrecision, openBackend } from '../../../src/tensor/backend.ts';
import { jacobiEigen } from '../../oracle/jacobi-reference.ts';
import { traces, windowFrom } from '../../theory/dense-window.ts';

const single = openBackend({ name: 'tensorflow', precision: 'float32', threads: 1 });
const problemOn = (backend: typeof single) => ({ backend }) as unknown as Workbench['problem'];

/** A path of K rows along k directions, its mean removed; components a factor of about three apart, none along an axis. */
function pathOf(updates: number, k: number): number[][] {
  const raw = Array.from({ length: updates }, (_, row) =>
    Array.from({ length: k }, (_, i) => {
      let sum = 0;
      for (let mode = 0; mode < k; mode++)
        sum += 3 ** -mode * Math.cos((Math.PI * (mode + 1) * (row + 0.5)) / updates) * Math.cos((mode + 1) * (i + 0.3));
      return sum;
    }),
  );
  const mean = Array.from({ length: k }, (_, i) => raw.reduce((sum, row) => sum + row[i], 0) / updates);
  return raw.map((row) => row.map((value, i) => value - mean[i]));
}

/** Eigenpairs of (1/K) XᵀX, and uᵀHu for H = diag λ. */
function denseComponents(path: readonly (readonly number[])[], eigenvalues: readonly number[]) {
  const covariance = eigenvalues.map((_, i) =>
    eigenvalues.map((__, j) => path.reduce((sum, row) => sum + row[i] * row[j], 0) / path.length),
  );
  const { eigenvalues: variance, eigenvectors } = jacobiEigen(covariance);
  const curvature = eigenvectors.map((u) => eigenvalues.reduce((sum, value, i) => sum + value * u[i] ** 2, 0));
  return { variance: [...variance], curvature, total: covariance.reduce((sum, row, i) => sum + row[i], 0) };
}

describe.each([single, atPrecision(single, 'float64')])('principalComponents, at $precision', (backend) => {
  const tolerance = backend.precision === 'float64' ? 1e-8 : 1e-5;
  const eigenvalues = [9, 4, 2, 1, 0.3, -0.1];
  const found = (path: readonly (readonly number[])[]) =>
    principalComponents(Float64Array.from(path.flat()), Float64Array.from(eigenvalues), problemOn(backend), 1, silent);

  it('are those of the dense covariance, by falling variance', async () => {
    const path = pathOf(40, 6);
    const expected = denseComponents(path, eigenvalues);
    const { variance, curvature, share } = await found(path);
    expect(variance).toHaveLength(6);
    variance.forEach((value, rank) => {
      expect(Math.abs(value - expected.variance[rank]) / expected.total).toBeLessThan(tolerance);
      expect(Math.abs(share[rank] - expected.variance[rank] / expected.total)).toBeLessThan(tolerance);
    });
    // A vector errs by the matrix's error over the gap to its neighbour: the leading three are well apart.
    for (const rank of [0, 1, 2])
      expect(Math.abs(curvature[rank] / expected.curvature[rank] - 1)).toBeLessThan(100 * tolerance);
    expect(Math.abs(share.reduce((sum, value) => sum + value, 0) - 1)).toBeLessThan(tolerance);
  });

  it('of a path shorter than its directions are one fewer than its updates', async () => {
    const path = pathOf(4, 6);
    const expected = denseComponents(path, eigenvalues);
    expect(expected.variance[3] / expected.total).toBeLessThan(1e-12);
    const { variance } = await found(path);
    expect(variance).toHaveLength(3);
    variance.forEach((value, rank) =>
      expect(Math.abs(value - expected.variance[rank]) / expected.total).toBeLessThan(tolerance),
    );
  });
});

describe('randomWalk', () => {
  const [M, updates, burnInUpdates] = [5, 20, 10];
  const rule = { learningRate: 0.2, momentum: 0.5 };
  const settings: WindowSettings = {
    ...rule,
    sampler: 'reshuffle',
    batchesPerEpoch: M,
    updates,
    burnInUpdates,
    samplingFraction: 1 / M,
    crossover: (3 * 0.5) / (0.2 * M),
  };
  const MANY = 10_000;
  const REST = [
    [0, 0],
    [0, 0],
  ];

  /** Mean over many directions alike of (1/K) Σ θ². */
  async function measured(eigenvalue: number, noise: number, seed: number) {
    const filled = (value: number) => new Float64Array(MANY).fill(value);
    const walk = await randomWalk(settings, filled(eigenvalue), filled(noise), seed, silent);
    expect(walk).toHaveLength(updates * MANY);
    return { walk, variance: walk.reduce((sum, value) => sum + value * value, 0) / walk.length };
  }

  // ηλ = −0.2, 0, 0.02 and 0.8. One direction's variance has a relative error of √(2/ν).
  it.each([
    { eigenvalue: -1, remembers: true },
    { eigenvalue: 0, remembers: false },
    { eigenvalue: 0.1, remembers: true },
    { eigenvalue: 4, remembers: false },
  ])(
    'has the variance of independent batches from rest through the burn-in, λ = $eigenvalue',
    async ({ eigenvalue, remembers }) => {
      const independent = { epochLength: 1, fraction: 0 };
      const { theta } = windowFrom(REST, { ...rule, eigenvalue }, independent, updates, burnInUpdates);
      const expected = traces(theta, true);
      const { variance } = await measured(eigenvalue, 2.5, 7);
      const error = Math.sqrt(2 / (expected.degreesOfFreedom * MANY));
      const differs = (other: number) => Math.abs(other / expected.variance - 1);
      expect(differs(variance / 2.5)).toBeLessThan(4 * error);
      // About zero it would be another number; and without the burn-in, where the window remembers it.
      expect(differs(traces(theta, false).variance)).toBeGreaterThan(8 * error);
      const sudden = traces(windowFrom(REST, { ...rule, eigenvalue }, independent, updates, 0).theta, true).variance;
      if (remembers) expect(differs(sudden)).toBeGreaterThan(8 * error);
    },
  );

  it('has no mean, is decided by its seed, and does not move where there is no noise', async () => {
    const eigenvalues = Float64Array.of(1, 0.1, 0.01);
    const noises = Float64Array.of(1, 0, -2);
    const walk = await randomWalk(settings, eigenvalues, noises, 3, silent);
    const column = (i: number) => [...walk.filter((_, at) => at % 3 === i)];
    expect(Math.abs(column(0).reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-5);
    expect(column(0).every((value) => value !== 0)).toBe(true);
    expect([...column(1), ...column(2)].every((value) => value === 0)).toBe(true);
    expect(await randomWalk(settings, eigenvalues, noises, 3, silent)).toEqual(walk);
    expect(await randomWalk(settings, eigenvalues, noises, 4, silent)).not.toEqual(walk);
  });
});

describe('componentExponent', () => {
  const lawOf = (count: number, spoilt: number) => {
    const curvature = Float64Array.from({ length: count }, (_, rank) => 5 * 0.8 ** rank);
    // The first few follow another law.
    const variance = curvature.map((value, rank) => (rank < spoilt ? 1e3 / value : 3 * value ** 1.7));
    return { variance, curvature, share: variance };
  };

  it('is that of a power law, the first nine components passed over where there are more than twenty', () => {
    const { exponent, firstRank } = componentExponent(lawOf(21, 9));
    expect(firstRank).toBe(10);
    expect(exponent).toBeCloseTo(1.7, 10);
    expect(componentExponent(lawOf(21, 10)).exponent).not.toBeCloseTo(1.7, 1);
  });

  it('is that of all where there are few', () => {
    const { exponent, firstRank } = componentExponent(lawOf(20, 0));
    expect(firstRank).toBe(1);
    expect(exponent).toBeCloseTo(1.7, 10);
    expect(componentExponent(lawOf(20, 1)).exponent).not.toBeCloseTo(1.7, 1);
  });

  it('passes over components without positive curvature, and is unknown of two', () => {
    const law = lawOf(6, 0);
    law.curvature[5] = -1;
    expect(componentExponent(law).exponent).toBeCloseTo(1.7, 10);
    expect(componentExponent(lawOf(2, 0))).toEqual({ exponent: null, firstRank: 1 });
  });
});
