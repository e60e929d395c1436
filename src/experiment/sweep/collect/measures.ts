/** What is compared along the directions of one run, in units in which runs of all settings are alike. */
import type { DirectionColumns, EstimatorColumns } from '../../../report/input.ts';
import { comparedDirections } from '../../../statistics/drift.ts';
import { independentWeightVariance, isStable, relaxationRate } from '../../../theory/index.ts';
import type { WindowSettings } from '../../compare/directions.ts';

/** Along each direction, [k] each; NaN where a quantity has no meaning. */
export interface Measures {
  readonly eigenvalue: Float64Array;
  /** λ/λ_cross. */
  readonly relative: Float64Array;
  /** x = Mηλ/(1−β). */
  readonly x: Float64Array;
  /** Measured weight variance, the exact prediction and that of two components, over the stationary one of independent batches. */
  readonly toWhite: Float64Array;
  readonly exactToWhite: Float64Array;
  readonly twoToWhite: Float64Array;
  /** Measured over predicted. */
  readonly ratio: Float64Array;
  readonly ratioTwo: Float64Array;
  /** ν of the weight variance by either theory, and of the velocity's. */
  readonly dof: Float64Array;
  readonly dofTwo: Float64Array;
  readonly velocityDof: Float64Array;
  /** Correlation times in updates: measured, exact, of two components. */
  readonly time: Float64Array;
  readonly timeExact: Float64Array;
  readonly timeTwo: Float64Array;
  readonly regime: readonly string[];
  /** Directions that are held against theory (`drift.ts`), measured and predicted. `regime` is a label of the path alone. */
  readonly compared: readonly number[];
}

/** @param columns directions.csv @param estimators estimators.csv */
export function measure(
  { learningRate, momentum, batchesPerEpoch, crossover }: WindowSettings,
  columns: DirectionColumns,
  estimators: EstimatorColumns,
): Measures {
  const k = columns.eigenvalue.length;
  const column = (of: (i: number) => number) => Float64Array.from({ length: k }, (_, i) => of(i));
  const over = (above: ArrayLike<number>, below: ArrayLike<number>) => column((i) => above[i] / below[i]);
  const white = column((i) => {
    const rule = { learningRate, momentum, eigenvalue: columns.eigenvalue[i] };
    const noiseVariance = columns.noise_variance[i];
    if (!(rule.eigenvalue > 0 && isStable(rule) && noiseVariance > 0)) return NaN;
    return independentWeightVariance({ ...rule, batchesPerEpoch, noiseVariance });
  });
  const dof = column((i) => columns.theta_dof[i]);
  const dofTwo = column((i) => {
    const two = estimators.theta_dof_two_component?.[i] ?? NaN;
    return Number.isNaN(two) ? dof[i] : two;
  });
  const ratio = over(columns.theta_variance, columns.theta_variance_sampler);
  const ratioTwo = over(columns.theta_variance, columns.theta_variance_two_component);
  const toWhite = over(columns.theta_variance, white);
  const isUsable = (value: number) => value > 0 && value < Infinity;
  return {
    eigenvalue: column((i) => columns.eigenvalue[i]),
    relative: column((i) => columns.eigenvalue[i] / crossover),
    x: column((i) => batchesPerEpoch * relaxationRate({ learningRate, momentum, eigenvalue: columns.eigenvalue[i] })),
    toWhite,
    exactToWhite: over(columns.theta_variance_sampler, white),
    twoToWhite: over(columns.theta_variance_two_component, white),
    ratio,
    ratioTwo,
    dof,
    dofTwo,
    velocityDof: column((i) => columns.velocity_dof[i]),
    time: column((i) => columns.correlation_time[i]),
    timeExact: column((i) => columns.correlation_time_sampler[i]),
    timeTwo: column((i) => columns.correlation_time_two_component[i]),
    regime: Array.from(columns.regime),
    compared: comparedDirections(columns, crossover).filter((i) => isUsable(ratio[i]) && isUsable(toWhite[i])),
  };
}
