/** The tables of a run's result as data, for a terminal and for a page alike. */
import { fixedNumber, fixedScientific, shortNumber, wholeNumber, withError } from './numbers.ts';
import type { ControlRange, ControlSummary, RangeSummary, Summary } from './summary.ts';

/** What an undefined number is written as. */
export const NOTHING = '–';
/** Below this part of the crossover nothing holds a direction in place for the length of a window. */
const DRIFT_BELOW = 0.01;
/** Beside such a range. */
const DRIFT_MARK = '†';

/** One line: its cells, and a mark behind it that a note explains. */
export interface Row {
  readonly cells: readonly string[];
  readonly mark?: string;
}

/** Columns of numbers under headings of two lines each; the first column says what a line is about. */
export interface Table {
  readonly header: readonly (readonly [string, string])[];
  readonly rows: readonly Row[];
  readonly notes: readonly string[];
}

/** Values with their names under a title; a note says how to take a value. */
export interface ValueList {
  readonly title: string;
  readonly values: readonly { readonly name: string; readonly value: string; readonly note: string }[];
}

/** The settings of a run, a line each. */
export function settingsLines(summary: Summary): string[] {
  const { window, sampler, learningRate, momentum, batchSize, samples, batchesPerEpoch, weightDecay } = summary;
  return [
    `sampler ${sampler}, learning rate ${shortNumber(learningRate)}, momentum ${shortNumber(momentum)}, weight decay ${shortNumber(weightDecay)}`,
    `N = ${wholeNumber(samples)} samples, S = ${wholeNumber(batchSize)} a batch, M = ${wholeNumber(batchesPerEpoch)} batches an epoch`,
    `window of ${wholeNumber(window.epochs)} epochs (${wholeNumber(window.updates)} updates) after ${wholeNumber(window.burnInEpochs)} of burn-in`,
    `crossover eigenvalue λ× = 3(1−β)/(ηM) = ${shortNumber(summary.crossoverEigenvalue, 4)}`,
  ];
}

/** The comparison, range by range of λ/λ_cross, stiff directions first; null where nothing was compared. */
export function rangeTable({ ranges, sampler }: Pick<Summary, 'ranges' | 'sampler'>): Table | null {
  if (ranges.length === 0) return null;
  const own = sampler === 'with-replacement' ? 'own' : 'epochs';
  return {
    header: [
      ['', 'λ/λ×'],
      ['direc-', 'tions'],
      ['measured', `/ ${own}`],
      ['measured', '/ white'],
      ['measured /', 'two comp.'],
      ['within', 'epochs'],
      ['velocity', `/ ${own}`],
      ['inside', '95 %'],
      ['scatter', '(expected)'],
    ],
    rows: ranges.toReversed().map((range) => ({
      cells: [
        rangeLabel(range),
        wholeNumber(range.directions),
        range.ratioTwoComponent === null ? bestRatio(range) : fixed(range.ratioSampler, 3),
        fixed(range.ratioWhite, 3),
        range.ratioTwoComponent === null ? NOTHING : bestRatio(range),
        fixed(range.withinEpochs.ratioTwoComponent ?? range.withinEpochs.ratioSampler, 3),
        fixed(range.velocityRatioSampler, 3),
        percent(range.coverageTwoComponent ?? range.coverage),
        range.medianAbsLog10 === null
          ? NOTHING
          : `${fixed(range.medianAbsLog10, 3)} (${fixed(range.expectedAbsLog10, 3)})`,
      ],
      ...(drifts(range) ? { mark: DRIFT_MARK } : {}),
    })),
    notes: [
      `Medians of measured over predicted weight variances, corrected for their bias: by the theory of ${sampler === 'with-replacement' ? 'this sampler (own)' : 'epochs'}, of independent batches (white), and with the noise of a fluctuating curvature (two comp.); within epochs, about each epoch’s own mean. ±: one standard error, if directions were independent. Inside: 95 % intervals that hold the best theory there is.`,
      ...(ranges.some(drifts)
        ? [`${DRIFT_MARK} Drift dominates: nothing holds these weights in place for a window.`]
        : []),
    ],
  };
}

/** Measured over predicted by the best theory there is, with the error of the median; {@link NOTHING} where there is none. */
export function bestRatio({ ratioTwoComponent, ratioSampler, pooledError }: RangeSummary): string {
  const ratio = ratioTwoComponent ?? ratioSampler;
  return ratio === null ? NOTHING : withError(ratio, pooledError === null ? null : ratio * pooledError);
}

/** Below λ_cross/100 weights wander further in a window than the noise alone would let them. */
export function drifts(range: RangeSummary): boolean {
  return range.high !== null && range.high <= DRIFT_BELOW && range.directions > 0;
}

