/**
 * Dense symmetric eigensolver by cyclic Jacobi rotations: slow, short, and of another family than the Lanczos and QL
 * iterations that it checks (Golub & Van Loan, Matrix Computations, algorithm 8.5.3).
 */

/** Eigenvalues descending, and the eigenvectors as unit rows. */
export interface DenseEigen {
  readonly eigenvalues: Float64Array;
  readonly eigenvectors: Float64Array[];
}

/** @param matrix symmetric, as rows; not changed */
export function jacobiEigen(matrix: readonly ArrayLike<number>[]): DenseEigen {
  const n = matrix.length;
  const a = matrix.map((row) => Float64Array.from(row));
  const v = a.map((_, i) => Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));
  const norm = Math.sqrt(a.reduce((sum, row) => sum + row.reduce((inner, entry) => inner + entry * entry, 0), 0));
  for (let sweep = 0; sweep < 50 && offDiagonalNorm(a) > 1e-17 * norm; sweep++)
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) annihilate(a, v, p, q);
  const order = [...a.keys()].sort((i, j) => a[j][j] - a[i][i]);
  return { eigenvalues: Float64Array.from(order, (i) => a[i][i]), eigenvectors: order.map((i) => v[i]) };
}

/** Rotates rows and columns p and q so that entry (p, q) becomes 0; the rows of v are turned alike. */
function annihilate(a: Float64Array[], v: Float64Array[], p: number, q: number): void {
  if (a[p][q] === 0) return;
  const tau = (a[q][q] - a[p][p]) / (2 * a[p][q]);
  const t = (tau < 0 ? -1 : 1) / (Math.abs(tau) + Math.hypot(1, tau));
  const c = 1 / Math.hypot(1, t);
  const s = t * c;
  for (let k = 0; k < a.length; k++) {
    const kp = a[k][p];
    const kq = a[k][q];
    a[k][p] = c * kp - s * kq;
    a[k][q] = s * kp + c * kq;
  }
  turnRows(a, p, q, c, s);
  turnRows(v, p, q, c, s);
}

function turnRows(rows: Float64Array[], p: number, q: number, c: number, s: number): void {
  for (let k = 0; k < rows.length; k++) {
    const pk = rows[p][k];
    const qk = rows[q][k];
    rows[p][k] = c * pk - s * qk;
    rows[q][k] = s * pk + c * qk;
  }
}

function offDiagonalNorm(a: readonly Float64Array[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) for (let j = 0; j < a.length; j++) if (i !== j) sum += a[i][j] ** 2;
  return Math.sqrt(sum);
}
