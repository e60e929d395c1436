/**
 * The parts of epochnoise for use in other programs: exact predictions, exact Hessian products and Lanczos, batches and
 * gradient noise, statistics of measured variances, and whole experiments with the files that they leave.
 *
 * Predictions and statistics are functions of numbers in float64. What computes with networks needs a back end, which is
 * opened with {@link openBackend} (webgpu once {@link prepareBackend} was waited for), and gives promises; what is opened has to be disposed of. Errors that a user can mend
 * are {@link UserError}s.
 *
 * @packageDocumentation
 */

// Predictions: second moments of heavy-ball SGD on a quadratic, exact.
export {
  crossoverEigenvalue,
  cycleAutocovariance,
  decoupledVelocityVariance,
  halfSquareDisplacements,
  independentCorrelationTime,
  independentVelocityVariance,
  independentWeightVariance,
  isStable,
  relaxationRate,
  reshuffledCorrelationTime,
  reshuffledPositionVariances,
  reshuffledVelocityVariance,
  reshuffledWeightVariance,
  SAMPLERS,
  shuffledOnceVelocityVariance,
  shuffledOnceWeightVariance,
  stationaryAutocorrelation,
  stationaryMoments,
  theoryTable,
  windowPredictor,
  withCoupledDecay,
  withDecoupledDecay,
} from './theory/index.ts';
export type {
  Direction,
  PositionVariances,
  Sampler,
  StationaryMoments,
  TheoryPrediction,
  TheoryTable,
  TheoryTableOptions,
  TheoryWarning,
  UpdateRule,
  WindowMoments,
  WindowOptions,
} from './theory/index.ts';
export type { EpochNoise } from './theory/noise.ts';
export type { PropagatedMoments } from './theory/propagated-window.ts';

// Statistics of variances that were measured.
export { autocorrelation } from './statistics/autocorrelation.ts';
export { type Interval, varianceInterval } from './statistics/chi-square.ts';
export { ratioInterval } from './statistics/halves.ts';
export { fitLogLogSlope, fitSlope, type Slope } from './statistics/line-fit.ts';
export { meanOverGroups, type MeanWithInterval } from './statistics/mean.ts';
export { median, medianBias } from './statistics/median.ts';
export { coverage, directionsByRange, type MeasuredVariance, medianRatio, RANGE_EDGES } from './statistics/ranges.ts';

// Networks, losses and the objective.
export { lenet, type LenetOptions } from './models/lenet.ts';
export type { BatchNorm } from './models/batch-norm.ts';
export { type Loss, lossFor, type LossName } from './models/losses.ts';
export { mlp, type MlpOptions } from './models/mlp.ts';
export {
  type Activation,
  initialWeights,
  type Model,
  parameterCount,
  type ParameterShape,
  type PytorchParameter,
} from './models/model.ts';
export { defineProblem, type Problem, type Samples } from './models/problem.ts';
export { type Evaluation, type FullBatch, openFullBatch } from './models/full-batch.ts';

// Back ends.
export { type Backend, type BackendChoice, openBackend, prepareBackend } from './tensor/backend.ts';

export type { Derivatives } from './tensor/derivatives.ts';
export type { Ops } from './tensor/ops.ts';
export type {
  BackendName,
  Compilable,
  Compiled,
  Input,
  Linearizable,
  Linearized,
  Precision,
  Reals,
  Shape,
  Spec,
  Stored,
  Tensor,
  TensorFunction,
} from './tensor/types.ts';
export { BACK_ENDS } from './tensor/types.ts';

// The Hessian, its products and its leading eigenpairs.
export { type HessianAt, type HessianFamily, openHessian } from './hessian/hessian.ts';
export { type Eigenpairs, lanczos, type LanczosOptions, type LanczosProgress } from './hessian/lanczos.ts';
export type { OpenBasis, OrthonormalBasis, RowsOnDisk, RowStorage, Spill } from './hessian/basis.ts';
export type { SpectralMeasure } from './hessian/krylov.ts';
export { lanczosMemory, type Sized, type WayOut } from './hessian/memory.ts';
export { operatorFrom, type SymmetricOperator } from './hessian/operator.ts';
export { estimateTrace, type TraceEstimate } from './hessian/trace.ts';

// Batches, and the noise of their gradients.
export { batchVariance, perSampleFromBatch } from './noise/batch-variance.ts';
export { perSampleVariance } from './noise/per-sample.ts';
export { randomStream, type RandomStream } from './random.ts';
export { type HeavyBall, openHeavyBall } from './sgd/heavy-ball.ts';
export { atRest, type Motion, type State, type Updates } from './sgd/motion.ts';
export { batchesPerEpoch, batchSource, type BatchSource, nextEpochs } from './sgd/samplers.ts';

// Experiments, and the files of their runs.
export { experimentNames, STAGE_NAMES, STAGE_TITLES, type StageName } from './experiment/catalogue.ts';
export type { Voice } from './experiment/context.ts';
export {
  type BackendOptions,
  chooseBackend,
  readSummary,
  runExperiment,
  type RunOptions,
} from './experiment/library.ts';
export { loadExperiment, type LoadedExperiment, resolveExperiment } from './experiment/load.ts';
export type { PipelineResult } from './experiment/pipeline.ts';
export type { Experiment } from './experiment/schema.ts';
export type { Report } from './progress.ts';
export type {
  ComponentsSummary,
  CurvatureRange,
  CurvaturesSummary,
  EstimatorSummary,
  FeltCurvatureSummary,
  FittedSlope,
  LossFluctuation,
  NoiseSummary,
  PooledValue,
  QuadraticitySummary,
  RangeSummary,
  SpectrumSummary,
  Summary,
  SummaryWarning,
} from './report/summary.ts';
export type { Checkpoint } from './store/checkpoint.ts';
export { type CsvTable, readCsv } from './store/csv.ts';
export { readNpy } from './store/npy.ts';
export {
  CURVATURE_COLUMNS,
  DIRECTION_COLUMNS,
  type DirectionColumn,
  ESTIMATOR_COLUMNS,
  RUN_FILES,
  type RunFile,
  runPath,
} from './store/run-directory.ts';
export type { TensorPlace } from './store/safetensors-header.ts';
export type { DType, DTypeArrays, TensorData } from './store/dtypes.ts';
export {
  openSafetensors,
  readSafetensors,
  requireTensor,
  type SafetensorsFile,
  type SafetensorsReader,
  type Tensor as FileTensor,
  type WritableTensor,
  writeSafetensors,
} from './store/safetensors.ts';

// Errors that a user can mend.
export { ConfigurationError, DataError, RunError, StorageError, UserError } from './errors.ts';
