/** A probe as text for a terminal, at most 100 columns wide. */
import { shortNumber, wholeNumber } from '../report/numbers.ts';
import { wrap } from '../report/plugins/rich-text.ts';
import { aligned, listed } from '../report/table.ts';
import { type PricedChoice, probe, type Probe, type ProbeOptions } from './probe.ts';
import type { Voice } from './context.ts';
import type { DirectionCount } from './probe/decay.ts';
import type { Described } from './result.ts';
import { CLEAR } from './visibility.ts';

const WIDTH = 100;
const NOTHING = '–';
/** Before numbers that are extrapolated. */
const ABOUT = '≈';

/** Probes a run directory, and says what was found. */
export async function probeRun(directory: string, voice: Voice, options: ProbeOptions): Promise<Described> {
  const document = await probe(directory, voice, options);
  return { document, text: probeText(document) };
}

/** The table of choices, window, cost, and what is recommended; the command to go on with is the last line. */
export function probeText(found: Probe): string {
  const blocks = [
    heading(found),
    choiceTable(found),
    windowTable(found),
    costTable(found),
    listed(
      'Warnings',
      found.warnings.map(({ code, text }) => `${text} [${code}]`),
    ),
    recommended(found),
  ];
  return (
    blocks
      .filter((block) => block.length > 0)
      .map((block) => block.join('\n'))
      .join('\n\n') + '\n'
  );
}

function heading({ experiment: { sgd }, curvature, samples, batchesPerEpoch, parameters }: Probe): string[] {
  const { spectrum, trace, disjointSamples, iterations } = curvature;
  const isAll = disjointSamples === 0 && curvature.samples === samples;
  const estimated = isAll
    ? ' They are those of all samples.'
    : ` λ is estimated for all samples: halfway between the subset’s own eigenvalue, which is too large, and the curvature of its direction on all samples, which is too small and was measured on ${wholeNumber(disjointSamples)} others.`;
  const interval =
    trace.low === trace.high
      ? ''
      : ` (95 % interval of the random probes alone ${shortNumber(trace.low)} … ${shortNumber(trace.high)})`;
  return [
    'Choosing the learning rate',
    `${wholeNumber(parameters)} parameters, N = ${wholeNumber(samples)} samples, S = ${wholeNumber(sgd.batchSize)} a batch, M = ${wholeNumber(batchesPerEpoch)} batches an epoch, β = ${shortNumber(sgd.momentum)}`,
    ...wrap(
      `${spectrum.length} eigenpairs of ${wholeNumber(curvature.samples)} samples converged in ${iterations} Lanczos iterations.${estimated} Tr H of the loss is ${shortNumber(trace.value)} on these samples${interval}.`,
      WIDTH,
    ),
  ];
}

const HEADER = [
  ['rank', 'of λ×'],
  ['λ×', ''],
  ['learning', 'rate η'],
  ['m', ''],
  ['fills up', 'at λ×/10'],
  ['reduction', 'at λ×/10'],
  ['directions', '0.1 … 1 λ×'],
  ['samples for', 'm = 0.01'],
  ['spectrum', 'to λ×/10'],
] as const;

function choiceTable(found: Probe): string[] {
  const { choices, configured, recommendation, decayExponent, curvature } = found;
  const shown = [...choices, configured, recommendation.choice];
  const rows = [
    ...choices.map((choice) => choiceRow(counted(choice.above), choice)),
    choiceRow(`now, ${counted(configured.above)}`, configured),
    choiceRow(`take, ${counted(recommendation.choice.above)}`, recommendation.choice),
  ];
  const lines = aligned([HEADER.map(([first]) => first), HEADER.map(([, second]) => second), ...rows]);
  const marked = lines.map((line, i) => (shown[i - 2]?.isStable === false ? `${line} diverges` : line));
  const rule = '─'.repeat(lines[0].length);
  const extrapolated =
    decayExponent === null
      ? ''
      : ` ${ABOUT}: extrapolated beyond rank ${curvature.spectrum.length} with λ ∝ rank^−${decayExponent.toFixed(2)}.`;
  return [
    ...marked.slice(0, 2),
    rule,
    ...marked.slice(2, -2),
    rule,
    ...marked.slice(-2),
    ...wrap(
      `λ× = 3(1−β)/(ηM) at that rank; m = 3Tr(H)/(2Nλ×), share of the fluctuating curvature in the noise; fills up: 10 m, what it adds to the variance that is left at λ×/10; reduction: theory’s variance there in this window, m included, over that with replacement; spectrum: Hessian products for all directions down to λ×/10.${extrapolated}`,
      WIDTH,
    ),
  ];
}

function choiceRow(rank: string, choice: PricedChoice): string[] {
  return [
    rank,
    shortNumber(choice.crossover),
    shortNumber(choice.learningRate),
    shortNumber(choice.contamination, 2),
    percent(choice.filledUp),
    choice.reduction.toFixed(3),
    counted(choice.suppressed),
    wholeNumber(choice.samplesForClearView),
    choice.toTenth ? duration(choice.toTenth.seconds) : NOTHING,
  ];
}

