/** The table of the command `epochnoise theory`: predictions for a few eigenvalues, ready to be printed as JSON. */
import { ConfigurationError } from '../errors.ts';
import {
  checkDirection,
  checkOptimiser,
  crossoverEigenvalue,
  isStable,
  SAMPLERS,
  type Direction,
  type Sampler,
} from './direction.ts';
import { epochNoise } from './noise.ts';
import { reshuffledPositionVariances } from './positions.ts';
import { stationaryMoments } from './stationary.ts';
import { windowPredictor } from './window.ts';

/** What the command was asked. */
export interface TheoryTableOptions {
  readonly learningRate: number;
  readonly momentum: number;
  /** Updates per epoch M. */
  readonly batchesPerEpoch: number;
  /** λ, one row of the table each. */
  readonly eigenvalues: readonly number[];
  /** C, the same for all rows. */
  readonly noiseVariance: number;
  /** `reshuffle` by default. */
  readonly sampler?: Sampler;
  /** K, updates of a finite window; none by default. */
  readonly window?: number;
  /** `stationary` by default; concerns the window only. */
  readonly start?: 'stationary' | 'rest';
  /** Epochs between rest and the window; 0 by default. */
  readonly burnInEpochs?: number;
  /** f = S/N where a last incomplete batch is dropped; 1/M by default. */
  readonly samplingFraction?: number;
  /** Whether to give the weight variance at each position of the epoch. */
  readonly positions?: boolean;
}

/** One row; null where a value is infinite or has no meaning. The last two exist where they were asked for. */
export interface TheoryPrediction {
  readonly eigenvalue: number;
  /** Stationary weight variance, averaged over the position in the epoch. */
  readonly thetaVariance: number | null;
  /** Stationary velocity variance. */
  readonly velocityVariance: number | null;
  /** 2 × thetaVariance / velocityVariance, in updates. */
  readonly correlationTime: number | null;
  /** Weight variance about the mean of the window, over K. */
  readonly windowThetaVariance?: number | null;
  /** Weight variance after j = 0 … M−1 updates of an epoch; 0 is the boundary. */
  readonly positionThetaVariance?: readonly number[] | null;
}

/** Why a value is null, or is not what its name suggests. */
export interface TheoryWarning {
  readonly code: 'no-stationary-state' | 'infinite' | 'from-rest' | 'no-window-prediction' | 'no-positions';
  readonly text: string;
}

/** The JSON document that the command prints. */
export interface TheoryTable {
  readonly sampler: Sampler;
  readonly crossoverEigenvalue: number;
  readonly predictions: readonly TheoryPrediction[];
  readonly warnings: readonly TheoryWarning[];
}

/**
 * Predictions for a list of eigenvalues under one optimiser, sampler and, where asked for, window.
 *
 * @throws ConfigurationError for settings outside the theory (η ≤ 0, β outside [0, 1), M < 2, C < 0, f > 1/M, an unknown
 *   sampler or start, a window without updates, a start or burn-in without a window); an eigenvalue without a stationary
 *   state is no error but a null with a warning
 * @see docs/concepts/epoch-noise.md
 */
export function theoryTable(options: TheoryTableOptions): TheoryTable {
  const sampler = options.sampler ?? 'reshuffle';
  checkChoices(options, sampler);
  try {
    return buildTable(options, sampler);
  } catch (error) {
    // The theory's own functions refuse numbers with a RangeError; here the numbers are what the user typed.
    if (error instanceof RangeError) throw new ConfigurationError(error.message, { cause: error });
    throw error;
  }
}

function checkChoices(options: TheoryTableOptions, sampler: Sampler): void {
  const { start, window, burnInEpochs, eigenvalues } = options;
  if (!SAMPLERS.includes(sampler))
    throw new ConfigurationError(`unknown sampler ${String(sampler)}; expected one of ${SAMPLERS.join(', ')}`);
  if (start !== undefined && start !== 'stationary' && start !== 'rest')
    throw new ConfigurationError(`unknown start ${String(start)}; expected stationary or rest`);
  if (eigenvalues.length === 0) throw new ConfigurationError('no eigenvalue given; expected at least one');
  if (window === undefined && (start === 'rest' || burnInEpochs !== undefined))
    throw new ConfigurationError('a start at rest and a burn-in concern a window; give its number of updates too');
  if (burnInEpochs !== undefined && !(Number.isInteger(burnInEpochs) && burnInEpochs >= 0))
    throw new ConfigurationError(`burn-in of ${burnInEpochs} epochs; expected a whole number of at least 0`);
}

