/** The content of summary.json, as the pictures and the terminal's table read it. What is undefined is null. */
import type { Sampler } from '../theory/index.ts';

/** The directions of one range of λ/λ_cross, (low, high], together. */
export interface RangeSummary {
  readonly low: number;
  /** null: no upper end. */
  readonly high: number | null;
  readonly directions: number;
  /** Medians of measured / (predicted·(1−2/(9ν))³): weight variance against the sampler's theory, … */
  readonly ratioSampler: number | null;
  /** … against independent batches, … */
  readonly ratioWhite: number | null;
  /** … against the two-component theory; … */
  readonly ratioTwoComponent: number | null;
  /** … velocity variance against the sampler's theory. */
  readonly velocityRatioSampler: number | null;
  /** Median of |log10(measured/predicted)|, found and expected from the degrees of freedom alone. */
  readonly medianAbsLog10: number | null;
  readonly expectedAbsLog10: number | null;
  /** Fraction of the directions whose 95 % interval contains the sampler's theory. */
  readonly coverage: number | null;
  readonly pooledError: number | null;
  /** The same of the two-component theory, with its own degrees of freedom. */
  readonly coverageTwoComponent: number | null;
  /** As `ratioSampler`, with C = a(λ−μ) in place of the measured C. */
  readonly ratioProportional: number | null;
  /** Variance about each epoch's mean, which drift hardly enters. */
  readonly withinEpochs: EstimatorSummary;
  /** Variance about the straight line through the window. */
  readonly withoutTrend: EstimatorSummary;
  /** Median of the second half's variance over the first's, in units of what is predicted; 1 where the window is stationary. */
  readonly halvesRatio: number | null;
  /** Fraction of the directions whose halves' variances differ by no more than in 95 % of stationary windows. */
  readonly halvesCoverage: number | null;
  /** Fraction of the directions whose halves' means differ by no more than in 95 % of stationary windows. */
  readonly shiftCoverage: number | null;
  /** Median share of the weight variance that is a straight line. */
  readonly trendFraction: number | null;
  /** Median share of the path that the quadratic model explains from the window's own batches, R². */
  readonly replayExplained: number | null;
  /** What two components leave of it, median; null where these are unknown. */
  readonly replayPredicted: number | null;
}

/** One estimator of the weight variance in a range of λ/λ_cross: medians of ratios as in {@link RangeSummary}. */
export interface EstimatorSummary {
  readonly ratioSampler: number | null;
  readonly ratioTwoComponent: number | null;
  /** Fraction of the directions whose 95 % interval contains the prediction: two components, or where unknown the sampler's. */
  readonly coverage: number | null;
}

/** Noise against curvature in the computed subspace; see noise/relations.ts. */
export interface NoiseSummary {
  readonly commutator: number | null;
  readonly commutatorFloor: number | null;
  readonly correlation: number | null;
  readonly correlationFloor: number | null;
  /** Median over the compared directions of C_mult/C, and what was expected of it before recording, m. */
  readonly multiplicativeShare: number | null;
  readonly expectedShare: number | null;
  /** Tr H of the loss without L2 at the minimum, with its 95 % interval. */
  readonly trace: number | null;
  readonly traceLow: number | null;
  readonly traceHigh: number | null;
  /** N at which a clear view of the law is expected. */
  readonly samplesForClearView: number | null;
}

/** Curvature at states of the window over the eigenvalue at its mean, λ > λ_cross/100: median and extremes over states and directions. */
export interface QuadraticitySummary {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  /** Of the directions above λ_cross/10, where the law is tested best; null where there is none. */
  readonly worstAboveTenth: number | null;
}

/** Directions of a range in which a curvature is known that the weights feel. */
export interface FeltCurvatureSummary {
  readonly directions: number;
  /** Median of this curvature over the eigenvalue, with its 95 % interval. */
  readonly overEigenvalue: PooledValue | null;
  /** Median of measured over predicted weight variance with this curvature: two components, or where unknown the sampler's. */
  readonly ratio: number | null;
  /** Fraction of the directions in which both agree within the 95 % intervals of the variance and of the curvature. */
  readonly coverage: number | null;
}

/** One range of λ/λ_cross, (low, high]: with the eigenvalue, with the trajectory's curvature, with that of a finite step. */
export interface CurvatureRange {
  readonly low: number;
  readonly high: number | null;
  readonly directions: number;
  readonly eigenvalue: Pick<FeltCurvatureSummary, 'ratio' | 'coverage'>;
  readonly trajectory: FeltCurvatureSummary;
  readonly finiteStep: FeltCurvatureSummary;
}

/** The curvatures that the weights feel. */
export interface CurvaturesSummary {
  /** Where the trajectory's comes from: with `same` a prediction with it knows the path that it is about. */
  readonly window: 'same' | 'second';
  readonly snapshots: number;
  /** Samples of the gradients. */
  readonly samples: number;
  readonly ranges: readonly CurvatureRange[];
}

/**
 * Exponents of variance against curvature over the principal components of the path, and of one random walk as long. Without
 * intervals: components are sorted, not drawn, and another range of ranks gives another exponent.
 */
