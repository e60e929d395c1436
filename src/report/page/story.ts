/** The first sentence of a page: what was found, in words, from the range that says most. */
import type { RangeSummary, Summary } from '../summary.ts';

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

/** What the run found, in one or two sentences. */
export function headline({ ranges, sampler }: Pick<Summary, 'ranges' | 'sampler'>): string {
  const found = ranges.filter(({ directions, ratioSampler }) => directions > 0 && ratioSampler !== null);
  const many = found.filter(({ directions }) => directions >= ENOUGH);
  for (const { low, where } of TELLING) {
    const range = (many.length > 0 ? many : found).find((one) => one.low === low);
    if (range) return `${where}, ${said(range, sampler)}`;
  }
  return 'No direction could be compared with theory: none has a positive eigenvalue above a hundredth of the crossover, a measured and a predicted variance.';
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
  const times = `the weight variance is ${ratio.toFixed(3)}${error === null ? '' : ` ± ${error.toFixed(3)}`} times ${theory}`;
  const white =
    sampler === 'with-replacement' || range.ratioWhite === null
      ? ''
      : // It falls within the range: what the directions have in common has no error of its own.
        `, and in the median ${range.ratioWhite.toFixed(3)} times what independent batches would give`;
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
