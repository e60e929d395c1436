/** Measured over predicted along an axis: means of bins of several runs together, with intervals. */
import { ENOUGH_SEEDS, type Estimate, overDirections, overSeeds } from './estimate.ts';
import { meanRatio } from './mean-ratio.ts';
import { median } from './median.ts';

/** Bins per factor of ten, with an edge at 1. */
const BINS_PER_DECADE = 3;
/** A bin of fewer directions says nothing of its scatter. */
export const BIN_MINIMUM = 5;

/** Ratios along the directions of one run [n] each; what is not positive, or of unknown ν, is passed over. */
export interface RunRatios {
  /** Runs of one seed share their batches; runs of different seeds are independent. */
  readonly seed: string;
  /** Abscissa, > 0. */
  readonly x: ArrayLike<number>;
  /** Measured over predicted. */
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
  /** Mean of the ratios of all runs, weighted by ν. */
  readonly ratio: Estimate;
  /** Standard error of its logarithm if directions were independent. */
  readonly error: number;
}

interface Member {
  readonly seed: string;
  readonly x: number;
  readonly ratio: number;
  readonly degreesOfFreedom: number;
}

/**
 * Bins of log x in rising order. The interval of a bin is Student's t over the seeds where there are three or more; else it
 * comes from the degrees of freedom, widened where directions scatter about their mean more than these let expect.
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
    degreesOfFreedom: degreesOfFreedom[i],
  })).filter((one) => one.x > 0 && one.ratio > 0 && one.ratio < Infinity && one.degreesOfFreedom > 0);
}

function binOf(bin: number, members: readonly Member[]): RatioBin {
  const mean = (of: readonly Member[]) =>
    meanRatio(
      of.map(({ ratio }) => ratio),
      of.map(({ degreesOfFreedom }) => degreesOfFreedom),
    )!;
  const seeds = [...new Set(members.map(({ seed }) => seed))];
  const { value, error } = mean(members);
  const ratio =
    seeds.length >= ENOUGH_SEEDS
      ? overSeeds(
          value,
          seeds.map((seed) => mean(members.filter((one) => one.seed === seed)).value),
        )
      : overDirections(value, error);
  return {
    low: 10 ** (bin / BINS_PER_DECADE),
    high: 10 ** ((bin + 1) / BINS_PER_DECADE),
    x: median(members.map(({ x }) => x)),
    directions: members.length,
    seeds: seeds.length,
    ratio,
    error,
  };
}
