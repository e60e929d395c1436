/** 3×3 matrices and 3-vectors as flat arrays, row by row: as much linear algebra as the states of this folder need. */

/** [9], row by row. */
export type Matrix = readonly number[];

/** [3]. */
export type Vector = readonly number[];

export const ZERO_MATRIX: Matrix = [0, 0, 0, 0, 0, 0, 0, 0, 0];
export const ZERO_VECTOR: Vector = [0, 0, 0];

/** A B. */
export function product(a: Matrix, b: Matrix): Matrix {
  return [
    a[0] * b[0] + a[1] * b[3] + a[2] * b[6],
    a[0] * b[1] + a[1] * b[4] + a[2] * b[7],
    a[0] * b[2] + a[1] * b[5] + a[2] * b[8],
    a[3] * b[0] + a[4] * b[3] + a[5] * b[6],
    a[3] * b[1] + a[4] * b[4] + a[5] * b[7],
    a[3] * b[2] + a[4] * b[5] + a[5] * b[8],
    a[6] * b[0] + a[7] * b[3] + a[8] * b[6],
    a[6] * b[1] + a[7] * b[4] + a[8] * b[7],
    a[6] * b[2] + a[7] * b[5] + a[8] * b[8],
  ];
}

export function transposed(a: Matrix): Matrix {
  return [a[0], a[3], a[6], a[1], a[4], a[7], a[2], a[5], a[8]];
}

/** A + B. */
export function plus(a: Matrix, b: Matrix): Matrix {
  return [
    a[0] + b[0],
    a[1] + b[1],
    a[2] + b[2],
    a[3] + b[3],
    a[4] + b[4],
    a[5] + b[5],
    a[6] + b[6],
    a[7] + b[7],
    a[8] + b[8],
  ];
}

/** I + A. */
export function identityPlus(a: Matrix): Matrix {
  return [1 + a[0], a[1], a[2], a[3], 1 + a[4], a[5], a[6], a[7], 1 + a[8]];
}

/** A + Aᵀ. */
export function twiceSymmetric(a: Matrix): Matrix {
  const [xy, xz, yz] = [a[1] + a[3], a[2] + a[6], a[5] + a[7]];
  return [2 * a[0], xy, xz, xy, 2 * a[4], yz, xz, yz, 2 * a[8]];
}

/** Σ A_ij B_ij = tr A Bᵀ. */
export function inner(a: Matrix, b: Matrix): number {
  return (
    a[0] * b[0] +
    a[1] * b[1] +
    a[2] * b[2] +
    (a[3] * b[3] + a[4] * b[4] + a[5] * b[5]) +
    (a[6] * b[6] + a[7] * b[7] + a[8] * b[8])
  );
}

/** x yᵀ. */
export function outer(x: Vector, y: Vector): Matrix {
  return [
    x[0] * y[0],
    x[0] * y[1],
    x[0] * y[2],
    x[1] * y[0],
    x[1] * y[1],
    x[1] * y[2],
    x[2] * y[0],
    x[2] * y[1],
    x[2] * y[2],
  ];
}

/** A x. */
export function apply(a: Matrix, x: Vector): Vector {
  return [
    a[0] * x[0] + a[1] * x[1] + a[2] * x[2],
    a[3] * x[0] + a[4] * x[1] + a[5] * x[2],
    a[6] * x[0] + a[7] * x[1] + a[8] * x[2],
  ];
}

/** x + y. */
export function add(x: Vector, y: Vector): Vector {
  return [x[0] + y[0], x[1] + y[1], x[2] + y[2]];
}

/** factor · x. */
export function scaled(factor: number, x: Vector): Vector {
  return [factor * x[0], factor * x[1], factor * x[2]];
}

/** x · y. */
export function dot(x: Vector, y: Vector): number {
  return x[0] * y[0] + x[1] * y[1] + x[2] * y[2];
}
