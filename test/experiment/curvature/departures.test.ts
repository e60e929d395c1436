/**
 * How far gradients depart from the quadratic model. Channel: hyper-dual numbers through plain loops, exact gradients and dense
 * Hessians of a relu network, whose kinks lie between the points.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { openDepartures } from '../../../src/experiment/curvature/departures.ts';
import type { Workbench } from '../../../src/experiment/workbench.ts';
import type { Problem, Samples } from '../../../src/models/problem.ts';
import { atPrecision, heldByLibrary, openBackend } from '../../../src/tensor/backend.ts';
import { randomStream } from '../../../src/random.ts';
import { twins } from '../../models/tiny-nets.ts';
import { jacobiEigen } from '../../oracle/jacobi-reference.ts';
import { plainGradient, plainHessian } from '../../oracle/plain-network-derivatives.ts';
import type { PlainNetwork } from '../../oracle/plain-network.ts';
import { largest, largestDifference } from '../../tensor/finite-differences.ts';

const single = openBackend({ name: 'tensorflow', precision: 'float32', threads: 1 });
const double = atPrecision(single, 'float64');
const before = heldByLibrary();
afterAll(() => expect(heldByLibrary()).toEqual(before));

const SAMPLES = 24;
const GROUPS = 3;
const net: PlainNetwork = {
  input: [1, 1, 3],
  layers: [
    { kind: 'dense', outputs: 4 },
    { kind: 'activation', activation: 'relu' },
    { kind: 'dense', outputs: 2 },
  ],
};
const {
  problem,
  plain,
  data,
  theta: mean,
} = twins(net, 'half-mean-squared-error', SAMPLES, 'departures', {
  weightDecay: 0.05,
});
const size = mean.length;
const random = randomStream(7, 'departures/points');
const beside = (scale: number) => mean.map((value) => Math.fround(value + scale * random.normal()));
const [a, b] = [beside(0.3), beside(0.3)];

const dot = (u: ArrayLike<number>, v: ArrayLike<number>) =>
  Array.from(u).reduce((sum, value, i) => sum + value * v[i], 0);
const minus = (u: Float64Array, v: Float64Array) => u.map((value, i) => value - v[i]);
const groups: Samples[] = Array.from({ length: GROUPS }, (_, group) => {
  const samples = SAMPLES / GROUPS;
  const part = (values: Float32Array, width: number) =>
    values.subarray(group * samples * width, (group + 1) * samples * width);
  return { x: part(data.x, 3), y: part(data.y, 2), samples };
});
const { eigenvalues, eigenvectors } = jacobiEigen(plainHessian(plain, mean));
const spectrum = {
  eigenvalues: Float64Array.from(eigenvalues),
  eigenvectors: Float32Array.from(eigenvectors.flatMap((row) => [...row])),
};
/** As float32 has them. */
const direction = (i: number) => spectrum.eigenvectors.subarray(i * size, (i + 1) * size);
const all = Array.from({ length: size }, (_, i) => i);
const bench = (of: Problem) => ({ problem: of, savedBytes: 1e9 }) as Workbench;

describe('of all samples', () => {
  // Directions are float32: the eigen-equation holds to 1e-7 of the largest eigenvalue.
  it.each([
    ['float64', double, 1e-6],
    ['float32', single, 1e-5],
  ] as const)('are the gradients’ difference less λ times the distance, at %s', async (_, backend, tolerance) => {
    const departures = openDepartures(bench(problem(backend)), [data], spectrum, mean);
    expect(departures.groups).toBe(1);
    for (const [from, to, given] of [
      [a, b, [a, b]],
      [a, mean, [a]],
    ] as const) {
      const { distance, departure } = await departures.between(...(given as [Float64Array, Float64Array]));
      const change = minus(plainGradient(plain, from), plainGradient(plain, to));
      const apart = minus(from, to);
      const expected = all.map((i) => dot(direction(i), change) - eigenvalues[i] * dot(direction(i), apart));
      expect(
        largestDifference(
          distance,
          all.map((i) => dot(direction(i), apart)),
        ),
      ).toBeLessThan(1e-6);
      expect(largestDifference(departure, expected)).toBeLessThan(tolerance * eigenvalues[0]);
      // Kinks lie between: a smooth network of this size would depart as well, but the kinks must not be lost.
      expect(largest(departure)).toBeGreaterThan(0.1);
    }
    departures.dispose();
  });
});

describe('of groups of a subset', () => {
  it('are each group’s own, with its own Hessian at the mean', async () => {
    const departures = openDepartures(bench(problem(double)), groups, spectrum, mean);
    expect(departures.groups).toBe(GROUPS);
    const { departure } = await departures.between(a, b);
    const again = await departures.between(a, b);
    departures.dispose();
    for (const [group, part] of groups.entries()) {
      const own = { ...plain, data: part };
      const change = minus(plainGradient(own, a), plainGradient(own, b));
      const hessian = plainHessian(own, mean);
      const apart = minus(a, b);
      const left = change.map((value, j) => value - dot(hessian[j], apart));
      const expected = all.map((i) => dot(direction(i), left));
      expect(largestDifference(departure.subarray(group * size, (group + 1) * size), expected)).toBeLessThan(1e-12);
    }
    expect(again.departure).toEqual(departure);
  });

  it('are nothing for a quadratic objective, however much the groups’ curvatures differ', async () => {
    const linear = twins(
      { input: [1, 1, 3], layers: [{ kind: 'dense', outputs: 2 }] },
      'half-mean-squared-error',
      24,
      'linear',
    );
    const d = linear.theta.length;
    const axes = new Float32Array(d * d);
    for (let i = 0; i < d; i++) axes[i * d + i] = 1;
    const departures = openDepartures(
      bench(linear.problem(double)),
      groups,
      { eigenvalues: new Float64Array(d).fill(1), eigenvectors: axes },
      linear.theta,
    );
    const { departure, distance } = await departures.between(linear.theta.map((value) => value + 1));
    departures.dispose();
    expect(largestDifference(distance, new Float64Array(d).fill(1))).toBeLessThan(1e-14);
    expect(largest(departure)).toBeLessThan(1e-13);
  });
});

it('points are those that the back end has', () => {
  const departures = openDepartures(bench(problem(single)), [data], spectrum, mean);
  const third = mean.map(() => 1 / 3);
  expect([...departures.rounded(third)]).toEqual([...mean.map(() => Math.fround(1 / 3))]);
  departures.dispose();
});
