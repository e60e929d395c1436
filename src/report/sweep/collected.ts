/** The content of collected.json: what the points of a sweep add up to. What is undefined is null. */
import type { Estimate } from '../../statistics/estimate.ts';
import type { Flatness } from '../../statistics/flatness.ts';
import type { Sampler } from '../../theory/index.ts';
import type { SummaryWarning } from '../summary.ts';
import type { Generalisation } from './generalisation.ts';

/** How a point stands. `left`: begun, and neither done nor failed. */
export type PointState = 'done' | 'failed' | 'left' | 'missing';

/** One point of the sweep, in its order. */
export interface CollectedPoint {
  readonly name: string;
  readonly state: PointState;
  /** Why it is not done, where that is known. */
  readonly reason: string | null;
  /** Index of its setting; null where it was not compared with theory. */
  readonly setting: number | null;
  /** Its own page and its log, as paths from the sweep's folder; null where there is none. */
  readonly page: string | null;
  readonly log: string | null;
}

/** One scale s fitted in the exact curve R(λ/s) of σ²_θ over the white variance: where the crossover lies, in units of theory's. */
export interface MeasuredScale {
  readonly scale: Estimate;
  readonly directions: number;
  /** Squared residuals per direction, 1 expected. */
  readonly reducedChiSquare: number;
}

/** Correlation times between λ_cross/100 and λ_cross/10, in updates. */
export interface Plateau {
  readonly directions: number;
  readonly measured: Estimate;
  /** Geometric mean of the exact window predictions of the directions; what is measured is `ratio` times that. */
  readonly exact: number;
  readonly ratio: Estimate;
  /** The same with the noise of a fluctuating curvature. */
  readonly ratioTwoComponent: Estimate | null;
  /** (M/3)(1+β)/(1−β), half of it with one order for all epochs. */
  readonly leading: number;
  /** Exact stationary value for λ → 0. */
  readonly limit: number;
}

/** What runs of one setting found together, or all runs. */
export interface Findings {
  readonly seeds: number;
  /** Measured over the exact window prediction of the run's own sampler, in bins of x = Mηλ/(1−β). */
  readonly flatness: Flatness | null;
  /** The same with the noise of a fluctuating curvature. */
  readonly flatnessTwoComponent: Flatness | null;
  /** Fitted with the sampler's noise alone, and with that of a fluctuating curvature on top, which no scale moves. */
  readonly scale: MeasuredScale | null;
  readonly scaleTwoComponent: MeasuredScale | null;
  readonly verdicts: readonly string[];
}

/** Runs that differ in their seeds alone. */
export interface SettingSummary extends Findings {
  readonly label: string;
  /** Values of the keys that vary, seeds apart. */
  readonly set: Readonly<Record<string, unknown>>;
  /** The same in words, key by key: `η = 0.05`. */
  readonly words: Readonly<Record<string, string>>;
  readonly points: readonly string[];
  readonly learningRate: number;
  readonly momentum: number;
  readonly batchSize: number;
  readonly samples: number;
  readonly batchesPerEpoch: number;
  readonly sampler: Sampler;
  /** 3(1−β)/(ηM). */
  readonly crossoverEigenvalue: number;
  readonly plateau: Plateau | null;
  /** Medians over the runs: C_mult/C as measured, and m, what was expected of it. */
  readonly multiplicativeShare: number | null;
  readonly expectedShare: number | null;
}

/** Weight variances of one sampler over those of another in a range of λ/λ_cross, run by run of otherwise equal settings. */
export interface SamplerRatio {
  readonly of: Sampler;
  readonly against: Sampler;
  /** Range (low, high] of λ/λ_cross; null: no upper end. */
  readonly low: number;
  readonly high: number | null;
  readonly pairs: number;
  readonly seeds: number;
  readonly measured: Estimate;
  /** The same of the best predictions there are: two components, or where unknown the sampler's. */
  readonly predicted: number;
  readonly overPredicted: Estimate;
}

/** collected.json. */
export interface Collected {
  readonly schemaVersion: 1;
  readonly name: string;
  readonly title: string | null;
  /** Last stage of every point. */
  readonly until: string;
  /** Keys of the configuration that vary. */
  readonly axes: readonly string[];
  readonly points: readonly CollectedPoint[];
  readonly settings: readonly SettingSummary[];
  /** Of all settings together; null where nothing was compared. */
  readonly all: Findings | null;
  readonly samplers: readonly SamplerRatio[];
  /** What the sampler of the whole training does to the network; null where it does not vary. */
  readonly generalisation: Generalisation | null;
  /** The whole in one or two sentences; null where nothing was compared. */
  readonly headline: string | null;
  readonly verdicts: readonly string[];
  readonly warnings: readonly SummaryWarning[];
}
