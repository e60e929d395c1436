/** Samplers by how well their runs generalise, as tables. */
import { fixedNumber, shortNumber, wholeNumber } from '../numbers.ts';
import { NOTHING, type Table } from '../tables.ts';
import { type Generalisation, type GeneralisationMetric, METRICS, type SamplerComparison } from './generalisation.ts';

/** What each sampler comes to: means over the runs. */
export function samplerLevelsTable({ levels }: Generalisation): Table {
  return {
    header: [
      ['', 'sampler'],
      ['', 'runs'],
      ['test', 'accuracy, %'],
      ['test', 'loss'],
      ['training', 'loss'],
      ['Tr H before', 'burn-in'],
    ],
    rows: levels.map(({ sampler, set, runs, means }) => ({
      cells: [
        withSet(sampler, set),
        wholeNumber(runs),
        written('testAccuracy', means.testAccuracy),
        written('testLoss', means.testLoss),
        written('trainLoss', means.trainLoss),
        written('trace', means.trace),
      ],
    })),
    notes: [
      'Means over the runs of means over the epochs of each window; Tr H: that of the loss, where the burn-in begins.',
    ],
  };
}

/** Every comparison, metric by metric. */
export function samplerComparisonsTable({ comparisons }: Generalisation): Table {
  return {
    header: [
      ['', 'samplers'],
      ['', 'metric'],
      ['', 'pairs'],
      ['differ-', 'ence'],
      ['95 %', 'interval'],
      ['all at once', '95 %'],
      ['smallest', 'visible'],
      ['sign', 'flips p'],
      ['after', 'Holm'],
      ['', 'seen'],
    ],
    rows: comparisons.map((one) => ({
      cells: [
        withSet(`${one.of} less ${one.against}`, one.set),
        METRICS[one.metric].name,
        wholeNumber(one.pairs),
        written(one.metric, one.difference.value),
        ends(one.metric, one.difference),
        ends(one.metric, one.together),
        written(one.metric, one.smallestVisibleTogether),
        one.p === null ? NOTHING : shortNumber(one.p, 2),
        one.pHolm === null ? NOTHING : shortNumber(one.pHolm, 2),
        one.seen === null ? NOTHING : one.seen ? 'yes' : 'no',
      ],
    })),
    notes: [
      'Accuracies in percentage points. Intervals by Student’s t over pairs that have all but the sampler in common; all at once, smallest visible and seen: corrected for the number of comparisons by the same metric (Bonferroni). Smallest visible: what would have been seen four times in five. Sign flips: the test that supposes no distribution.',
      'Verdicts are on test accuracy and test loss alone; the others help to read them.',
    ],
  };
}

const withSet = (words: string, set: SamplerComparison['set']): string =>
  [words, ...Object.entries(set).map(([key, value]) => `${key} ${JSON.stringify(value)}`)].join(', ');

function written(metric: GeneralisationMetric, value: number | null): string {
  const { scale, decimals } = METRICS[metric];
  return value === null ? NOTHING : fixedNumber(value * scale, decimals);
}

const ends = (metric: GeneralisationMetric, { low, high }: { low: number | null; high: number | null }): string =>
  low === null || high === null ? NOTHING : `${written(metric, low)} … ${written(metric, high)}`;
