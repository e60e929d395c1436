/** What a summary says in words, and what makes its numbers less trustworthy. All sentences of a run's results stand here. */
import { median } from '../../statistics/median.ts';
import type { CurvaturesSummary, QuadraticitySummary, RangeSummary, SummaryWarning } from '../../report/summary.ts';
import type { Sampler } from '../../theory/index.ts';
import { backEndWarnings } from '../back-end-warnings.ts';
import type { BackEnds } from '../context.ts';
import type { DirectionTable } from './directions.ts';
import { feltCurvatureInWords } from './felt-curvature-words.ts';
import type { PolishReport } from '../stages/train.ts';
import type { SpectrumReport } from '../spectrum/directions.ts';
import type { MovedReport } from '../spectrum/shared-directions.ts';
import { type Visibility, warningOfInvisibility } from '../visibility.ts';
import type { RoundingFloor } from './rounding.ts';
import { unexplainedPathsInWords } from './unexplained-paths.ts';
import { measureStationarity, type Stationarity } from './stationarity.ts';
import { comparedDirections } from '../../statistics/drift.ts';

/** Rounding that adds more than this to a velocity variance is warned of. */
const FLOOR_LIMIT = 0.01;
/** A product that is less symmetric than this, in units of ‖H‖, is no Hessian's. Rounding gives about 1e-7. */
const ASYMMETRY_LIMIT = 1e-4;
/** Residual over gap, a bound of the sine of an angle, beyond which a direction may be a mixture of its neighbours. */
const MIXING_LIMIT = 0.1;

/** Curvature that changes by more than this over the window is not quadratic. */
const ANHARMONIC = 0.1;
/** Shares below this are told as that. */
const SMALLEST_SHARE = 0.001;

/** What the verdicts are drawn from. */
export interface Findings {
  readonly sampler: Sampler;
  readonly ranges: readonly RangeSummary[];
  readonly table: DirectionTable;
  readonly crossover: number;
  readonly polish: PolishReport | null;
  readonly spectrum: SpectrumReport;
  /** [k], in the order of the table. */
  readonly residualOverGap: Float64Array;
  readonly floor: RoundingFloor | null;
  /** Back ends that the run was computed on, by stage. */
  readonly backEnds: BackEnds;
  /** Whether the window was recorded elsewhere. */
  readonly imported: boolean;
  /** Median over the compared directions of the share of a fluctuating curvature in the noise; null where it is unknown. */
  readonly multiplicativeShare: number | null;
  readonly dataWarnings: readonly SummaryWarning[];
  readonly visibility: Visibility | null;
  readonly quadraticity: QuadraticitySummary | null;
  readonly curvatures: CurvaturesSummary;
}

