/** What a sweep found, in words: exactly what its numbers say, also where theory fails. */
import { fixedNumber, shortNumber } from '../../../report/numbers.ts';
import type { Findings, MeasuredScale } from '../../../report/sweep/collected.ts';
import { ENOUGH_SEEDS, type Estimate, holds } from '../../../statistics/estimate.ts';
import type { Flatness } from '../../../statistics/flatness.ts';
import { FLAT_BELOW } from '../../../statistics/drift.ts';
import { median } from '../../../statistics/median.ts';
import type { ComparedRun } from './points.ts';

/** A curvature that differs by more than this from the eigenvalue is told of. */
const FELT = 0.1;
/** A second component that takes away this part of what is off is the likely reason for it. */
const EXPLAINED = 0.5;
/** A χ² that chance exceeds less often than this is told of in short, too. */
const UNLIKELY = 0.01;
/** λ/λ_cross = x/3. */
const X_AT_CROSSOVER = 3;

/** One sentence each: is the ratio flat, by either theory; where the crossover lies; and where it is not flat, why that may be. */
export function findingsInWords(
  { flatness, flatnessTwoComponent, scale, scaleTwoComponent }: Omit<Findings, 'verdicts'>,
  runs: readonly ComparedRun[],
): string[] {
  return [
    ...(flatness ? [flatnessInWords('Measured over the exact prediction', flatness)] : []),
    ...(flatness?.judgement === 'not flat' ? reasons(flatness, flatnessTwoComponent, runs) : []),
    ...(flatnessTwoComponent
      ? [flatnessInWords('With the noise of a fluctuating curvature it', flatnessTwoComponent)]
      : []),
    ...(flatnessTwoComponent?.judgement === 'not flat' ? curvatureReasons(flatnessTwoComponent, runs) : []),
    ...(scale ? [scaleInWords('The crossover lies at', scale, 'in the exact curve')] : []),
    ...(scaleTwoComponent
      ? [scaleInWords('With that noise on top, it lies at', scaleTwoComponent, 'in the exact curve')]
      : []),
  ];
}

function flatnessInWords(subject: string, flatness: Flatness): string {
  const { tested, outside, chance, chiSquare, probability, medianAbsLog10, expectedAbsLog10, judgement } = flatness;
  const bins = (count: number) => `${count} ${count === 1 ? 'bin' : 'bins'}`;
  const worst = furthest(flatness);
  const said = {
    flat: `is flat at 1: the 95 % intervals of ${tested === 1 ? 'the one bin' : `all ${bins(tested)}`} of x hold it`,
    'flat within chance': `is flat at 1 within chance: the 95 % intervals of ${outside} of ${bins(tested)} of x miss it, and so many or more do by chance alone with a probability of ${shortNumber(chance, 2)}`,
    'not flat': `is not flat at 1: the 95 % intervals of ${outside} of ${bins(tested)} of x miss it, where chance alone leaves ${shortNumber(0.05 * tested, 2)}`,
  }[judgement];
  return `${subject} ${said}; the furthest from it is ${inWords(worst.ratio)} at x = ${shortNumber(worst.x)}. χ² against 1 is ${fixedNumber(chiSquare, 1)} for ${bins(tested)} (p = ${probability < 1e-4 ? 'below 0.0001' : shortNumber(probability, 2)}). Residual scatter in log₁₀: ${fixedNumber(medianAbsLog10, 3)}, ${fixedNumber(expectedAbsLog10, 3)} expected (medians).`;
}

function furthest({ bins }: Flatness) {
  const off = ({ ratio }: Flatness['bins'][number]) => Math.abs(Math.log(ratio.value));
  return bins.reduce((worst, bin) => (off(bin) > off(worst) ? bin : worst));
}

/** What the runs' own numbers name as a reason; nothing where they name none. */
function reasons(flatness: Flatness, two: Flatness | null, runs: readonly ComparedRun[]): string[] {
  return [...fluctuationReason(flatness, two, runs), ...curvatureReasons(flatness, runs)];
}

const misses = ({ bins }: Flatness) => bins.filter(({ ratio }) => holds(ratio, 1) === false);

/** Named where it takes away most of what is off in the bins that miss 1. */
function fluctuationReason(flatness: Flatness, two: Flatness | null, runs: readonly ComparedRun[]): string[] {
  const missed = misses(flatness);
  const both = missed.flatMap((bin) => {
    const other = two?.bins.find(({ low }) => low === bin.low);
    return other ? [[Math.log(bin.ratio.value), Math.log(other.ratio.value)] as const] : [];
  });
  const off = both.reduce((sum, [own]) => sum + Math.abs(own), 0);
  const left = both.reduce((sum, [, withTwo]) => sum + Math.abs(withTwo), 0);
  if (both.length === 0 || left > (1 - EXPLAINED) * off) return [];
  const shares = runs.flatMap(({ summary }) => summary.noise.multiplicativeShare ?? []);
  const expected = runs.flatMap(({ summary }) => summary.noise.expectedShare ?? []);
  const m = expected.length === 0 ? '' : `, m = ${shortNumber(median(expected), 2)} expected`;
  return [
    `The noise of a fluctuating curvature (${shortNumber(median(shares), 2)} of the noise in the median${m}) takes away ${Math.round(100 * (1 - left / off))} % of what is off there.`,
  ];
}

