import { describe, expect, it } from 'vitest';
import { RunError } from '../../src/errors.ts';
import { tridiagonalEigen, tridiagonalRow } from '../../src/hessian/tridiagonal.ts';
import { randomStream } from '../../src/random.ts';
import { jacobiEigen } from '../oracle/jacobi-reference.ts';
import { departureFromOrthonormal } from './matrices.ts';

const random = randomStream(1, 'test/hessian/tridiagonal');
const normals = (n: number) => Float64Array.from({ length: n }, () => random.normal());

/** Column i of the eigenvector matrix. */
const column = (eigenvectors: Float64Array, n: number, i: number) =>
  Float64Array.from({ length: n }, (_, row) => eigenvectors[row * n + i]);

const columns = (eigenvectors: Float64Array, n: number) =>
  Array.from({ length: n }, (_, i) => column(eigenvectors, n, i));

function dense(diagonal: Float64Array, offDiagonal: Float64Array): Float64Array[] {
  return Array.from(diagonal, (_, i) =>
    diagonal.map((value, j) => (i === j ? value : Math.abs(i - j) === 1 ? offDiagonal[Math.min(i, j)] : 0)),
  );
}

/** The largest entry of TS − SΛ, by plain loops. */
function residual(diagonal: ArrayLike<number>, offDiagonal: ArrayLike<number>): number {
  const n = diagonal.length;
  const { eigenvalues, eigenvectors } = tridiagonalEigen(diagonal, offDiagonal);
  let largest = 0;
  for (let i = 0; i < n; i++) {
    const s = column(eigenvectors, n, i);
    for (let row = 0; row < n; row++) {
      const above = row > 0 ? offDiagonal[row - 1] * s[row - 1] : 0;
      const below = row < n - 1 ? offDiagonal[row] * s[row + 1] : 0;
      largest = Math.max(largest, Math.abs(above + diagonal[row] * s[row] + below - eigenvalues[i] * s[row]));
    }
  }
  return largest;
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) expect(Math.abs(actual[i] - expected[i])).toBeLessThan(tolerance);
}

