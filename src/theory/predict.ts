/** Predictions for a whole spectrum at once: the entry for the pipeline. */
import { windowPredictor, type WindowOptions } from './window.ts';

/** What a window should show along each direction, [k] each; NaN where a quantity has no meaning. */
export interface DirectionPredictions {
  /** Weight variance about the window's mean, over K. */
  readonly thetaVariance: Float64Array;
  /** Mean square of the velocity, not centred. */
  readonly velocityVariance: Float64Array;
  /** 2 × thetaVariance / velocityVariance, in updates. */
  readonly correlationTime: Float64Array;
  /** χ² degrees of freedom of the measured weight variance. */
  readonly thetaDegreesOfFreedom: Float64Array;
  /** χ² degrees of freedom of the measured mean square of the velocity. */
  readonly velocityDegreesOfFreedom: Float64Array;
}

/**
 * Predicts the moments of one window along many directions. Exact for each direction: nothing is interpolated.
 *
 * Negative and zero eigenvalues with a `stationary` start: reshuffle falls back to propagation from rest through
 * `burnInUpdates`; the other samplers give NaN below 0. Eigenvalues beyond stability, ηλ ≥ 2(1+β), give NaN unless the
 * start is at rest. Correlation time and degrees of freedom do not depend on the noise variance.
 *
 * @param options the run and its window
 * @param eigenvalues λ, [k]
 * @param noiseVariances C, [k]
 * @throws RangeError when the lengths differ, and for options that {@link windowPredictor} refuses
 * @see docs/concepts/epoch-noise.md, equations 14 to 18
 */
export function predictDirections(
  options: WindowOptions,
  eigenvalues: Float64Array,
  noiseVariances: Float64Array,
): DirectionPredictions {
  const count = eigenvalues.length;
  if (noiseVariances.length !== count)
    throw new RangeError(`${noiseVariances.length} noise variances for ${count} eigenvalues; expected one for each`);
  const predict = windowPredictor(options);
  const predictions = {
    thetaVariance: new Float64Array(count),
    velocityVariance: new Float64Array(count),
    correlationTime: new Float64Array(count),
    thetaDegreesOfFreedom: new Float64Array(count),
    velocityDegreesOfFreedom: new Float64Array(count),
  };
  for (let index = 0; index < count; index++) {
    const unit = predict(eigenvalues[index]);
    predictions.thetaVariance[index] = unit.thetaVariance * noiseVariances[index];
    predictions.velocityVariance[index] = unit.velocityVariance * noiseVariances[index];
    predictions.correlationTime[index] = (2 * unit.thetaVariance) / unit.velocityVariance;
    predictions.thetaDegreesOfFreedom[index] = unit.thetaDegreesOfFreedom;
    predictions.velocityDegreesOfFreedom[index] = unit.velocityDegreesOfFreedom;
  }
  return predictions;
}