export interface ComponentsSummary {
  readonly path: number | null;
  readonly randomWalk: number | null;
  /** Ranks that are fitted, from 1. */
  readonly firstRank: number;
  readonly lastRank: number;
  /** Share of the path's variance, and of the walk's, in their first component. */
  readonly firstShare: number;
  readonly firstShareRandomWalk: number;
}

/** The slope of a straight line in a doubly logarithmic plot. */
export interface FittedSlope {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly predicted: number | null;
}

/** ½ Σ λᵢ σ²_θ,ᵢ over the directions, several ways; units of the loss. */
export interface LossFluctuation {
  readonly measured: number | null;
  /** With the weight variances predicted for the sampler used. */
  readonly sampler: number | null;
  /** With those predicted for independent batches. */
  readonly white: number | null;
  /** With those predicted with a fluctuating curvature. */
  readonly twoComponent: number | null;
  /** With one variance for all directions, ηa/(2(1−β)), a from C = a(λ−μ) above the crossover. */
  readonly constantVariance: number | null;
  /** From the objective at states of the window, minus its value at the mean and the first-order term. */
  readonly direct: number | null;
  readonly directLow: number | null;
  readonly directHigh: number | null;
  /** The same with the states projected onto the computed directions: what the sums are to be held against. */
  readonly subspace: number | null;
  readonly subspaceLow: number | null;
  readonly subspaceHigh: number | null;
  /** By what factor one variance for all directions overstates the lift in the computed directions, with its 95 % interval. */
  readonly overstatement: PooledValue | null;
}

/** Something that makes a number less trustworthy, with a code that programs can look for. */
export interface SummaryWarning {
  readonly code: string;
  readonly text: string;
}

/** How much of the Hessian of the loss, without L2, the computed directions hold. */
export interface SpectrumSummary {
  /** d. */
  readonly parameters: number;
  /** k. */
  readonly computed: number;
  /** Σ(λᵢ − μ) over the computed directions. */
  readonly traceComputed: number;
  /**
   * The same over all others, with its standard error: by stochastic Lanczos quadrature, or, for directions of a subset or of
   * another run, what the trace at the minimum leaves; null where nothing is known of them.
   */
  readonly traceRest: number | null;
  readonly traceRestError: number | null;
  /** Of the trace. */
  readonly share: number | null;
}

/** summary.json. */
export interface Summary {
  readonly schemaVersion: number;
  readonly learningRate: number;
  readonly momentum: number;
  /** S, samples of one update. */
  readonly batchSize: number;
  /** N, samples of the training set. */
  readonly samples: number;
  /** M = N/S, updates of one epoch. */
  readonly batchesPerEpoch: number;
  /** μ; part of every eigenvalue, never of the noise. */
  readonly weightDecay: number;
  readonly sampler: Sampler;
  /** λ_cross = 3(1−β)/(ηM). */
  readonly crossoverEigenvalue: number;
  readonly window: { readonly epochs: number; readonly updates: number; readonly burnInEpochs: number };
  /** In order of rising λ. */
  readonly ranges: readonly RangeSummary[];
  readonly slopes: {
    readonly stiff: FittedSlope | null;
    readonly suppressed: FittedSlope | null;
    readonly noiseExponent: FittedSlope | null;
  };
  readonly lossFluctuation: LossFluctuation;
  readonly spectrum: SpectrumSummary;
  readonly noise: NoiseSummary;
  readonly quadraticity: QuadraticitySummary | null;
  readonly curvatures: CurvaturesSummary;
  readonly components: ComponentsSummary | null;
  readonly warnings: readonly SummaryWarning[];
  /** One sentence each. */
  readonly verdicts: readonly string[];
}

/** One range of λ/λ_cross of a control, as in {@link RangeSummary}. */
export type ControlRange = Pick<
  RangeSummary,
  'low' | 'high' | 'directions' | 'ratioSampler' | 'ratioTwoComponent' | 'coverage' | 'coverageTwoComponent'
> & {
  /** Median of the curvature along the path over λ; null where it was not measured. */
  readonly feltOverEigenvalue: number | null;
  /** Median of measured over predicted with that curvature, by the best theory there is. */
  readonly ratioFelt: number | null;
};

/** A value over several seeds with its 95 % interval, null where one seed says nothing of it. */
export interface PooledValue {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** controls.json. */
export interface ControlSummary {
  readonly controls: readonly {
    /** The control, with a number from its second seed on. */
    readonly name: string;
    readonly control: string;
    /** Where its files are, within the run directory; `.` is the run itself. */
    readonly folder: string;
    readonly ranges: readonly ControlRange[];
  }[];
  readonly pooled: readonly {
    readonly control: string;
    readonly low: number;
    readonly high: number | null;
    readonly seeds: number;
    readonly ratioSampler: PooledValue | null;
    readonly ratioTwoComponent: PooledValue | null;
  }[];
  /** Of the whole run, controls included, where they are others than those of summary.json: they take the place of those of their codes. */
  readonly warnings?: readonly SummaryWarning[];
}
