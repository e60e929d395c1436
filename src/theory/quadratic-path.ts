/** The quadratic model itself, update by update: the path that given noise makes along many directions. */

/** State along k directions, [k] each; θ counted from where `force` is the gradient. */
export interface PathState {
  readonly theta: ArrayLike<number>;
  readonly velocity: ArrayLike<number>;
}

/** What the directions share, and what each has of its own, [k]. */
export interface PathModel {
  readonly learningRate: number;
  readonly momentum: number;
  readonly eigenvalues: ArrayLike<number>;
  /** Gradient at θ = 0; none unless given. */
  readonly force?: ArrayLike<number>;
}

/** A path that goes on where it was left. */
export interface QuadraticPath {
  /**
   * The next updates: v ← βv − η(λθ + g + δg), θ ← θ + v along each direction.
   *
   * @param noise δg of these updates [updates, k], row by row
   * @returns θ and v after each [updates, k]; new arrays
   */
  advance(noise: ArrayLike<number>): { readonly theta: Float64Array; readonly velocity: Float64Array };
}

/**
 * @param start at rest at θ = 0 unless given
 * @see docs/concepts/epoch-noise.md, equation 1
 */
export function quadraticPath(
  { learningRate, momentum, eigenvalues, force }: PathModel,
  start?: PathState,
): QuadraticPath {
  const k = eigenvalues.length;
  const theta = start ? Float64Array.from(start.theta) : new Float64Array(k);
  const velocity = start ? Float64Array.from(start.velocity) : new Float64Array(k);
  return {
    advance(noise) {
      const path = { theta: new Float64Array(noise.length), velocity: new Float64Array(noise.length) };
      for (let at = 0; at < noise.length;)
        for (let i = 0; i < k; i++, at++) {
          const gradient = eigenvalues[i] * theta[i] + noise[at] + (force ? force[i] : 0);
          velocity[i] = momentum * velocity[i] - learningRate * gradient;
          theta[i] += velocity[i];
          path.theta[at] = theta[i];
          path.velocity[at] = velocity[i];
        }
      return path;
    },
  };
}
