/** What the pictures and the page of a sweep are drawn from. */
import type { Collected } from './collected.ts';

/** The compared directions of one run, [n] each. */
export interface SweepRun {
  readonly seed: string;
  /** Index of its setting. */
  readonly setting: number;
  /** x = Mηλ/(1−β). */
  readonly x: readonly number[];
  /** Measured over predicted weight variance, by the sampler's exact prediction and by that of two components. */
  readonly ratio: readonly number[];
  readonly ratioTwo: readonly number[];
  readonly dof: readonly number[];
  readonly dofTwo: readonly number[];
  /** Measured over the stationary weight variance of independent batches. */
  readonly toWhite: readonly number[];
  /** Predicted with the noise of a fluctuating curvature, in the same units; NaN where it is unknown. */
  readonly twoToWhite: readonly number[];
}

/** Everything. */
export interface SweepReportInput {
  readonly collected: Collected;
  readonly runs: readonly SweepRun[];
  /** The exact curve of each setting over x, in units of the stationary weight variance of independent batches. */
  readonly curves: readonly { readonly x: readonly number[]; readonly y: readonly number[] }[];
}