describe('the tridiagonal eigenproblem', () => {
  // Channel: closed form. The second-difference matrix has eigenvalues 2 − 2cos(πk/(n+1)) and sine vectors.
  it.each([1, 2, 3, 4, 5, 8, 9, 31, 400])('has the closed-form spectrum of second differences, n = %i', (n) => {
    const { eigenvalues, eigenvectors } = tridiagonalEigen(
      new Float64Array(n).fill(2),
      new Float64Array(n - 1).fill(-1),
    );
    const exact = Float64Array.from({ length: n }, (_, i) => 2 - 2 * Math.cos((Math.PI * (n - i)) / (n + 1)));
    expectClose(eigenvalues, exact, 1e-14 * n);
    for (const i of [0, n - 1]) {
      const vector = column(eigenvectors, n, i);
      const sine = vector.map((_, row) => Math.sqrt(2 / (n + 1)) * Math.sin((Math.PI * (n - i) * (row + 1)) / (n + 1)));
      const sign = Math.sign(vector[0] * sine[0]);
      expectClose(
        vector.map((value) => sign * value),
        sine,
        1e-11,
      );
    }
  });

  // Channel: a dense Jacobi solver. Both errors are a few 1e-16·‖T‖·√n, ‖T‖ about 4.
  it.each([2, 3, 5, 6, 7, 13, 40, 81])('agrees with Jacobi rotations on random entries, n = %i', (n) => {
    const diagonal = normals(n);
    const offDiagonal = normals(n - 1);
    const expected = jacobiEigen(dense(diagonal, offDiagonal));
    const { eigenvalues, eigenvectors } = tridiagonalEigen(diagonal, offDiagonal);
    expectClose(eigenvalues, expected.eigenvalues, 1e-13);
    expect(departureFromOrthonormal(columns(eigenvectors, n))).toBeLessThan(1e-13);
    expect(residual(diagonal, offDiagonal)).toBeLessThan(1e-13);
  });

  // Channel: the definition TS = SΛ, SᵀS = 1. At n = 400 the rotations kept back are applied in several instalments.
  it('holds TS = SΛ and SᵀS = 1 where rotations come in many instalments', () => {
    const n = 403;
    const diagonal = normals(n);
    const offDiagonal = normals(n - 1);
    expect(residual(diagonal, offDiagonal)).toBeLessThan(1e-12);
    expect(departureFromOrthonormal(columns(tridiagonalEigen(diagonal, offDiagonal).eigenvectors, n))).toBeLessThan(
      1e-12,
    );
  });

  // Channel: a block's spectrum is its own. Zeros of the off-diagonal cut the matrix in two.
  it('takes a matrix apart at zeros of the off-diagonal', () => {
    const [left, right] = [normals(6), normals(9)];
    const [leftOff, rightOff] = [normals(5), normals(8)];
    const whole = tridiagonalEigen(Float64Array.of(...left, ...right), Float64Array.of(...leftOff, 0, ...rightOff));
    const blocks = [jacobiEigen(dense(left, leftOff)), jacobiEigen(dense(right, rightOff))];
    const expected = Float64Array.of(...blocks[0].eigenvalues, ...blocks[1].eigenvalues)
      .sort()
      .reverse();
    expectClose(whole.eigenvalues, expected, 1e-13);
    for (const vector of columns(whole.eigenvectors, 15)) {
      const inLeft = vector.subarray(0, 6).some((value) => value !== 0);
      const inRight = vector.subarray(6).some((value) => value !== 0);
      expect(inLeft && inRight).toBe(false);
    }
  });

  // Channel: closed form; a diagonal matrix is its own answer, and equal eigenvalues keep their order.
  it('sorts a diagonal matrix, equal entries in the order given', () => {
    const { eigenvalues, eigenvectors } = tridiagonalEigen([3, 7, 3, -1], [0, 0, 0]);
    expect([...eigenvalues]).toEqual([7, 3, 3, -1]);
    expect(columns(eigenvectors, 4).map((vector) => vector.indexOf(1))).toEqual([1, 0, 2, 3]);
  });

  it('knows one row, no row, and the zero matrix', () => {
    expect([...tridiagonalEigen([-4], []).eigenvalues]).toEqual([-4]);
    expect([...tridiagonalEigen([-4], []).eigenvectors]).toEqual([1]);
    expect(tridiagonalEigen([], []).eigenvalues).toHaveLength(0);
    expect([...tridiagonalEigen([0, 0], [0]).eigenvectors]).toEqual([1, 0, 0, 1]);
    expect([...tridiagonalRow([5], [], [2]).row]).toEqual([2]);
  });

  // Channel: scaling. Eigenvalues of cT are c times those of T, to the last bits, over the whole range of numbers.
  it.each([1e-300, 1e-160, 1e150, 1e300])('loses no digits at entries of size %d', (scale) => {
    const diagonal = normals(20);
    const offDiagonal = normals(19);
    const plain = tridiagonalEigen(diagonal, offDiagonal).eigenvalues;
    const scaled = tridiagonalEigen(
      diagonal.map((value) => scale * value),
      offDiagonal.map((value) => scale * value),
    ).eigenvalues;
    expectClose(
      scaled.map((value) => value / scale),
      plain,
      1e-13,
    );
  });

  // Channel: Wilkinson's matrix, whose largest eigenvalues agree in 14 digits (10.746194182903393 twice, Wilkinson 1965).
  it("tells the close pairs of Wilkinson's W21+ apart without losing orthogonality", () => {
    const diagonal = Float64Array.from({ length: 21 }, (_, i) => Math.abs(10 - i));
    const offDiagonal = new Float64Array(20).fill(1);
    const { eigenvalues, eigenvectors } = tridiagonalEigen(diagonal, offDiagonal);
    expectClose(eigenvalues.subarray(0, 2), [10.746194182903393, 10.746194182903322], 2e-14);
    expect(departureFromOrthonormal(columns(eigenvectors, 21))).toBeLessThan(1e-14);
  });

  // Channel: the definition. Zeros, equal entries, and entries hundreds of orders of magnitude apart.
  it('holds TS = SΛ and SᵀS = 1 on entries of every kind', () => {
    const kinds = [
      () => 0,
      () => 1,
      () => -1,
      () => random.normal(),
      () => random.normal() * 10 ** -random.integer(40),
      () => 10 ** -random.integer(300),
    ];
    const entry = () => kinds[random.integer(kinds.length)]();
    for (let trial = 0; trial < 1500; trial++) {
      const n = 1 + random.integer(12);
      const diagonal = Float64Array.from({ length: n }, entry);
      const offDiagonal = Float64Array.from({ length: n - 1 }, entry);
      const scale = Math.max(...diagonal.map(Math.abs), ...offDiagonal.map(Math.abs), 1e-300);
      expect(residual(diagonal, offDiagonal)).toBeLessThan(1e-14 * scale);
      const { eigenvectors } = tridiagonalEigen(diagonal, offDiagonal);
      expect(departureFromOrthonormal(columns(eigenvectors, n))).toBeLessThan(1e-14);
    }
  });

  // Channel: the two routes of the file itself; sizes around the groups of four rows. They share the eigenvalue iteration,
  // which the tests above check, and differ in which rows are turned how.
  it.each([1, 2, 3, 4, 5, 7, 12, 30, 401])('turns a single row as all rows at once, n = %i', (n) => {
    const diagonal = normals(n);
    const offDiagonal = normals(n);
    const whole = tridiagonalEigen(diagonal, offDiagonal);
    for (const at of [0, n >> 1, n - 1]) {
      const one = tridiagonalRow(
        diagonal,
        offDiagonal,
        Array.from({ length: n }, (_, i) => (i === at ? 1 : 0)),
      );
      expect(one.eigenvalues).toEqual(whole.eigenvalues);
      expectClose(one.row, whole.eigenvectors.subarray(at * n, (at + 1) * n), 1e-14);
    }
    const row = normals(n);
    const mixed = Float64Array.from({ length: n }, (_, i) =>
      row.reduce((sum, value, at) => sum + value * whole.eigenvectors[at * n + i], 0),
    );
    expectClose(tridiagonalRow(diagonal, offDiagonal, row).row, mixed, 1e-12);
  });

  it.each([
    ['NaN on the diagonal', [1, NaN, 2], [1, 1], 1],
    ['infinity beside it', [1, 0, 2], [1, Infinity], 1],
  ])('refuses %s', (_, diagonal, offDiagonal, row) => {
    const sentence = `row ${row} of the tridiagonal matrix is not finite`;
    expect(() => tridiagonalEigen(diagonal, offDiagonal)).toThrow(RunError);
    expect(() => tridiagonalEigen(diagonal, offDiagonal)).toThrow(sentence);
    expect(() => tridiagonalRow(diagonal, offDiagonal, [1, 0, 0])).toThrow(sentence);
  });

  it('gives the same bytes for the same input', () => {
    const diagonal = normals(50);
    const offDiagonal = normals(49);
    expect(tridiagonalEigen(diagonal, offDiagonal)).toEqual(tridiagonalEigen(diagonal, offDiagonal));
  });
});
