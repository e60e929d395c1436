/** Measured over predicted along an axis: medians of bins of several runs together, with intervals. */
import { ENOUGH_SEEDS, type Estimate, overDirections, overSeeds } from './estimate.ts';
import { median, medianBias } from './median.ts';
import { pooledError } from './ranges.ts';
import { ratioScatter } from './ratio-scatter.ts';

/** Bins per factor of ten, with an edge at 1. */
const BINS_PER_DECADE = 3;
/** A bin of fewer directions has no median worth the name. */
export const BIN_MINIMUM = 5;

/** Ratios along the directions of one run [n] each; what is not positive is passed over. */
export interface RunRatios {
  /** Runs of one seed share their batches; runs of different seeds are independent. */
  readonly seed: string;
  /** Abscissa, > 0. */
  readonly x: ArrayLike<number>;
  /** Measured over predicted, not corrected for the bias of a median. */
  readonly ratio: ArrayLike<number>;
  /** ν of the measured variance. */
  readonly degreesOfFreedom: ArrayLike<number>;
}

/** Directions of similar x. */
export interface RatioBin {
  /** Edges of the bin, [low, high). */
  readonly low: number;
  readonly high: number;
  /** Median of its x. */
  readonly x: number;
  readonly directions: number;
  readonly seeds: number;
  /** Median of ratios, each corrected by (1−2/(9ν))³; over enough seeds, the geometric mean of the seeds' medians. */
  readonly ratio: Estimate;
  /** Median over the directions of all runs, and the standard error of its logarithm if directions were independent. */
  readonly pooled: number;
  readonly error: number;
}

interface Member {
  readonly seed: string;
  readonly x: number;
  readonly ratio: number;
  readonly corrected: number;
  readonly degreesOfFreedom: number;
}

/**
 * Bins of log x in rising order. The interval of a bin is Student's t over the seeds where there are three or more; else it
 * comes from the degrees of freedom, widened where directions scatter about their median more than these let expect.
 */
export function ratioBins(runs: readonly RunRatios[]): RatioBin[] {
  const bins = new Map<number, Member[]>();
  for (const member of runs.flatMap(membersOf)) {
    const bin = Math.floor(Math.log10(member.x) * BINS_PER_DECADE + 1e-9);
    const others = bins.get(bin);
    if (others) others.push(member);
    else bins.set(bin, [member]);
  }
  return [...bins.entries()]
    .filter(([, members]) => members.length >= BIN_MINIMUM)
    .sort(([a], [b]) => a - b)
    .map(([bin, members]) => binOf(bin, members));
}

function membersOf({ seed, x, ratio, degreesOfFreedom }: RunRatios): Member[] {
  return Array.from(x, (at, i) => ({
    seed,
    x: at,
    ratio: ratio[i],
    corrected: ratio[i] / medianBias(degreesOfFreedom[i]),
    degreesOfFreedom: degreesOfFreedom[i],
  })).filter(({ x, corrected }) => x > 0 && corrected > 0 && corrected < Infinity);
}

function binOf(bin: number, members: readonly Member[]): RatioBin {
  const middle = (of: readonly Member[]) => median(of.map(({ corrected }) => corrected));
  const seeds = [...new Set(members.map(({ seed }) => seed))];
  const pooled = middle(members);
  const error = logError(members, pooled);
  const ratio =
    seeds.length >= ENOUGH_SEEDS
      ? overSeeds(seeds.map((seed) => middle(members.filter((one) => one.seed === seed))))
      : overDirections(pooled, error);
  return {
    low: 10 ** (bin / BINS_PER_DECADE),
    high: 10 ** ((bin + 1) / BINS_PER_DECADE),
    x: median(members.map(({ x }) => x)),
    directions: members.length,
    seeds: seeds.length,
    ratio,
    pooled,
    error,
  };
}

/** Standard error of the logarithm of a median of independent directions, at least what their scatter about it says. */
function logError(members: readonly Member[], about: number): number {
  const degreesOfFreedom = members.map((one) => one.degreesOfFreedom);
  const { found, expected } = ratioScatter(
    members.map(({ ratio }) => ratio),
    degreesOfFreedom,
    about,
  );
  const independent = pooledError(
    degreesOfFreedom,
    members.map((_, i) => i),
  );
  return independent * Math.max(1, found / expected);
}
