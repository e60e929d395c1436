/** What samplers do to test accuracy and test loss: the part of collected.json that compares them. What is undefined is null. */

/** What a run is measured by, the mean over the epochs of its window; `trace`, of the loss's Hessian, where the burn-in begins. */
export type GeneralisationMetric = 'testAccuracy' | 'testLoss' | 'trainLoss' | 'trace';

/** On these a verdict is given; the others help to read it. */
export const JUDGED = ['testAccuracy', 'testLoss'] as const satisfies readonly GeneralisationMetric[];

/** How a metric is called and written. */
export const METRICS: Readonly<
  Record<
    GeneralisationMetric,
    {
      readonly name: string;
      /** Where a larger value is the better one. */
      readonly isGain: boolean;
      /** Numbers are written times this, … */
      readonly scale: number;
      readonly unit: string;
      /** … with so many decimals. */
      readonly decimals: number;
    }
  >
> = {
  testAccuracy: { name: 'test accuracy', isGain: true, scale: 100, unit: 'percentage points', decimals: 2 },
  testLoss: { name: 'test loss', isGain: false, scale: 1, unit: '', decimals: 4 },
  trainLoss: { name: 'training loss', isGain: false, scale: 1, unit: '', decimals: 4 },
  trace: { name: 'Tr H', isGain: false, scale: 1, unit: '', decimals: 2 },
};

/** The ends of an interval. */
export interface Ends {
  readonly low: number | null;
  readonly high: number | null;
}

/** One sampler against another, at one setting, by one metric. */
export interface SamplerComparison {
  /** The first less the second: of runs that have all but the sampler in common. */
  readonly of: string;
  readonly against: string;
  readonly metric: GeneralisationMetric;
  /** Values of the keys that vary, seeds and samplers apart. */
  readonly set: Readonly<Record<string, unknown>>;
  /** Seeds that both have; several runs of one seed count as their mean. */
  readonly pairs: number;
  /** Difference of each seed, in the order of `seeds`. */
  readonly differences: readonly number[];
  readonly seeds: readonly number[];
  /** Mean difference with its 95 % interval, by Student's t. */
  readonly difference: { readonly value: number } & Ends;
  /** The interval at which all comparisons by this metric hold the truth together, 95 times in 100 (Bonferroni). */
  readonly together: Ends;
  /** Of one pair's difference. */
  readonly standardDeviation: number | null;
  /** What the 95 % interval, and that of all comparisons together, would have told from 0 with a probability of 80 %. */
  readonly smallestVisible: number | null;
  readonly smallestVisibleTogether: number | null;
  /** Sign-flip test, and after Holm's correction for the comparisons by this metric. */
  readonly p: number | null;
  readonly pHolm: number | null;
  /** Whether `together` leaves 0 outside; null where there is no interval. */
  readonly seen: boolean | null;
}

/** What the runs of one sampler and setting come to: means over their seeds. */
export interface SamplerLevel {
  readonly sampler: string;
  readonly set: Readonly<Record<string, unknown>>;
  readonly runs: number;
  readonly means: Readonly<Record<GeneralisationMetric, number | null>>;
}

/** Samplers compared by how well their runs generalise. */
export interface Generalisation {
  readonly levels: readonly SamplerLevel[];
  readonly comparisons: readonly SamplerComparison[];
  readonly verdicts: readonly string[];
}