function buildTable(options: TheoryTableOptions, sampler: Sampler): TheoryTable {
  const { learningRate, momentum, batchesPerEpoch, noiseVariance, samplingFraction, window } = options;
  const start = options.start ?? 'stationary';
  // Refused whatever the eigenvalues: without a stationary state none of the functions below would look at these.
  checkOptimiser(learningRate, momentum, batchesPerEpoch);
  epochNoise(batchesPerEpoch, samplingFraction);
  const warnings: TheoryWarning[] = [];
  const warn = (code: TheoryWarning['code'], text: string) => {
    if (!warnings.some((earlier) => earlier.text === text)) warnings.push({ code, text });
  };
  const inWindow =
    window === undefined
      ? undefined
      : windowPredictor({
          learningRate,
          momentum,
          batchesPerEpoch,
          sampler,
          updates: window,
          start,
          burnInUpdates: (options.burnInEpochs ?? 0) * batchesPerEpoch,
          samplingFraction,
        });

  const predictions = options.eigenvalues.map((eigenvalue): TheoryPrediction => {
    const direction = { learningRate, momentum, batchesPerEpoch, eigenvalue, noiseVariance };
    const stationary = stationaryPart(direction, sampler, samplingFraction, warn);
    const row: { -readonly [Key in keyof TheoryPrediction]: TheoryPrediction[Key] } = { eigenvalue, ...stationary };
    if (inWindow) {
      row.windowThetaVariance = finite(noiseVariance * inWindow(eigenvalue).thetaVariance);
      warnAboutWindow(direction, sampler, start, row.windowThetaVariance, warn);
    }
    if (options.positions) {
      row.positionThetaVariance = null;
      if (sampler !== 'reshuffle') {
        warn(
          'no-positions',
          `${sampler} has the same weight variance at every position of the epoch: positions are null`,
        );
      } else if (isStable(direction) && stationary.thetaVariance !== null) {
        row.positionThetaVariance = [...reshuffledPositionVariances(direction, samplingFraction).theta];
      }
    }
    return row;
  });
  return {
    sampler,
    crossoverEigenvalue: crossoverEigenvalue({ learningRate, momentum, batchesPerEpoch }),
    predictions,
    warnings,
  };
}

type Warn = (code: TheoryWarning['code'], text: string) => void;

function stationaryPart(direction: Direction, sampler: Sampler, samplingFraction: number | undefined, warn: Warn) {
  const { learningRate, momentum, eigenvalue } = direction;
  checkDirection(direction);
  if (!isStable(direction)) {
    const limit = 2 * (1 + momentum);
    warn(
      'no-stationary-state',
      `eigenvalue ${eigenvalue} has no stationary state: learning rate × eigenvalue = ${learningRate * eigenvalue} is outside [0, ${limit})`,
    );
    return { thetaVariance: null, velocityVariance: null, correlationTime: null };
  }
  const moments = stationaryMoments(direction, sampler, samplingFraction);
  if (moments.thetaVariance === Infinity)
    warn(
      'infinite',
      `eigenvalue ${eigenvalue}: the weight is a random walk, its stationary variance and correlation time are infinite`,
    );
  else if (moments.correlationTime === Infinity)
    warn('infinite', `eigenvalue ${eigenvalue}: the correlation time is infinite`);
  return {
    thetaVariance: finite(moments.thetaVariance),
    velocityVariance: finite(moments.velocityVariance),
    correlationTime: finite(moments.correlationTime),
  };
}

function warnAboutWindow(
  direction: Direction,
  sampler: Sampler,
  start: 'stationary' | 'rest',
  value: number | null,
  warn: Warn,
): void {
  const { eigenvalue } = direction;
  if (value === null && sampler === 'shuffle-once' && start === 'rest')
    warn('no-window-prediction', 'shuffle-once has a prediction for its limit cycle only, not for a start at rest');
  else if (value === null)
    warn(
      'no-window-prediction',
      `eigenvalue ${eigenvalue}: no finite prediction for the window of ${sampler}, start ${start}`,
    );
  else if (eigenvalue <= 0 && start === 'stationary' && sampler === 'reshuffle')
    warn(
      'from-rest',
      `eigenvalue ${eigenvalue} does not pull the weight back: the window is propagated from rest instead`,
    );
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
