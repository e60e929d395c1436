/** Predictions for a whole spectrum at once: the entry for the pipeline. */
import { estimatorPredictor, type Expected } from './estimators.ts';
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

/** An estimator's expectation and degrees of freedom along each direction, [k] each. */
export interface EstimatorColumn {
  readonly variance: Float64Array;
  readonly degreesOfFreedom: Float64Array;
}

/** As {@link DirectionPredictions}, with the estimators that resist drift. */
export interface EstimatorPredictions extends DirectionPredictions {
  readonly withinEpochs: EstimatorColumn;
  readonly withoutTrend: EstimatorColumn;
  readonly halves: readonly [EstimatorColumn, EstimatorColumn];
  /** Variance of the difference of the halves' means, [k]. */
  readonly shiftVariance: Float64Array;
}

/**
 * Predicts all estimators of one window of whole epochs along many directions, with two components of the noise: the
 * sampler's, of variance C, and white noise of variance C_mult. Exact for each direction, degrees of freedom included.
 *
 * @param noiseVariances C, [k]
 * @param whiteVariances C_mult, [k]; none unless given. Shuffle-once has no prediction with it
 * @throws RangeError when the lengths differ, and for options that `estimatorPredictor` refuses
 * @see docs/concepts/epoch-noise.md, equations 19, 27 and 28
 */
export function predictEstimators(
  options: WindowOptions,
  eigenvalues: Float64Array,
  noiseVariances: Float64Array,
  whiteVariances: Float64Array = new Float64Array(eigenvalues.length),
): EstimatorPredictions {
  const count = eigenvalues.length;
  if (noiseVariances.length !== count || whiteVariances.length !== count)
    throw new RangeError(
      `${noiseVariances.length} and ${whiteVariances.length} noise variances for ${count} eigenvalues; expected one of either for each`,
    );
  const predict = estimatorPredictor(options);
  const totals = noiseVariances.map((own, i) => own + whiteVariances[i]);
  const moments = Array.from(eigenvalues, (eigenvalue, i) =>
    predict(eigenvalue, totals[i] > 0 ? whiteVariances[i] / totals[i] : 0),
  );
  const column = (of: (moment: NonNullable<(typeof moments)[number]>) => number) =>
    Float64Array.from(moments, (moment) => (moment ? of(moment) : NaN));
  const scaled = (values: Float64Array) => values.map((value, i) => value * totals[i]);
  const estimator = (of: (moment: NonNullable<(typeof moments)[number]>) => Expected): EstimatorColumn => ({
    variance: scaled(column((moment) => of(moment).variance)),
    degreesOfFreedom: column((moment) => of(moment).degreesOfFreedom),
  });
  return {
    thetaVariance: scaled(column(({ whole }) => whole.thetaVariance)),
    velocityVariance: scaled(column(({ whole }) => whole.velocityVariance)),
    correlationTime: column(({ whole }) => (2 * whole.thetaVariance) / whole.velocityVariance),
    thetaDegreesOfFreedom: column(({ whole }) => whole.thetaDegreesOfFreedom),
    velocityDegreesOfFreedom: column(({ whole }) => whole.velocityDegreesOfFreedom),
    withinEpochs: estimator(({ withinEpochs }) => withinEpochs),
    withoutTrend: estimator(({ withoutTrend }) => withoutTrend),
    halves: [estimator(({ halves }) => halves[0]), estimator(({ halves }) => halves[1])],
    shiftVariance: scaled(column(({ shiftVariance }) => shiftVariance)),
  };
}
