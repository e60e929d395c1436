/** What rounding to float32 adds to the velocity variance along each direction. */
import { roundingFloor } from '../../sgd/rounding.ts';
import { median } from '../../statistics/median.ts';

/** Share of the measured velocity variance that is rounding. */
export interface RoundingFloor {
  readonly median: number;
  readonly largest: number;
  /** Directions where it is above 1 %. */
  readonly above: number;
}

/**
 * @param theta the window's mean [d]
 * @param eigenvectors unit rows [k, d]
 * @param velocityVariance measured [k]
 */
export function measureRoundingFloor(
  theta: Float64Array,
  eigenvectors: Float32Array,
  velocityVariance: Float64Array,
): RoundingFloor {
  const size = theta.length;
  const shares = Array.from(
    velocityVariance,
    (variance, i) => roundingFloor(theta, eigenvectors.subarray(i * size, (i + 1) * size)) / variance,
  );
  return {
    median: median(shares),
    largest: Math.max(...shares),
    above: shares.filter((share) => share > 0.01).length,
  };
}