/** `above 10`, `0.1 … 1`, `up to 0.01`. */
export function rangeLabel({ low, high }: Pick<RangeSummary, 'low' | 'high'>): string {
  if (high === null) return `above ${shortNumber(low)}`;
  return low > 0 ? `${shortNumber(low)} … ${shortNumber(high)}` : `up to ${shortNumber(high)}`;
}

/** What the paths themselves say, range by range: how much of them is a line, whether halves agree, how much is explained. */
export function pathTable({ ranges, curvatures }: Summary): Table | null {
  const known = ranges
    .filter(({ directions, replayExplained }) => directions > 0 && replayExplained !== null)
    .toReversed();
  if (known.length === 0) return null;
  const header: Table['header'] = [
    ['Paths', 'λ/λ×'],
    ['explained', 'R²'],
    ['expected', 'R²'],
    ['a line', 'part'],
    ['halves agree', 'variance'],
    ['halves agree', 'mean'],
    ['curvature', 'path / λ'],
    ['curvature', '±σ / λ'],
  ];
  const felt = (low: number, way: 'trajectory' | 'finiteStep') =>
    fixed(curvatures.ranges.find((range) => range.low === low)?.[way].overEigenvalue?.value ?? null, 3);
  const cells = (range: RangeSummary) => [
    rangeLabel(range),
    fixed(range.replayExplained, 3),
    fixed(range.replayPredicted, 3),
    percent(range.trendFraction),
    percent(range.halvesCoverage),
    percent(range.shiftCoverage),
    felt(range.low, 'trajectory'),
    felt(range.low, 'finiteStep'),
  ];
  return {
    header,
    rows: known.map((range) => ({ cells: cells(range) })),
    notes: [
      'Medians. Explained: by the quadratic model from the window’s own batches; expected: with the noise of a fluctuating curvature. Halves of stationary windows agree in 95 % of the directions. Curvature: felt along the path, and over a step of one σ to either side.',
    ],
  };
}

/** How far the fluctuations lift the loss, measured and by each theory; null where nothing is known. */
export function lossTable({
  lossFluctuation: loss,
  sampler,
}: Pick<Summary, 'lossFluctuation' | 'sampler'>): ValueList | null {
  const own = sampler === 'with-replacement' ? 'theory of this sampler' : 'epoch theory';
  const against = (value: number | null) =>
    value === null || loss.measured === null || !(value > 0)
      ? ''
      : `measured / this = ${fixed(loss.measured / value, 3)}`;
  const interval = (low: number | null, high: number | null) =>
    low === null || high === null ? '' : `95 %: ${scientific(low)} … ${scientific(high)}`;
  const rows = [
    ['measured', scientific(loss.measured), ''],
    [own, scientific(loss.sampler), against(loss.sampler)],
    ['with a fluctuating curvature', scientific(loss.twoComponent), against(loss.twoComponent)],
    ['white theory (independent batches)', scientific(loss.white), against(loss.white)],
    ['one variance for all directions', scientific(loss.constantVariance), overstated(loss)],
    ['straight from the objective', scientific(loss.direct), interval(loss.directLow, loss.directHigh)],
    ['the same, these directions only', scientific(loss.subspace), interval(loss.subspaceLow, loss.subspaceHigh)],
  ];
  if (rows.every(([, value]) => value === NOTHING)) return null;
  return { title: 'Loss fluctuation ½ Σ λ σ²(θ)', values: rows.map(([name, value, note]) => ({ name, value, note })) };
}

function overstated({ overstatement }: Summary['lossFluctuation']): string {
  if (!overstatement) return '';
  const { value, low, high } = overstatement;
  const interval = low === null || high === null ? '' : ` (95 %: ${fixed(low, 2)} … ${fixed(high, 2)})`;
  return `${value < 1 ? 'understates:' : 'overstates'} ${fixed(value, 2)} times${interval}`;
}

