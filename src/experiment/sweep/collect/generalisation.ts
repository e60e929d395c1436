/**
 * Does the sampler matter for what is learnt? Test accuracy and test loss of runs that have all but their samplers in common,
 * pair by pair. See docs/concepts/generalisation.md.
 */
import { randomStream } from '../../../random.ts';
import {
  type Generalisation,
  type GeneralisationMetric,
  METRICS,
  type SamplerComparison,
  type SamplerLevel,
} from '../../../report/sweep/generalisation.ts';
import { LEVEL } from '../../../statistics/chi-square.ts';
import { holm } from '../../../statistics/holm.ts';
import { pairedDifference } from '../../../statistics/paired.ts';
import { signFlipTest } from '../../../statistics/sign-flips.ts';
import { canonicalJson } from '../../../store/json.ts';
import { RUN_FILES, runPath } from '../../../store/run-directory.ts';
import { SAMPLERS } from '../../../theory/index.ts';
import { readVisibility } from '../../run-files.ts';
import type { Experiment } from '../../schema.ts';
import { readHistory } from '../../training-curve.ts';
import { SAMPLER_KEYS, SEED_KEYS } from './keys.ts';
import { verdictsOf } from './generalisation-words.ts';

/** A finished point of a sweep. */
export interface FinishedPoint {
  readonly name: string;
  /** What tells it from others, by dotted key. */
  readonly set: Readonly<Record<string, unknown>>;
  readonly experiment: Experiment;
  /** Its run directory. */
  readonly directory: string;
}

/** What one run comes to. */
export interface MeasuredRun {
  readonly set: FinishedPoint['set'];
  /** How its batches are drawn from end to end, or first and then. */
  readonly sampler: string;
  readonly seed: number;
  readonly metrics: Readonly<Record<GeneralisationMetric, number | null>>;
}

const ALL_METRICS = Object.keys(METRICS) as readonly GeneralisationMetric[];

/**
 * What a run is measured by: means over the epochs of its window after which both splits were evaluated, all at the window's
 * learning rate. Null is what the run does not have (a test split, classes).
 *
 * @throws DataError where the window's curve or opening is missing or damaged
 */
export function measureRun({ set, experiment, directory }: FinishedPoint): MeasuredRun {
  const rows = readHistory(runPath(directory, RUN_FILES.windowCurve)).filter(({ phase }) => phase === 'window');
  const overWindow = (metric: Exclude<GeneralisationMetric, 'trace'>) => {
    const values = rows.map((row) => row[metric]).filter((value) => value !== null);
    return values.length === 0 ? null : mean(values);
  };
  return {
    set,
    sampler: samplerOf(experiment),
    seed: experiment.seed,
    metrics: {
      testAccuracy: overWindow('testAccuracy'),
      testLoss: overWindow('testLoss'),
      trainLoss: overWindow('trainLoss'),
      trace: readVisibility(directory)?.trace.value ?? null,
    },
  };
}

/** Without epochs of training that of the window is all there is. */
function samplerOf({ train, sgd }: Experiment): string {
  return train.epochs === 0 || train.sampler === sgd.sampler ? sgd.sampler : `${train.sampler}, then ${sgd.sampler}`;
}

/**
 * Compares every two samplers at every setting, by every metric that their runs have.
 *
 * @returns null where no two samplers share a setting and a seed
 */
