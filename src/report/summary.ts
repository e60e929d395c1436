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
}

/** The slope of a straight line in a doubly logarithmic plot. */
export interface FittedSlope {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly predicted: number | null;
}

/** ½ Σ λᵢ σ²_θ,ᵢ over the directions, five ways; units of the loss. */
export interface LossFluctuation {
  readonly measured: number | null;
  /** With the weight variances predicted for the sampler used. */
  readonly sampler: number | null;
  /** With those predicted for independent batches. */
  readonly white: number | null;
  /** With one variance for all directions, ηa/(2(1−β)), a from C = a(λ−μ) above the crossover. */
  readonly constantVariance: number | null;
  /** From the objective at states of the window, minus its value at the mean and the first-order term. */
  readonly direct: number | null;
  readonly directLow: number | null;
  readonly directHigh: number | null;
}

/** Something that makes a number less trustworthy, with a code that programs can look for. */
export interface SummaryWarning {
  readonly code: string;
  readonly text: string;
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
  readonly warnings: readonly SummaryWarning[];
  /** One sentence each. */
  readonly verdicts: readonly string[];
}
