/**
 * One window as plain dense matrices, for small sizes: the optimiser's own loop gives the map from every gradient's noise
 * to every weight and velocity of the window, the covariance of that noise is written out entry by entry, and moments
 * are traces. Shares nothing with src/theory: no recursion for covariances, no powers of a matrix, no closed form.
 */

export type Matrix = number[][];

/** The optimiser along one direction. */
export interface Rule {
  readonly learningRate: number;
  readonly momentum: number;
  readonly eigenvalue: number;
}

/** Which gradients are correlated: those of one epoch; epochs of length 1 are independent batches. */
export interface Noise {
  readonly epochLength: number;
  /** f: cov = (δ_ij − f)/(1 − f) within an epoch, so that a single batch has variance 1. */
  readonly fraction: number;
}

export interface Paths {
  readonly theta: number[];
  readonly velocity: number[];
}

/** Covariances of the K weights and the K velocities of a window. */
export interface DenseCovariance {
  readonly theta: Matrix;
  readonly velocity: Matrix;
}

/** v ← βv − η(λθ + g), θ ← θ + v, as written; one entry an update. */
export function descend(rule: Rule, gradients: readonly number[], theta = 0, velocity = 0): Paths {
  const paths: Paths = { theta: [], velocity: [] };
  for (const gradient of gradients) {
    velocity = rule.momentum * velocity - rule.learningRate * (rule.eigenvalue * theta + gradient);
    theta += velocity;
    paths.theta.push(theta);
    paths.velocity.push(velocity);
  }
  return paths;
}

/** The window's covariance `burnIn` updates after a start at an epoch boundary with the given covariance of (θ, v). */
export function windowFrom(start: Matrix, rule: Rule, noise: Noise, updates: number, burnIn: number): DenseCovariance {
  const length = burnIn + updates;
  const impulses = Array.from({ length }, (_, at) => descend(rule, unit(length, at)));
  const starts = [descend(rule, zeros(length), 1, 0), descend(rule, zeros(length), 0, 1)];
  const covariance = noiseCovariance(length, noise);
  const of = (part: 'theta' | 'velocity') => {
    const rows = (paths: Paths[]) => transposed(paths.map((path) => path[part].slice(burnIn)));
    return sum(congruence(rows(impulses), covariance), congruence(rows(starts), start));
  };
  return { theta: of('theta'), velocity: of('velocity') };
}

/** Σ_n A^n W (A^n)ᵀ over epochs n, by doubling: the covariance of (θ, v) at an epoch boundary, long after the start. */
export function settledStart(rule: Rule, noise: Noise): Matrix {
  const { epochLength } = noise;
  const ends = (paths: Paths) => [paths.theta[epochLength - 1], paths.velocity[epochLength - 1]];
  let epoch = transposed([
    ends(descend(rule, zeros(epochLength), 1, 0)),
    ends(descend(rule, zeros(epochLength), 0, 1)),
  ]);
  const impulses = Array.from({ length: epochLength }, (_, at) => ends(descend(rule, unit(epochLength, at))));
  let covariance = congruence(transposed(impulses), noiseCovariance(epochLength, noise));
  for (let doubling = 0; doubling < 40; doubling++) {
    covariance = sum(covariance, congruence(epoch, covariance));
    epoch = product(epoch, epoch);
  }
  return covariance;
}

/** A window of the cycle that one fixed shuffle settles on: the noise of all past epochs is that of this one. */
export function cycleWindowFrom(rule: Rule, noise: Noise, updates: number): DenseCovariance {
  const { epochLength } = noise;
  const cycles = Array.from({ length: epochLength }, (_, at) => {
    const gradients = Array.from({ length: epochLength * 4000 + updates }, (__, i) => (i % epochLength === at ? 1 : 0));
    return descend(rule, gradients);
  });
  const covariance = noiseCovariance(epochLength, noise);
  const of = (part: 'theta' | 'velocity') =>
    congruence(transposed(cycles.map((path) => path[part].slice(-updates))), covariance);
  return { theta: of('theta'), velocity: of('velocity') };
}

/** tr R/K and (tr R)²/tr R² of a covariance; centred: of R with the window's mean removed on both sides. */
export function traces(covariance: Matrix, centred: boolean): { variance: number; degreesOfFreedom: number } {
  const size = covariance.length;
  return tracesWithout(covariance, centred ? [zeros(size).map(() => 1)] : []);
}

/** The same with the directions spanned by some orthogonal vectors of the window removed on both sides. */
export function tracesWithout(
  covariance: Matrix,
  removed: readonly (readonly number[])[],
): { variance: number; degreesOfFreedom: number } {
  const size = covariance.length;
  const squares = removed.map((vector) => vector.reduce((total, value) => total + value * value, 0));
  const remove = covariance.map((_, row) =>
    covariance.map(
      (__, column) =>
        (row === column ? 1 : 0) -
        removed.reduce((total, vector, i) => total + (vector[row] * vector[column]) / squares[i], 0),
    ),
  );
  const reduced = congruence(remove, covariance);
  const trace = reduced.reduce((total, row, index) => total + row[index], 0);
  const square = reduced.flat().reduce((total, value) => total + value * value, 0);
  return { variance: trace / size, degreesOfFreedom: trace ** 2 / square };
}

/** a·A + b·B. */
export function mixed(a: number, left: Matrix, b: number, right: Matrix): Matrix {
  return left.map((row, i) => row.map((value, j) => a * value + b * right[i][j]));
}

function noiseCovariance(length: number, { epochLength, fraction }: Noise): Matrix {
  return zeros(length).map((_, i) =>
    zeros(length).map((__, j) => {
      const sameEpoch = Math.floor(i / epochLength) === Math.floor(j / epochLength);
      if (i === j) return 1;
      return sameEpoch ? -fraction / (1 - fraction) : 0;
    }),
  );
}

function congruence(left: Matrix, middle: Matrix): Matrix {
  return product(product(left, middle), transposed(left));
}

function product(left: Matrix, right: Matrix): Matrix {
  const columns = transposed(right);
  return left.map((row) => columns.map((column) => row.reduce((total, value, k) => total + value * column[k], 0)));
}

function transposed(matrix: Matrix): Matrix {
  return matrix[0].map((_, column) => matrix.map((row) => row[column]));
}

function sum(left: Matrix, right: Matrix): Matrix {
  return left.map((row, i) => row.map((value, j) => value + right[i][j]));
}

function zeros(length: number): number[] {
  return new Array<number>(length).fill(0);
}

function unit(length: number, at: number): number[] {
  return zeros(length).map((_, index) => (index === at ? 1 : 0));
}
