/** Matrices whose eigenpairs are known beforehand, and the few loops that the tests of this folder share. */
import { operatorFrom, type SymmetricOperator } from '../../src/hessian/operator.ts';
import { randomStream } from '../../src/random.ts';

/** A symmetric matrix Q·diag(λ)·Qᵀ with Q a product of Householder reflections, and the columns of Q. */
export interface KnownSpectrum {
  readonly operator: SymmetricOperator;
  /** Unit eigenvector of the i-th number given. */
  eigenvector(i: number): Float64Array;
}

const REFLECTIONS = 5;

/** @param round applied to every entry of a product, e.g. Math.fround for an operator that is float32 inside */
export function withSpectrum(
  eigenvalues: readonly number[],
  seed = 1,
  round: (value: number) => number = (value) => value,
  relativePrecision?: number,
): KnownSpectrum {
  const size = eigenvalues.length;
  const random = randomStream(seed, 'test/hessian/reflections');
  const normals = Array.from({ length: REFLECTIONS }, () =>
    unit(Float64Array.from({ length: size }, () => random.normal())),
  );
  const forwards = (vector: Float64Array) => normals.forEach((normal) => reflect(vector, normal));
  const backwards = (vector: Float64Array) => [...normals].reverse().forEach((normal) => reflect(vector, normal));
  const apply = (vector: Float64Array) => {
    const product = vector.slice();
    backwards(product);
    for (let i = 0; i < size; i++) product[i] *= eigenvalues[i];
    forwards(product);
    return product.map(round);
  };
  return {
    operator: operatorFrom(size, apply, relativePrecision),
    eigenvector(i) {
      const vector = new Float64Array(size);
      vector[i] = 1;
      forwards(vector);
      return vector;
    },
  };
}

function reflect(vector: Float64Array, normal: Float64Array): void {
  const twice = 2 * dot(vector, normal);
  for (let i = 0; i < vector.length; i++) vector[i] -= twice * normal[i];
}

export function unit(vector: Float64Array): Float64Array {
  const length = norm(vector);
  return vector.map((value) => value / length);
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

export const norm = (vector: ArrayLike<number>): number => Math.sqrt(dot(vector, vector));

/** The largest |aᵢ − bᵢ|; NaN where an entry is none, or the lengths differ. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return NaN;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

/** The rows of a flat matrix [rows, size] as float64. */
export function rowsOf(flat: ArrayLike<number>, size: number): Float64Array[] {
  return Array.from({ length: flat.length / size }, (_, row) =>
    Float64Array.from({ length: size }, (_, i) => flat[row * size + i]),
  );
}

/** The largest |rowᵢ·rowⱼ − δᵢⱼ|. */
export function departureFromOrthonormal(rows: readonly Float64Array[]): number {
  let largest = 0;
  for (let i = 0; i < rows.length; i++)
    for (let j = 0; j <= i; j++) largest = Math.max(largest, Math.abs(dot(rows[i], rows[j]) - (i === j ? 1 : 0)));
  return largest;
}

/** ‖Hv − λv‖ for every row, by products of the test's own. */
export async function residualsOf(
  operator: SymmetricOperator,
  rows: readonly Float64Array[],
  eigenvalues: ArrayLike<number>,
): Promise<number[]> {
  const residuals: number[] = [];
  for (const [i, row] of rows.entries()) {
    const product = await operator.apply(row.slice());
    residuals.push(norm(product.map((value, at) => value - eigenvalues[i] * row[at])));
  }
  return residuals;
}