/** One sentence each, the most important first. */
export function verdicts(findings: Findings): string[] {
  const { ranges, sampler, spectrum, polish, floor, table, crossover } = findings;
  const theory = sampler === 'with-replacement' ? 'the theory of independent batches' : 'epoch theory';
  const sentences: string[] = [];
  const tell = (range: RangeSummary | undefined, where: string) => {
    if (!range || range.ratioSampler === null) return;
    // One standard error, if directions were independent.
    const error = range.pooledError ? ` ± ${(range.ratioSampler * range.pooledError).toFixed(3)}` : '';
    const against = `${where} (${counted(range.directions)}) the weight variance is ${range.ratioSampler.toFixed(3)}${error} times that of ${theory}`;
    const white =
      sampler === 'with-replacement' || range.ratioWhite === null
        ? ''
        : `, and ${range.ratioWhite.toFixed(3)} times that of independent batches`;
    const two =
      range.ratioTwoComponent === null
        ? ''
        : `; with the noise of a fluctuating curvature ${range.ratioTwoComponent.toFixed(3)}`;
    sentences.push(`${against}${white}${two}.`);
  };
  const at = (low: number) => ranges.find((range) => range.low === low && range.directions > 0);
  tell(at(10), 'Above 10 λ×');
  tell(at(1), 'Between λ× and 10 λ×');
  tell(at(0.1), 'Between λ×/10 and λ×');
  tell(at(0.01), 'Between λ×/100 and λ×/10');
  const flattest = at(0);
  if (flattest) {
    const isFlattest = (i: number) => table.eigenvalue[i] > 0 && table.eigenvalue[i] <= flattest.high! * crossover;
    const drift = median([...table.drift_ratio].filter((ratio, i) => isFlattest(i) && Number.isFinite(ratio)));
    const carried = Number.isNaN(drift)
      ? ''
      : `: what is left of the gradient is expected to carry them ${drift.toPrecision(2)} predicted standard deviations (median)`;
    sentences.push(
      `Below λ×/100 (${counted(flattest.directions)}) nothing holds the weights in place for the length of the window, and theory is not put to the test${carried}.`,
    );
  }
  const stationarity = stationarityOf(findings);
  if (stationarity)
    sentences.push(`Above λ×/100 the window ${LOOKS[stationarity.judgement]}: ${halvesInWords(stationarity)}.`);
  const negative = table.regime.filter((regime) => regime === 'negative').length;
  if (negative > 0) sentences.push(`${counted(negative)} ${negative === 1 ? 'has' : 'have'} a curvature of 0 or less.`);
  if (polish?.converged) sentences.push(`Polish: ${polish.verdict}.`);
  if (floor) sentences.push(roundingInWords(floor));
  if (spectrum.subset === null && !spectrum.shared) return sentences;
  return sentences.map((sentence) => sentence.replace(/\.$/, ' (approximate directions).'));
}

/** One order for all epochs: both halves are the same cycle, and nothing follows from their likeness. */
const stationarityOf = ({ sampler, ranges }: Findings): Stationarity | null =>
  sampler === 'shuffle-once' ? null : measureStationarity(ranges);

const LOOKS: Readonly<Record<Stationarity['judgement'], string>> = {
  stationary: 'looks stationary',
  undecided: 'may be stationary, which so few directions cannot tell',
  'not stationary': 'does not look stationary',
};

const halvesInWords = ({ variance, mean }: Stationarity): string =>
  `its halves agree in variance in ${percent(variance)} of the directions, and in their mean in ${percent(mean)} (95 % expected)`;

const roundingInWords = ({ median, largest }: RoundingFloor): string =>
  largest < SMALLEST_SHARE
    ? `Rounding to float32 adds ${percent(largest)} to the velocity variance of every direction.`
    : `Rounding to float32 adds ${percent(median)} to the velocity variance in the median direction, ${percent(largest)} at most.`;

const movedInWords = ({ samples, margin }: MovedReport): string =>
  `from that run’s by their change on ${samples} samples (± ${percent(margin)} in the median direction)`;

