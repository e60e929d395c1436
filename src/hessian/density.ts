/**
 * What lies beyond the computed eigenpairs: stochastic Lanczos quadrature (Golub & Meurant 1994; Ubaru, Chen & Saad 2017, SIAM J.
 * Matrix Anal. Appl. 38, 1075) with the one start vector that Lanczos had anyway, and the computed pairs taken out exactly.
 * One vector is enough: what is left are many directions, and a random vector has its share of each.
 */

/** Eigenvalues that were not computed, as a quadrature. */
export interface RestOfSpectrum {
  /** How many there are: d − k. */
  readonly directions: number;
  /** [m], descending. */
  readonly nodes: Float64Array;
  /** About how many of them lie at each node [m]; their sum is {@link directions}. */
  readonly counts: Float64Array;
  /** Their sum, with the standard error that a random vector leaves. */
  readonly trace: number;
  readonly traceError: number;
}

/** What a random unit vector sees of a spectrum. */
interface Measure {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

/** A node that is no more than this part of the largest eigenvalue below the last computed one is that one. */
const SAME = 1e-6;

/**
 * The rest of a spectrum of which the k leading eigenvalues were computed. Nodes are Ritz values: those down to the last computed
 * eigenvalue are the computed pairs, and their weights are given up.
 *
 * For a random vector the share w of a direction is w = z²/Σz² with normal z; given the sum over the rest, the trace's estimate
 * D·Σwλ/Σw has the variance 2·Σ(λ − λ̄)²·D/(D+2), which is estimated by the same quadrature.
 *
 * @param eigenvalues [k], descending
 * @param size d
 * @returns null where nothing is left, or nothing is known of it
 */
export function restOfSpectrum(
  { nodes, weights }: Measure,
  eigenvalues: Float64Array,
  size: number,
): RestOfSpectrum | null {
  const directions = size - eigenvalues.length;
  const last = eigenvalues[eigenvalues.length - 1] - SAME * Math.abs(eigenvalues[0]);
  const first = nodes.findIndex((node) => node < last);
  if (directions <= 0 || first < 0) return null;
  const left = nodes.slice(first);
  const share = weights.slice(first);
  const sum = share.reduce((total, weight) => total + weight, 0);
  if (!(sum > 0)) return null;
  const counts = share.map((weight) => (directions * weight) / sum);
  const trace = counts.reduce((total, count, i) => total + count * left[i], 0);
  const mean = trace / directions;
  const square = counts.reduce((total, count, i) => total + count * (left[i] - mean) ** 2, 0);
  return {
    directions,
    nodes: left,
    counts,
    trace,
    traceError: Math.sqrt((2 * square * directions) / (directions + 2)),
  };
}