function windowTable({ window: outlooks, experiment: { record } }: Probe): string[] {
  const row = (name: string, of: (outlook: Probe['window'][number]) => string) => [`  ${name}`, ...outlooks.map(of)];
  return aligned([
    [`Burn-in of ${record.burnInEpochs} epochs, window of ${record.epochs}, reshuffled`, 'λ×', 'λ×/10'],
    row('relaxation time in epochs', ({ relaxationEpochs }) => shortNumber(relaxationEpochs, 2)),
    row('correlation time in epochs', ({ correlationEpochs }) => shortNumber(correlationEpochs, 2)),
    row('left of a distance from the minimum after the burn-in', ({ left }) => percent(left)),
    row('variance about the window’s mean, of the stationary one', ({ kept }) => percent(kept)),
    row('scatter of one direction’s variance', ({ scatter }) => `± ${percent(scatter)}`),
    row('burn-in long enough', ({ burnInSuffices }) => yesOrNo(burnInSuffices)),
    row('window long enough', ({ windowSuffices }) => yesOrNo(windowSuffices)),
  ]);
}

const yesOrNo = (answer: boolean) => (answer ? 'yes' : 'no');

function costTable({ cost, samples, experiment: { spectrum } }: Probe): string[] {
  const from = spectrum.samples !== null && spectrum.samples < samples ? ` from ${wholeNumber(spectrum.samples)}` : '';
  const rows = [
    ['  one update', duration(cost.secondsPerUpdate), ''],
    ['  one Hessian product on all samples', duration(cost.secondsPerProduct), ''],
    ['  looking at the minimum', duration(cost.lookSeconds), ''],
    ['  burn-in and window', duration(cost.windowSeconds), `${wholeNumber(cost.updates)} updates`],
    [
      `  spectrum of ${wholeNumber(cost.spectrum.eigenpairs)} pairs${from}`,
      duration(cost.spectrum.seconds),
      `about ${wholeNumber(cost.spectrum.products)} products`,
    ],
  ];
  const lines = aligned(rows.map(([name, time]) => [name, time]));
  return [
    'Time on this machine as it is now, from a few updates and products',
    ...lines.map((line, i) => `${line}  ${rows[i][2]}`.trimEnd()),
  ];
}

function recommended(found: Probe): string[] {
  const { learningRate } = found.recommendation.choice;
  return [
    ...listed(`Recommended: learning rate ${shortNumber(learningRate)}`, reasons(found)),
    ...(found.command === null
      ? ['Record again at that rate, where the window was recorded, and import the new recording']
      : ['Go on with', `  ${found.command}`]),
  ];
}

function reasons({ recommendation: { choice }, configured, experiment, cost, command }: Probe): string[] {
  const { contamination, suppressed, toTenth } = choice;
  const { eigenpairs } = cost.spectrum;
  const visible = `at λ×/10 the variance should be ${choice.reduction.toFixed(3)} of that with replacement, and ${choice.idealReduction.toFixed(3)} if no curvature fluctuated`;
  const found = [
    `λ× = ${shortNumber(choice.crossover)} with ${counted(choice.above)} directions above it; at present λ× = ${shortNumber(configured.crossover)}, with ${counted(configured.above)}`,
    contamination <= CLEAR
      ? `m = ${shortNumber(contamination, 2)}, a clear view: ${visible}`
      : `m = ${shortNumber(contamination, 2)}: ${visible}; ${wholeNumber(choice.samplesForClearView)} samples, the batch size raised in proportion, would make m 0.01`,
  ];
  if (suppressed && toTenth)
    found.push(
      `${counted(suppressed)} directions in the decade below; the ${wholeNumber(eigenpairs)} eigenpairs that are configured ${eigenpairs >= toTenth.eigenpairs ? 'reach through it' : `end within it, ${wholeNumber(toTenth.eigenpairs)} would reach through (spectrum.eigenpairs)`}`,
    );
  if (command === null) return found;
  found.push(
    experiment.polish.method === 'none'
      ? 'the training does not depend on this rate and is kept'
      : 'the polish asks for a drift that is small at this rate: training and polish are done anew, and may end elsewhere',
  );
  return found;
}

function counted(directions: DirectionCount | null): string {
  if (!directions) return NOTHING;
  return `${directions.isExtrapolated ? ABOUT : ''}${wholeNumber(directions.count)}`;
}

function percent(value: number): string {
  const shown = 100 * value;
  return `${Math.abs(shown) < 0.01 ? 0 : shortNumber(shown, Math.abs(shown) >= 10 ? 3 : 2)} %`;
}

/** `7.3 ms`, `0.45 s`, `12 min`, `3.2 h`. */
function duration(seconds: number): string {
  if (seconds < 0.1) return `${(1000 * seconds).toPrecision(2)} ms`;
  if (seconds < 120) return `${Number(seconds.toPrecision(2))} s`;
  return seconds < 7200
    ? `${Number((seconds / 60).toPrecision(2))} min`
    : `${Number((seconds / 3600).toPrecision(2))} h`;
}
