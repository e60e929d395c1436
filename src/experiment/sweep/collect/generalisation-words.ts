/** What a comparison of samplers comes to, in words, whichever way it went. */
import { fixedNumber, shortNumber } from '../../../report/numbers.ts';
import {
  type GeneralisationMetric,
  JUDGED,
  METRICS,
  type SamplerComparison,
} from '../../../report/sweep/generalisation.ts';

/** A p value below this is small. */
const ALPHA = 0.05;

/**
 * One sentence a comparison, by the metrics that are judged: the difference, whether it was seen, and how small it could have
 * been and still be seen.
 */
export function verdictsOf(comparisons: readonly SamplerComparison[]): string[] {
  const judged = JUDGED.flatMap((metric) => comparisons.filter((one) => one.metric === metric));
  return judged.map((one) => {
    const family = judged.filter(({ metric }) => metric === one.metric).length;
    const words = Object.entries(one.set).map(([key, value]) => `${key} ${JSON.stringify(value)}`);
    return `${words.length === 0 ? '' : `${words.join(', ')}: `}${verdictOf(one, family)}`;
  });
}

function verdictOf(one: SamplerComparison, family: number): string {
  const { of, against, metric, pairs, difference, together, seen } = one;
  const { name, isGain } = METRICS[metric];
  const what = `${name}, ${of} less ${against}: ${signed(metric, difference.value)}`;
  if (seen === null) return `${what} in one pair, which says nothing of chance: several values of seed are needed`;
  const [own, all] = [difference, together].map(
    ({ low, high }) => `${signed(metric, low!)} … ${signed(metric, high!)}`,
  );
  const numbers = [
    `95 % interval ${own}`,
    ...(family > 1 ? [`${all} for ${family} comparisons at once`] : []),
    `${pairs} pairs`,
    `sign flips p = ${shortNumber(one.p!, 2)}${family > 1 ? `, ${shortNumber(one.pHolm!, 2)} after Holm` : ''}`,
  ];
  const visible = `one of ${size(metric, one.smallestVisibleTogether!)} would have been seen four times in five`;
  const isBetter = difference.value > 0 === isGain;
  const found = seen
    ? `a difference was seen, ${of} is ${isBetter ? 'better' : 'worse'}; ${visible}`
    : `no difference was seen; ${visible}`;
  const agree = one.pHolm! < ALPHA === seen;
  const doubt = agree ? '' : `; the sign flips ${seen ? 'do not see it' : 'see one'}, so it is a borderline case`;
  return `${withUnit(metric, what)} (${numbers.join('; ')}): ${found}${doubt}`;
}

const signed = (metric: GeneralisationMetric, value: number): string => {
  const { scale, decimals } = METRICS[metric];
  const text = fixedNumber(value * scale, decimals);
  return value > 0 ? `+${text}` : text;
};
const withUnit = (metric: GeneralisationMetric, text: string): string => {
  const { unit } = METRICS[metric];
  return unit === '' ? text : `${text} ${unit}`;
};
const size = (metric: GeneralisationMetric, value: number): string => {
  const { scale, decimals } = METRICS[metric];
  return withUnit(metric, fixedNumber(value * scale, decimals));
};
