/** Samplers against one another: variances of runs that are otherwise the same, one over the other. */
import { ENOUGH_SEEDS, type Estimate, overDirections, overSeeds, scaledBy } from '../../../statistics/estimate.ts';
import { meanRatio } from '../../../statistics/mean-ratio.ts';
import { RANGE_EDGES } from '../../../statistics/ranges.ts';
import { BIN_MINIMUM } from '../../../statistics/ratio-bins.ts';
import type { SamplerRatio } from '../../../report/sweep/collected.ts';
import { canonicalJson } from '../../../store/json.ts';
import { SAMPLERS } from '../../../theory/index.ts';
import { SAMPLER_KEYS } from './keys.ts';
import type { ComparedRun } from './points.ts';

/** Logarithms, of one run over the directions of a range, or of two of one seed and of equal settings but for the sampler. */
interface RangeMean {
  /** Geometric mean of what is predicted, over the stationary variance of independent batches. */
  readonly predicted: number;
  /** Mean of measured over predicted, and its variance if directions were independent. */
  readonly overPredicted: number;
  readonly variance: number;
}

type Pair = RangeMean & { readonly seed: string };

/**
 * Every two samplers, range by range above λ_cross/100: variances over the stationary one of independent batches, one sampler's
 * over the other's. Directions of the two runs are not matched one by one, ranges are: each run has its own mean weights, and
 * its own Hessian there. What is measured is the geometric mean of what is predicted, times the mean of measured over predicted.
 */
export function samplerRatios(runs: readonly ComparedRun[]): SamplerRatio[] {
  const free = trainedApart(runs) ? ['sgd.sampler'] : SAMPLER_KEYS;
  const groups = new Map<string, ComparedRun[]>();
  for (const run of runs) {
    const rest = Object.fromEntries(Object.entries(run.set).filter(([key]) => !free.includes(key)));
    const key = canonicalJson(rest);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  const pairsOfSamplers = SAMPLERS.flatMap((against, i) => SAMPLERS.slice(i + 1).map((of) => [of, against] as const));
  return pairsOfSamplers.flatMap(([of, against]) =>
    RANGE_EDGES.slice(1, -1).flatMap((low, at) => {
      const high = RANGE_EDGES[at + 2];
      const pairs = [...groups.values()].flatMap((group) => {
        const find = (sampler: string) => group.find(({ window }) => window.sampler === sampler);
        const [one, other] = [find(of), find(against)];
        return one && other ? pairOf(one, other, low, high) : [];
      });
      if (pairs.length === 0) return [];
      const predicted = Math.exp(mean(pairs.map((pair) => pair.predicted)));
      return [
        {
          of,
          against,
          low,
          high: Number.isFinite(high) ? high : null,
          pairs: pairs.length,
          seeds: new Set(pairs.map(({ seed }) => seed)).size,
          measured: combined(pairs, (pair) => pair.predicted + pair.overPredicted),
          predicted,
          overPredicted: combined(pairs, ({ overPredicted }) => overPredicted),
        },
      ];
    }),
  );
}

/** Whether windows of one sampler follow trainings with several: then those of one training are a pair. */
function trainedApart(runs: readonly ComparedRun[]): boolean {
  const trainings = new Map<string, unknown>();
  return runs.some(({ set, window: { sampler } }) => {
    const training = set['train.sampler'];
    if (!trainings.has(sampler)) trainings.set(sampler, training);
    return trainings.get(sampler) !== training;
  });
}

function pairOf(one: ComparedRun, other: ComparedRun, low: number, high: number): Pair[] {
  const [a, b] = [rangeMean(one, low, high), rangeMean(other, low, high)];
  if (!a || !b) return [];
  return [
    {
      seed: one.seed,
      predicted: a.predicted - b.predicted,
      overPredicted: a.overPredicted - b.overPredicted,
      variance: a.variance + b.variance,
    },
  ];
}

function rangeMean({ measures }: ComparedRun, low: number, high: number): RangeMean | null {
  const { relative, toWhite, exactToWhite, twoToWhite, dof, dofTwo } = measures;
  const members = measures.compared.filter((i) => relative[i] > low && relative[i] <= high);
  if (members.length < BIN_MINIMUM) return null;
  const best = (i: number) => (twoToWhite[i] > 0 ? twoToWhite[i] : exactToWhite[i]);
  const bestDof = (i: number) => (twoToWhite[i] > 0 ? dofTwo[i] : dof[i]);
  const ratio = meanRatio(
    members.map((i) => toWhite[i] / best(i)),
    members.map(bestDof),
  );
  return (
    ratio && {
      predicted: mean(members.map((i) => Math.log(best(i)))),
      overPredicted: Math.log(ratio.value),
      variance: ratio.error ** 2,
    }
  );
}

/** Interval over seeds, each the mean over its settings, where there are enough of as many settings each; else from the directions. */
function combined(pairs: readonly Pair[], of: (pair: Pair) => number): Estimate {
  const value = Math.exp(mean(pairs.map(of)));
  const bySeed = [...new Set(pairs.map(({ seed }) => seed))].map((seed) => pairs.filter((pair) => pair.seed === seed));
  if (bySeed.length >= ENOUGH_SEEDS && bySeed.every(({ length }) => length === bySeed[0].length))
    return overSeeds(
      value,
      bySeed.map((own) => Math.exp(mean(own.map(of)))),
    );
  const error = Math.sqrt(mean(pairs.map(({ variance }) => variance)) / pairs.length);
  return scaledBy(value, overDirections(1, error));
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