/** Reasons to doubt, each with a code. */
export function warnings(findings: Findings): SummaryWarning[] {
  const { table, crossover, polish, spectrum, residualOverGap, floor, backEnds, dataWarnings, sampler } = findings;
  const { visibility, quadraticity, imported } = findings;
  const list: SummaryWarning[] = [...dataWarnings];
  const warn = (code: string, text: string) => list.push({ code, text });
  if (polish && !polish.converged) warn('polish', `The polish did not reach its goal: ${polish.verdict}.`);
  const above = table.eigenvalue.filter((value) => value >= crossover).length;
  const below = table.eigenvalue.filter((value) => value > 0 && value < crossover).length;
  if (above === 0)
    warn(
      'no-stiff-directions',
      'No direction lies above the crossover: a larger learning rate or more batches an epoch lower it.',
    );
  if (below === 0)
    warn(
      'no-suppressed-directions',
      'No computed direction lies below the crossover: more eigenpairs (spectrum.eigenpairs), or a smaller learning rate, which raises it.',
    );
  if (spectrum.converged < spectrum.wanted)
    warn(
      'unconverged-eigenpairs',
      `${spectrum.wanted - spectrum.converged} of ${spectrum.wanted} eigenpairs have a residual above the tolerance.`,
    );
  const compared = comparedDirections(table, crossover);
  const mixed = compared.filter((i) => residualOverGap[i] > MIXING_LIMIT).length;
  // Directions from elsewhere are approximate anyway: the warning of that says so.
  if (mixed > 0 && spectrum.subset === null && !spectrum.shared)
    warn(
      'mixed-directions',
      `${mixed} of the ${counted(compared.length)} compared may mix with their neighbours (residual over gap above ${MIXING_LIMIT}): within such a cluster single variances are those of the mixture, and only means over it can be compared. A lower spectrum.tolerance, or precision float64, tells them apart.`,
    );
  if (spectrum.asymmetry > ASYMMETRY_LIMIT)
    warn(
      'asymmetric-hessian',
      `Hessian products are asymmetric by ${spectrum.asymmetry.toExponential(1)} of the largest: the derivatives of this model are not to be trusted.`,
    );
  if (spectrum.subset !== null)
    warn(
      'approximate-directions',
      `Directions come from ${spectrum.subset} samples; eigenvalues are their curvatures on all samples, and residuals tell how far they are from eigendirections.`,
    );
  if (spectrum.shared)
    warn(
      'shared-directions',
      `Directions are those of the run that this is a control of; eigenvalues are their curvatures at this run’s mean, ${spectrum.moved ? movedInWords(spectrum.moved) : 'and residuals tell how far they are from its own eigendirections'}.`,
    );
  const invisible = visibility && warningOfInvisibility(visibility);
  // Independent batches have no suppression that could be filled up.
  if (invisible && sampler !== 'with-replacement') warn('law-not-visible', invisible);
  const worst = quadraticity?.worstAboveTenth ?? null;
  if (worst !== null && Math.abs(worst - 1) > ANHARMONIC)
    warn(
      'not-quadratic',
      `The loss is not quadratic over the window: at one of its states the curvature along a direction above λ×/10 is ${worst.toFixed(2)} times that at its mean.`,
    );
  const stationarity = stationarityOf(findings);
  if (stationarity?.judgement === 'not stationary')
    warn(
      'not-stationary',
      `The window does not look stationary: above λ×/100 ${halvesInWords(stationarity)}. The weights still move on, and that is part of every variance. ${imported ? 'Record later, after more epochs at this learning rate, or from nearer a minimum.' : 'A longer burn-in (record.burnInEpochs) lets them settle, and a polish or a longer training begins nearer the minimum.'}`,
    );
  // The other samplers have one theory, or a cycle in which such noise repeats itself.
  if (sampler === 'reshuffle' && compared.length > 0 && findings.multiplicativeShare === null)
    warn(
      'fluctuating-curvature-unknown',
      `The share of a fluctuating curvature in the noise is unknown, and with it the best theory, that of two components: ratios to epoch theory are too large by what such noise adds, the more the further below the crossover.${imported ? ' Give multiplicative_noise_variance with the eigenpairs.' : ''}`,
    );
  const unexplained = unexplainedPathsInWords(findings.ranges);
  if (unexplained) warn('paths-unexplained', unexplained);
  const felt = feltCurvatureInWords(findings.curvatures);
  if (felt) warn('curvature-felt-differs', felt);
  if (floor && floor.largest > FLOOR_LIMIT)
    warn(
      'float32-floor',
      `Rounding to float32 adds up to ${percent(floor.largest)} to the velocity variance (${counted(floor.above)} above 1 %)${imported ? ', if the recording was made in float32. It cannot be taken out again: leave the velocities of these directions aside, or record in float64 and import with precision float64.' : ': use precision float64, or a larger learning rate.'}`,
    );
  if (sampler === 'shuffle-once')
    warn(
      'one-permutation',
      'With one order for all epochs a run is one draw of the permutation: single directions scatter by 50–85 %, and only means over many directions or seeds can be compared.',
    );
  return [...list, ...backEndWarnings(backEnds)];
}

const counted = (directions: number): string => `${directions} ${directions === 1 ? 'direction' : 'directions'}`;
function percent(share: number): string {
  if (share > 0 && share < SMALLEST_SHARE) return `less than ${100 * SMALLEST_SHARE} %`;
  return `${share > 0 && share < 0.1 ? (100 * share).toPrecision(2) : Math.round(100 * share)} %`;
}
