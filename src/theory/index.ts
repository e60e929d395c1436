/** Exact second moments of heavy-ball SGD on a quadratic, for three ways of drawing batches. docs/concepts/epoch-noise.md has the formulas. */
export { stationaryAutocorrelation } from './autocorrelation.ts';
export { crossoverEigenvalue, isStable, relaxationRate, SAMPLERS } from './direction.ts';
export type { Direction, Sampler, UpdateRule } from './direction.ts';
export { estimatorPredictor } from './estimators.ts';
export type { EstimatorMoments, Expected } from './estimators.ts';
export { halfSquareDisplacements } from './displacement.ts';
export {
  independentCorrelationTime,
  independentVelocityVariance,
  independentWeightVariance,
} from './independent-batches.ts';
export { reshuffledPositionVariances } from './positions.ts';
export type { PositionVariances } from './positions.ts';
export { positionPredictor } from './position-profile.ts';
export { predictDirections, predictEstimators } from './predict.ts';
export type { DirectionPredictions, EstimatorColumn, EstimatorPredictions } from './predict.ts';
export { quadraticPath } from './quadratic-path.ts';
export type { PathModel, PathState, QuadraticPath } from './quadratic-path.ts';
export { reshuffledCorrelationTime, reshuffledVelocityVariance, reshuffledWeightVariance } from './reshuffled.ts';
export { cycleAutocovariance, shuffledOnceVelocityVariance, shuffledOnceWeightVariance } from './shuffled-once.ts';
export { stationaryMoments } from './stationary.ts';
export type { StationaryMoments } from './stationary.ts';
export { theoryTable } from './table.ts';
export type { TheoryPrediction, TheoryTable, TheoryTableOptions, TheoryWarning } from './table.ts';
export { universalSuppression } from './universal.ts';
export { decoupledVelocityVariance, withCoupledDecay, withDecoupledDecay } from './weight-decay.ts';
export { windowPredictor } from './window.ts';
export type { WindowOptions } from './window.ts';
export type { WindowMoments } from './window-moments.ts';
