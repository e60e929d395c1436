/** What rounding to float32 adds to the velocity variance along each direction. */
import { roundingFloor } from '../../sgd/rounding.ts';
import { median } from '../../statistics/median.ts';

/** Noise below this part of the loudest direction's is rounding. */
const SILENT = 1e-12;

/** Share of the measured velocity variance that is rounding. */
export interface RoundingFloor {
  readonly median: number;
  readonly largest: number;
  /** Directions where it is above 1 %. */
  readonly above: number;
}

/**
 * Directions along which nothing moves have no share: units that are dead, and symmetries of the network (the common
 * shift of all logits), whose noise is zero but for rounding. A higher precision would show nothing there either.
 *
 * @param theta the window's mean [d]
 * @param eigenvectors unit rows [k, d]
 * @param velocityVariance measured [k]
 * @param noiseVariance C [k]
 */
export function measureRoundingFloor(
  theta: Float64Array,
  eigenvectors: Float32Array,
  velocityVariance: Float64Array,
  noiseVariance: Float64Array,
): RoundingFloor {
  const size = theta.length;
  const loudest = noiseVariance.reduce((most, value) => Math.max(most, value), 0);
  const moving = [...velocityVariance.keys()].filter(
    (i) => velocityVariance[i] > 0 && noiseVariance[i] > SILENT * loudest,
  );
  const shares = moving.map(
    (i) => roundingFloor(theta, eigenvectors.subarray(i * size, (i + 1) * size)) / velocityVariance[i],
  );
  if (shares.length === 0) return { median: 0, largest: 0, above: 0 };
  return {
    median: median(shares),
    largest: shares.reduce((most, share) => Math.max(most, share), 0),
    above: shares.filter((share) => share > 0.01).length,
  };
}
