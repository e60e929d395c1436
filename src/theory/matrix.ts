/** 3×3 matrices and 3-vectors as flat arrays: as much linear algebra as the states of this folder need, without loops. */

/** [9], row by row. */
export type Matrix = readonly number[];

/** [3]. */
export type Vector = readonly number[];

export const ZERO_MATRIX: Matrix = [0, 0, 0, 0, 0, 0, 0, 0, 0];
export const ZERO_VECTOR: Vector = [0, 0, 0];

/** A B. */
export function product(a: Matrix, b: Matrix): Matrix {
  return plusProduct(ZERO_MATRIX, a, b);
}

/** S + A B. */
export function plusProduct(s: Matrix, a: Matrix, b: Matrix): Matrix {
  return [
    s[0] + (a[0] * b[0] + a[1] * b[3] + a[2] * b[6]),
    s[1] + (a[0] * b[1] + a[1] * b[4] + a[2] * b[7]),
    s[2] + (a[0] * b[2] + a[1] * b[5] + a[2] * b[8]),
    s[3] + (a[3] * b[0] + a[4] * b[3] + a[5] * b[6]),
    s[4] + (a[3] * b[1] + a[4] * b[4] + a[5] * b[7]),
    s[5] + (a[3] * b[2] + a[4] * b[5] + a[5] * b[8]),
    s[6] + (a[6] * b[0] + a[7] * b[3] + a[8] * b[6]),
    s[7] + (a[6] * b[1] + a[7] * b[4] + a[8] * b[7]),
    s[8] + (a[6] * b[2] + a[7] * b[5] + a[8] * b[8]),
  ];
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

/** S + x yᵀ. */
export function plusOuter(s: Matrix, x: Vector, y: Vector): Matrix {
  return [
    s[0] + x[0] * y[0],
    s[1] + x[0] * y[1],
    s[2] + x[0] * y[2],
    s[3] + x[1] * y[0],
    s[4] + x[1] * y[1],
    s[5] + x[1] * y[2],
    s[6] + x[2] * y[0],
    s[7] + x[2] * y[1],
    s[8] + x[2] * y[2],
  ];
}

/** S + A + Aᵀ. */
export function plusBothWays(s: Matrix, a: Matrix): Matrix {
  const [xy, xz, yz] = [a[1] + a[3], a[2] + a[6], a[5] + a[7]];
  return [
    s[0] + 2 * a[0],
    s[1] + xy,
    s[2] + xz,
    s[3] + xy,
    s[4] + 2 * a[4],
    s[5] + yz,
    s[6] + xz,
    s[7] + yz,
    s[8] + 2 * a[8],
  ];
}

/** I + A. */
export function identityPlus(a: Matrix): Matrix {
  return [1 + a[0], a[1], a[2], a[3], 1 + a[4], a[5], a[6], a[7], 1 + a[8]];
}

/** Aᵀ. */
export function transposed(a: Matrix): Matrix {
  return [a[0], a[3], a[6], a[1], a[4], a[7], a[2], a[5], a[8]];
}

/** Σ A_ij B_ij = tr A Bᵀ. */
export function inner(a: Matrix, b: Matrix): number {
  const first = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  const second = a[3] * b[3] + a[4] * b[4] + a[5] * b[5];
  return first + second + (a[6] * b[6] + a[7] * b[7] + a[8] * b[8]);
}

/** A x. */
export function apply(a: Matrix, x: Vector): Vector {
  return addApplied(ZERO_VECTOR, a, x);
}

/** s + A x. */
export function addApplied(s: Vector, a: Matrix, x: Vector): Vector {
  return [
    s[0] + (a[0] * x[0] + a[1] * x[1] + a[2] * x[2]),
    s[1] + (a[3] * x[0] + a[4] * x[1] + a[5] * x[2]),
    s[2] + (a[6] * x[0] + a[7] * x[1] + a[8] * x[2]),
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

/** s + factor · x. */
export function addScaled(s: Vector, factor: number, x: Vector): Vector {
  return [s[0] + factor * x[0], s[1] + factor * x[1], s[2] + factor * x[2]];
}

/** x · y. */
export function dot(x: Vector, y: Vector): number {
  return x[0] * y[0] + x[1] * y[1] + x[2] * y[2];
}