/** What the noise has to do with the curvature, and what principal components are worth; null where nothing is known. */
export function noiseTable({ noise, slopes, quadraticity, components }: Summary): ValueList | null {
  const values: { name: string; value: string; note: string }[] = [];
  const row = (name: string, text: string | null) => {
    if (text !== null) values.push({ name, value: text, note: '' });
  };
  const exponent = slopes.noiseExponent;
  row(
    'exponent of C ∝ (λ−μ)^γ',
    exponent && `${between(exponent.value, exponent.low, exponent.high, 3)}, by scatter alone`,
  );
  row('share of a fluctuating curvature, C_mult/C', noise.multiplicativeShare === null ? null : shares(noise));
  row('Tr H of the loss', noise.trace === null ? null : between(noise.trace, noise.traceLow, noise.traceHigh));
  row(
    'samples for a clear view (m = 0.01)',
    noise.samplesForClearView === null ? null : wholeNumber(noise.samplesForClearView),
  );
  row('‖[C, H]‖, 0 … 1', noise.commutator === null ? null : floored(noise.commutator, noise.commutatorFloor));
  row(
    'correlation of two directions’ noise',
    noise.correlation === null ? null : floored(noise.correlation, noise.correlationFloor),
  );
  row(
    'curvature along the window, over λ',
    quadraticity &&
      `${fixed(quadraticity.median, 3)} (median)${quadraticity.worstAboveTenth === null ? '' : `, above λ×/10 at worst ${fixed(quadraticity.worstAboveTenth, 3)}`}`,
  );
  row(
    'exponent of principal components',
    components && components.path !== null && components.randomWalk !== null
      ? `${fixed(components.path, 2)}; of a random walk as long ${fixed(components.randomWalk, 2)} (ranks ${components.firstRank} … ${components.lastRank})`
      : null,
  );
  return values.length === 0 ? null : { title: 'Noise and curvature', values };
}

function between(value: number | null, low: number | null, high: number | null, decimals?: number): string {
  const shown = (number: number | null) =>
    decimals === undefined ? shortNumber(number ?? NaN) : fixed(number, decimals);
  return low === null || high === null ? shown(value) : `${shown(value)} (95 %: ${shown(low)} … ${shown(high)})`;
}

function shares({ multiplicativeShare, expectedShare }: Summary['noise']): string {
  const expected = expectedShare === null ? '' : `, m = ${shortNumber(expectedShare)} expected`;
  return `${shortNumber(multiplicativeShare!)} (median)${expected}`;
}

function floored(value: number, floor: number | null): string {
  return floor === null
    ? shortNumber(value)
    : `${shortNumber(value)} (sampling alone ${shortNumber(floor)}, taken off)`;
}

/** From this difference to λ on a prediction with the curvature along the path is shown, too. */
const FELT = 0.1;
const feelsAnother = ({ feltOverEigenvalue }: ControlRange): boolean => Math.abs((feltOverEigenvalue ?? 1) - 1) > FELT;

/** One line a control: ratios to the best theory there is and the share of intervals that hold it, range by range. */
export function controlsTable({ controls, pooled }: ControlSummary): Table {
  const ranges = controls[0].ranges.filter(({ low }) => low > 0).toReversed();
  const header: Table['header'] = [
    ['Controls', 'from the same minimum'],
    ...ranges.map(({ low, high }) => ['λ/λ×', rangeLabel({ low, high })] as const),
  ];
  const rows = controls.flatMap(({ name, ranges: own }) => {
    const rangeAt = (low: number) => own.find((one) => one.low === low)!;
    const withEigenvalue = ranges.map(({ low }) => {
      const range = rangeAt(low);
      const ratio = range.ratioTwoComponent ?? range.ratioSampler;
      return ratio === null ? NOTHING : `${fixed(ratio, 3)} (${percent(range.coverageTwoComponent ?? range.coverage)})`;
    });
    const isFelt = ranges.some(({ low }) => feelsAnother(rangeAt(low)));
    const withFelt = isFelt
      ? [['  curvature of the path', ...ranges.map(({ low }) => fixed(rangeAt(low).ratioFelt, 3))]]
      : [];
    return [[name, ...withEigenvalue], ...withFelt];
  });
  const replicated = [...new Set(pooled.filter(({ seeds }) => seeds > 1).map(({ control }) => control))].map(
    (control) => [
      `${control}, all seeds`,
      ...ranges.map(({ low }) => {
        const one = pooled.find((entry) => entry.control === control && entry.low === low);
        const value = one?.ratioTwoComponent ?? one?.ratioSampler;
        if (!value) return NOTHING;
        return value.low === null || value.high === null
          ? fixed(value.value, 3)
          : `${fixed(value.low, 2)} … ${fixed(value.high, 2)}`;
      }),
    ],
  );
  return {
    header,
    rows: [...rows, ...replicated].map((cells) => ({ cells })),
    notes: [
      'Medians of measured over predicted, and in brackets the share of 95 % intervals that hold the prediction; over seeds: 95 % interval of the mean.',
    ],
  };
}

function fixed(value: number | null, decimals: number): string {
  return value === null || !Number.isFinite(value) ? NOTHING : fixedNumber(value, decimals);
}

function percent(value: number | null): string {
  return value === null || !Number.isFinite(value) ? NOTHING : `${(100 * value).toFixed(0)} %`;
}

/** `1.234×10⁻⁴`: losses of very different runs stand in the same column. */
function scientific(value: number | null): string {
  return value === null || !Number.isFinite(value) ? NOTHING : fixedScientific(value, 4);
}
