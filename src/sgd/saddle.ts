/** Saddles: how they are told from minima, and the step that leaves one. */
import { type Eigenpairs, spansAll } from './eigenbasis.ts';
import type { Curvature, Point, TrustStep } from './newton-cg.ts';
import { dot } from './vectors.ts';

/** A unit direction along which the objective bends down. */
export interface Saddle {
  readonly direction: Float64Array;
  readonly curvature: number;
}

/**
 * Looks along the lowest eigendirection with the Hessian itself: the lowest eigenvalue of a subset's curvature is below
 * zero by its noise alone. One product, and only where the eigenvalue gives cause.
 *
 * @param lowest curvatures above this make no saddle
 * @returns null where there is none, or where the leading pairs are all that is known
 */
export async function saddleAlong(
  pairs: Eigenpairs,
  hessian: () => Curvature & { dispose(): void },
  lowest: number,
): Promise<Saddle | null> {
  const last = pairs.eigenvalues.length - 1;
  if (!spansAll(pairs) || pairs.eigenvalues[last] >= lowest) return null;
  const direction = Float64Array.from(pairs.eigenvectors.subarray(last * pairs.eigenvalues.length));
  const operator = hessian();
  try {
    const curvature = dot(direction, await operator.apply(direction));
    return curvature < lowest ? { direction, curvature } : null;
  } finally {
    operator.dispose();
  }
}

/** Downhill along the saddle's direction to the edge of the region. Conjugate gradients see it only if the gradient does. */
export function escapeStep({ direction, curvature }: Saddle, { gradient }: Point, radius: number): TrustStep {
  const slope = dot(gradient, direction);
  const length = slope > 0 ? -radius : radius;
  return {
    vector: direction.map((value) => length * value),
    predictedDecrease: -(slope * length + 0.5 * curvature * length * length),
    length: radius,
    atBoundary: true,
  };
}