/** Named where most runs felt, along their paths, another curvature in the ranges of the bins that miss 1. */
function curvatureReasons(flatness: Flatness, runs: readonly ComparedRun[]): string[] {
  const missed = misses(flatness);
  const felt = runs.flatMap(({ summary }) => {
    const off = summary.curvatures.ranges.filter(({ low, high, trajectory: { overEigenvalue } }) => {
      const overlaps = missed.some(
        (bin) => bin.high > X_AT_CROSSOVER * low && bin.low < X_AT_CROSSOVER * (high ?? Infinity),
      );
      if (!overlaps || overEigenvalue === null || Math.abs(overEigenvalue.value - 1) <= FELT) return false;
      return (
        overEigenvalue.low !== null &&
        overEigenvalue.high !== null &&
        !(overEigenvalue.low <= 1 && overEigenvalue.high >= 1)
      );
    });
    return off.length === 0 ? [] : [median(off.map(({ trajectory }) => trajectory.overEigenvalue!.value))];
  });
  if (missed.length === 0 || 2 * felt.length <= runs.length) return [];
  return [
    `In ${felt.length} of ${runs.length} runs the weights feel another curvature there than that at their mean: ${fixedNumber(median(felt), 2)} λ along the path (median).`,
  ];
}

function scaleInWords(subject: string, { scale, directions, reducedChiSquare }: MeasuredScale, where: string): string {
  const judged = holds(scale, 1);
  const agrees = judged === undefined ? '' : judged ? '; 1 is within the interval' : '; 1 is not within the interval';
  return `${subject} ${inWords(scale)} times 3(1−β)/(ηM), one scale fitted ${where} to ${directions} directions (χ² ${fixedNumber(reducedChiSquare, 2)} each)${agrees}.`;
}

/** `1.02 (0.98 … 1.06)`. */
export function inWords({ value, low, high }: Estimate): string {
  return low === null || high === null
    ? fixedNumber(value, 3)
    : `${fixedNumber(value, 3)} (${fixedNumber(low, 3)} … ${fixedNumber(high, 3)})`;
}

/** What a sweep found in short, by the best theory there is. */
export function headlineOf(
  { flatness, flatnessTwoComponent, scale, scaleTwoComponent }: Findings,
  runs: readonly ComparedRun[],
): string {
  const flat = flatnessTwoComponent ?? flatness;
  const best = scaleTwoComponent ?? scale;
  const against = flatnessTwoComponent
    ? 'the prediction with the noise of a fluctuating curvature'
    : 'the exact prediction';
  const ratio = flat
    ? `Measured over ${against}, the weight variance is ${flatInShort(flat)}.`
    : 'No bin of x holds directions enough to be held against theory.';
  const without = flatnessTwoComponent ? runs.filter(({ measures }) => !hasTwo(measures)) : [];
  const others =
    without.length === 0
      ? ''
      : ` ${without.length} of ${runs.length} runs have no such prediction and no part in this (${[...new Set(without.map(({ window }) => window.sampler))].join(', ')}).`;
  if (!best) return ratio + others;
  return `${ratio} The crossover lies at ${inWords(best.scale)} times where theory has it.${others}`;
}

const hasTwo = ({ compared, twoToWhite }: ComparedRun['measures']): boolean => compared.some((i) => twoToWhite[i] > 0);

/** How many directions take no part; nothing where all do. */
export function leftOutInWords(runs: readonly ComparedRun[]): string[] {
  const held = runs.flatMap(({ measures }) =>
    Array.from(measures.relative).filter((relative) => relative >= FLAT_BELOW),
  );
  const compared = runs.reduce((sum, { measures }) => sum + measures.compared.length, 0);
  const left = held.length - compared;
  if (left === 0) return [];
  return [
    `Left out: ${left} of ${held.length} directions from λ×/100 on, which drift, or have nothing measured or predicted.`,
  ];
}

/** χ² may see a deviation that is common to many bins and too small for the interval of any. */
function flatInShort(flatness: Flatness): string {
  const { judgement, probability, chiSquare, tested, outside } = flatness;
  const bins = `${tested - outside} of ${tested} bins of x hold it; the furthest is at ${fixedNumber(furthest(flatness).ratio.value, 3)}`;
  if (judgement === 'not flat' || probability >= UNLIKELY) return `${judgement} at 1 (${bins})`;
  return `${judgement} at 1 by the intervals of its bins (${bins}), but not by χ² (${fixedNumber(chiSquare, 1)} for ${tested} bins, which chance exceeds with a probability of ${probability < 1e-4 ? 'less than 0.0001' : shortNumber(probability, 2)} if directions are independent)`;
}

/** Where intervals come from that need no warning. */
export const STUDENT = 'Intervals: Student’s t over the seeds, which supposes nothing else.';

/** What is to be said of intervals that do not come from seeds; null where all do. @param balanced whether every seed has every setting */
export function lackOfSeeds(settings: readonly { readonly seeds: number }[], balanced: boolean): string | null {
  const least =
    'come from the degrees of freedom and the scatter of directions, as if directions were independent. They are the least there is; three or more seeds, the same for all settings, give honest ones.';
  if (settings.length === 0) return null;
  const few = settings.filter(({ seeds }) => seeds < ENOUGH_SEEDS).length;
  if (few === settings.length) return `Intervals ${least}`;
  if (few > 0) return `Intervals of ${few} of ${settings.length} settings, and of all together, ${least}`;
  return balanced ? null : `Not every seed has every setting: intervals of all settings together ${least}`;
}
