/** The first sentence of a page: what was found, in words, from the range that says most. */
import { fixedNumber, withError } from '../numbers.ts';
import { replayFallsShort } from '../replay-shortfall.ts';
import type { PooledValue, RangeSummary, Summary } from '../summary.ts';
import { bestRatio, drifts, rangeLabel } from '../tables.ts';

/** Where a law is seen best, in the order of preference; by the lower end of the range. */
const TELLING = [
  { low: 0.1, where: 'Between a tenth of the crossover and the crossover' },
  { low: 1, where: 'Up to ten times the crossover' },
  { low: 0.01, where: 'Between a hundredth and a tenth of the crossover' },
  { low: 10, where: 'Far above the crossover' },
] as const;
/** Fewer directions have no median worth a headline. */
const ENOUGH = 5;
/** Agreement to this part is said so, whatever the error. */
const CLOSE = 0.05;
/** What is off by more than this, and by more than two standard errors, is told beside the headline; likewise a curvature. */
const OFF = 0.1;
/** Where theory is right 95 % of the intervals hold it; of few directions that scatters. */
const HELD = 0.75;

/** What the run found, in one or two sentences. */
export function headline({ ranges, sampler }: Pick<Summary, 'ranges' | 'sampler'>): string {
  const telling = tellingRange(ranges);
  if (telling) return `${telling.where}, ${said(telling.range, sampler)}`;
  return 'No direction could be compared with theory: none has a positive eigenvalue above a hundredth of the crossover, a measured and a predicted variance.';
}

/**
 * What the tables below say against theory and the headline does not: a part a range, stiffest first, empty where all agrees.
 * Ranges in which weights drift are left out: no theory is put to the test there.
 */
export function dissent({ ranges, curvatures }: Pick<Summary, 'ranges' | 'curvatures'>): string[] {
  const told = tellingRange(ranges)?.range;
  return ranges
    .filter((range) => range.directions >= ENOUGH && !drifts(range))
    .toReversed()
    .flatMap((range) => {
      const felt = curvatures.ranges.find(({ low }) => low === range.low);
      const parts = [
        ...(range === told ? [] : variance(range)),
        ...coverage(range),
        ...paths(range),
        ...curvature('along the path', felt?.trajectory.overEigenvalue),
        ...curvature('over ±σ', felt?.finiteStep.overEigenvalue),
      ];
      return parts.length === 0 ? [] : [`λ/λ× ${rangeLabel(range)}: ${parts.join('; ')}.`];
    });
}

function variance(range: RangeSummary): string[] {
  const ratio = range.ratioTwoComponent ?? range.ratioSampler;
  if (ratio === null) return [];
  const off = Math.abs(ratio - 1);
  if (off <= OFF || off <= 2 * ratio * (range.pooledError ?? 0)) return [];
  return [`the weight variance is ${bestRatio(range)} times the prediction`];
}

function coverage({ coverageTwoComponent, coverage: own }: RangeSummary): string[] {
  const held = coverageTwoComponent ?? own;
  return held !== null && held < HELD ? [`${(100 * held).toFixed(0)} % of the 95 % intervals hold it`] : [];
}

function paths(range: RangeSummary): string[] {
  if (!replayFallsShort(range)) return [];
  const { replayExplained, replayPredicted } = range;
  const expected = replayPredicted === null ? '' : `, ${fixedNumber(replayPredicted, 2)} expected`;
  return [`the batches explain R² = ${fixedNumber(replayExplained!, 2)} of the paths${expected}`];
}

function curvature(where: string, over: PooledValue | null | undefined): string[] {
  if (!over || Math.abs(over.value - 1) <= OFF) return [];
  const { value, low, high } = over;
  const interval = low === null || high === null ? '' : ` (95 %: ${fixedNumber(low, 2)} … ${fixedNumber(high, 2)})`;
  return [`the curvature ${where} is ${fixedNumber(value, 2)} λ${interval}`];
}

function tellingRange(ranges: readonly RangeSummary[]) {
  const found = ranges.filter(({ directions, ratioSampler }) => directions > 0 && ratioSampler !== null);
  const many = found.filter(({ directions }) => directions >= ENOUGH);
  for (const { low, where } of TELLING) {
    const range = (many.length > 0 ? many : found).find((one) => one.low === low);
    if (range) return { range, where };
  }
  return null;
}

function said(range: RangeSummary, sampler: Summary['sampler']): string {
  const ratio = range.ratioTwoComponent ?? range.ratioSampler!;
  const error = range.pooledError === null ? null : ratio * range.pooledError;
  const theory =
    sampler === 'with-replacement'
      ? 'what is predicted for independent batches'
      : range.ratioTwoComponent === null
        ? 'what is predicted for shuffled epochs'
        : 'what is predicted for shuffled epochs with a fluctuating curvature';
  const times = `the weight variance is ${withError(ratio, error)} times ${theory}`;
  const white =
    sampler === 'with-replacement' || range.ratioWhite === null
      ? ''
      : // It falls within the range: what the directions have in common has no error of its own.
        `, and in the median ${fixedNumber(range.ratioWhite, 3)} times what independent batches would give`;
  return `${times}${white}. ${judged(ratio, error)}`;
}

/** @param error one standard error, if directions were independent; null where unknown */
function judged(ratio: number, error: number | null): string {
  const off = Math.abs(ratio - 1);
  if (error !== null && off <= 2 * error) return 'Theory and measurement agree within two standard errors.';
  const beyond = error === null ? '' : ', though not within two standard errors';
  if (off <= CLOSE) return `Theory and measurement agree to ${(100 * off).toFixed(1)} %${beyond}.`;
  return `They differ by ${(100 * off).toFixed(0)} %${error === null ? '' : ', more than two standard errors'}.`;
}
