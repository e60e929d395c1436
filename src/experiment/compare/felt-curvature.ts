/** The curvatures that the weights feel, with their errors: from the path's snapshots, and from finite steps. */
import { blockSlopes, jackknifeError, margin } from '../../statistics/block-slopes.ts';
import { blocksOf } from '../curvature/choices.ts';
import { ROUNDING_PAIRS } from '../curvature/finite-step.ts';
import type { CurvatureResults } from '../run-files.ts';

/** Values that leave out one block of snapshots, or one group of samples, each. */
export interface Jackknife {
  readonly without: readonly Float64Array[];
  /** What the variance that they give counts: less than 1 where the groups are a good part of all there are. */
  readonly weight: number;
}

/** A curvature to be put in place of the eigenvalue, [k] each; NaN where it is not known. */
export interface FeltCurvature {
  readonly value: Float64Array;
  /** Ends of the 95 % interval; the value itself where that is exact. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly jackknives: readonly Jackknife[];
}

/** An interval wider than this part of the eigenvalue, to either side and by rounding alone, says nothing. */
const ROUNDING_LIMIT = 0.5;

/**
 * Slopes of e·∇L against e·θ over the snapshots. Errors: between blocks of snapshots, and where the gradients come from a
 * subset, between its groups of samples.
 *
 * @param k directions; @param all N
 */
export function trajectoryCurvature(
  { snapshots: { theta, gradient, groupSlopes }, report }: Pick<CurvatureResults, 'snapshots' | 'report'>,
  k: number,
  all: number,
): FeltCurvature {
  const { value, without } = blockSlopes(theta, gradient, k, blocksOf(theta.length / k));
  const sampling = ofGroups(value, groupSlopes, report.samples / all);
  const jackknives = [{ without, weight: 1 }, ...sampling];
  const margins = value.map((_, i) => marginOf(jackknives, (values) => values[i]));
  return {
    value,
    low: value.map((middle, i) => middle - margins[i]),
    high: value.map((middle, i) => middle + margins[i]),
    jackknives,
  };
}

/** Errors: between groups of samples as above, and from rounding. Unknown where rounding would hide it. @param eigenvalues [k] */
export function finiteStepCurvature(
  { finiteStep, report }: Pick<CurvatureResults, 'finiteStep' | 'report'>,
  eigenvalues: Float64Array,
  all: number,
): FeltCurvature & { readonly step: Float64Array } {
  const { directions, step, curvature, rounding } = finiteStep;
  const [q, k] = [directions.length, eigenvalues.length];
  const rounded = rounding.map((error) => margin(error, ROUNDING_PAIRS));
  const onAll = (of: (at: number) => number) => {
    const values = new Float64Array(k).fill(NaN);
    for (const [at, i] of directions.entries())
      if (rounded[at] <= ROUNDING_LIMIT * Math.abs(eigenvalues[i])) values[i] = of(at);
    return values;
  };
  const groups = curvature.length / Math.max(1, q);
  const mean = (at: number) => {
    let sum = 0;
    for (let group = 0; group < groups; group++) sum += curvature[group * q + at];
    return sum / groups;
  };
  const value = onAll(mean);
  const byGroup = new Float64Array(groups * k);
  for (let group = 0; group < groups; group++)
    byGroup.set(
      onAll((at) => curvature[group * q + at]),
      group * k,
    );
  const jackknives = ofGroups(value, byGroup, report.samples / all);
  const margins = onAll((at) =>
    Math.hypot(
      marginOf(jackknives, (values) => values[directions[at]]),
      rounded[at],
    ),
  );
  return {
    value,
    low: value.map((middle, i) => middle - margins[i]),
    high: value.map((middle, i) => middle + margins[i]),
    jackknives,
    step: onAll((at) => step[at]),
  };
}

/**
 * Half the width of the 95 % interval of a statistic of the curvatures; 0 where nothing was left to chance.
 *
 * @param statistic of the curvatures along all directions
 */
export function marginOf(jackknives: readonly Jackknife[], statistic: (values: Float64Array) => number): number {
  if (jackknives.length === 0) return 0;
  const variance = jackknives.reduce(
    (sum, { without, weight }) => sum + weight * jackknifeError(without.map(statistic)) ** 2,
    0,
  );
  return margin(Math.sqrt(variance), Math.min(...jackknives.map(({ without }) => without.length)) - 1);
}

/** A mean over groups of samples without each of them; nothing where all samples are one group. @param share of all samples */
function ofGroups(value: Float64Array, parts: Float64Array, share: number): Jackknife[] {
  const k = value.length;
  const groups = parts.length / Math.max(1, k);
  if (groups < 2) return [];
  const mean = new Float64Array(k);
  for (let at = 0; at < parts.length; at++) mean[at % k] += parts[at] / groups;
  const without = Array.from({ length: groups }, (_, group) =>
    value.map((all, i) => all + (mean[i] - parts[group * k + i]) / (groups - 1)),
  );
  return [{ without, weight: 1 - share }];
}
