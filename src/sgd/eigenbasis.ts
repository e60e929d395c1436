/** The eigenbasis of a curvature, or the leading part of one, as a preconditioner. */
import type { Preconditioner } from './newton-cg.ts';

/** Eigenpairs of a curvature. */
export interface Eigenpairs {
  /** Descending [k]. */
  readonly eigenvalues: Float64Array;
  /** Unit rows [k, d]. */
  readonly eigenvectors: Float32Array;
}

/** Whether there are as many pairs as dimensions. */
export const spansAll = ({ eigenvalues, eigenvectors }: Eigenpairs): boolean =>
  eigenvalues.length ** 2 === eigenvectors.length;

/** e·vector for every pair [k]. */
export function project({ eigenvalues, eigenvectors }: Eigenpairs, vector: Float64Array): Float64Array {
  const size = vector.length;
  return Float64Array.from(eigenvalues, (_, index) => {
    let sum = 0;
    for (let i = 0, at = index * size; i < size; i++, at++) sum += eigenvectors[at] * vector[i];
    return sum;
  });
}

/**
 * M = Σ |λ| e eᵀ, with |λ| as in the saddle-free Newton method (Dauphin et al. 2014, arXiv 1406.2572): saddles repel.
 *
 * @param smallest curvatures below this count as this one. What the pairs do not span is less curved than any of them:
 *   it gets the smallest of their curvatures.
 */
export function eigenbasisPreconditioner(pairs: Eigenpairs, smallest: number): Preconditioner {
  const curvature = pairs.eigenvalues.map((value) => Math.max(Math.abs(value), smallest));
  const beyond = spansAll(pairs) ? Infinity : curvature.reduce((least, value) => Math.min(least, value), Infinity);
  return scaling(pairs, 1 / beyond, (index) => 1 / curvature[index]);
}

/**
 * The same on the directions of curvature λ > flattest alone: M⁻¹ takes every vector into their span, so that conjugate
 * gradients never leave it, and what is flat stays where it is.
 */
export function curvedDirectionsOnly(pairs: Eigenpairs, flattest: number): Preconditioner {
  const { eigenvalues } = pairs;
  return scaling(pairs, 0, (index) => (eigenvalues[index] > flattest ? 1 / eigenvalues[index] : 0));
}

/** v ↦ outside·v + Σ (inside(i) − outside) eᵢ⟨eᵢ, v⟩. */
function scaling(pairs: Eigenpairs, outside: number, inside: (index: number) => number): Preconditioner {
  const { eigenvectors } = pairs;
  return {
    solve(vector) {
      const size = vector.length;
      const result = vector.map((value) => outside * value);
      project(pairs, vector).forEach((along, index) => {
        const factor = along * (inside(index) - outside);
        if (factor === 0) return;
        for (let i = 0, at = index * size; i < size; i++, at++) result[i] += factor * eigenvectors[at];
      });
      return result;
    },
  };
}