export function compareGeneralisation(runs: readonly MeasuredRun[]): Generalisation | null {
  const samplers = [...new Set(runs.map(({ sampler }) => sampler))].sort((a, b) => rankOf(a) - rankOf(b));
  const settings = [...new Map(runs.map(({ set }) => [settingOf(set), without(set, SEED_KEYS)])).entries()];
  const found: Uncorrected[] = ALL_METRICS.flatMap((metric) =>
    settings.flatMap(([key, set]) => {
      const own = runs.filter((run) => settingOf(run.set) === key);
      return samplers.flatMap((of, i) =>
        samplers.slice(i + 1).flatMap((against) => {
          const pairs = pairsOf(own, of, against, metric);
          return pairs.length === 0 ? [] : [{ of, against, metric, set, pairs }];
        }),
      );
    }),
  );
  if (found.length === 0) return null;
  const comparisons = ALL_METRICS.flatMap((metric) => corrected(found.filter((one) => one.metric === metric)));
  const levels = settings.flatMap(([key, set]) =>
    samplers.flatMap((sampler): SamplerLevel[] => {
      const own = runs.filter((run) => run.sampler === sampler && settingOf(run.set) === key);
      const meanOf = (metric: GeneralisationMetric) => {
        const values = own.map(({ metrics }) => metrics[metric]).filter((value) => value !== null);
        return [metric, values.length === 0 ? null : mean(values)];
      };
      const means = Object.fromEntries(ALL_METRICS.map(meanOf)) as SamplerLevel['means'];
      return own.length === 0 ? [] : [{ sampler, set, runs: own.length, means }];
    }),
  );
  return { levels, comparisons, verdicts: verdictsOf(comparisons) };
}

interface Uncorrected extends Pick<SamplerComparison, 'of' | 'against' | 'metric' | 'set'> {
  readonly pairs: readonly { readonly seed: number; readonly difference: number }[];
}

/** Independent pairs: runs of one seed share data and initial weights, and count once. */
function pairsOf(
  runs: readonly MeasuredRun[],
  of: string,
  against: string,
  metric: GeneralisationMetric,
): Uncorrected['pairs'] {
  const bySeed = new Map<number, number[]>();
  for (const { seed, set, metrics } of runs.filter(({ sampler }) => sampler === of)) {
    const other = runs.find((run) => run.sampler === against && replicaOf(run.set) === replicaOf(set));
    const [one, two] = [metrics[metric], other?.metrics[metric] ?? null];
    if (one === null || two === null) continue;
    bySeed.set(seed, [...(bySeed.get(seed) ?? []), one - two]);
  }
  return [...bySeed].map(([seed, differences]) => ({ seed, difference: mean(differences) }));
}

/** The comparisons by one metric, which are made at the same time. */
function corrected(family: readonly Uncorrected[]): SamplerComparison[] {
  const random = randomStream(1, 'sweep/sign-flips');
  const p = family.map(({ pairs }) =>
    pairs.length < 2
      ? NaN
      : signFlipTest(
          pairs.map(({ difference }) => difference),
          random,
        ),
  );
  const pHolm = holm(p);
  return family.map(({ of, against, metric, set, pairs }, at) => {
    const differences = pairs.map(({ difference }) => difference);
    const alone = pairedDifference(differences);
    const together = pairedDifference(differences, 1 - (1 - LEVEL) / family.length);
    return {
      of,
      against,
      metric,
      set,
      pairs: pairs.length,
      differences,
      seeds: pairs.map(({ seed }) => seed),
      difference: { value: alone.value, low: known(alone.low), high: known(alone.high) },
      together: { low: known(together.low), high: known(together.high) },
      standardDeviation: known(alone.standardDeviation),
      smallestVisible: known(alone.smallestVisible),
      smallestVisibleTogether: known(together.smallestVisible),
      p: known(p[at]),
      pHolm: known(pHolm[at]),
      seen: pairs.length < 2 ? null : together.low > 0 || together.high < 0,
    };
  });
}

/** Those of the theory in their order, then mixtures. */
function rankOf(sampler: string): number {
  const rank = (SAMPLERS as readonly string[]).indexOf(sampler);
  return rank < 0 ? SAMPLERS.length : rank;
}

const without = (set: FinishedPoint['set'], keys: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(set).filter(([key]) => ![...SAMPLER_KEYS, ...keys].includes(key)));
const settingOf = (set: FinishedPoint['set']): string => canonicalJson(without(set, SEED_KEYS));
const replicaOf = (set: FinishedPoint['set']): string => canonicalJson(without(set, []));
const known = (value: number): number | null => (Number.isFinite(value) ? value : null);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
