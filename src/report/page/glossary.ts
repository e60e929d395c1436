/** The words of a page, each in a sentence or two, with the numbers of its runs. */
import { SAMPLING, samplerTheory } from '../figures/words.ts';
import { shortNumber, wholeNumber } from '../numbers.ts';
import type { Summary } from '../summary.ts';
import { escaped, prose } from './markup.ts';

/** A run as the glossary needs it. */
export interface GlossaryRun {
  readonly label: string;
  readonly summary: Summary;
}

/** Words and symbols, folded away until they are asked for. */
export function glossary(runs: readonly GlossaryRun[]): string {
  const entries = words(runs).map(
    ([term, meanings]) =>
      `<div><dt>${escaped(term)}</dt>${meanings.map((meaning) => `<dd>${prose(meaning)}</dd>`).join('')}</div>`,
  );
  return `<details class="glossary"><summary>Words and symbols: λ×, crossover, epochs, white, two comp., …</summary>
<dl>
${entries.join('\n')}
</dl>
</details>`;
}

type Entry = readonly [term: string, meanings: readonly string[]];

function words(runs: readonly GlossaryRun[]): Entry[] {
  const samplers = new Set(runs.map(({ summary }) => summary.sampler));
  const own = [...samplers].filter((sampler) => sampler !== 'with-replacement');
  const entries: Entry[] = [
    ['λ, direction', ['An eigenvalue of the Hessian of the loss, and its eigenvector: along it the curvature is λ.']],
    [
      'λ×, crossover',
      [
        'The eigenvalue along which the weights forget their past three times in an epoch: λ× = 3(1−β)/(ηM). Above it shuffling changes little; the further below, the more of the fluctuations it takes away.',
        ...runs.map(crossover).map((text, i) => (runs.length === 1 ? `Here ${text}.` : `${runs[i].label}: ${text}.`)),
      ],
    ],
    [
      'η, β, S, N, M, μ',
      [
        'Learning rate, momentum, samples a batch, samples of the training set, batches an epoch (N/S), weight decay. μ is part of every λ.',
      ],
    ],
    [
      'stiff, suppressed',
      ['Directions with λ ≥ λ×, and those between λ×/100 and λ×, whose fluctuations shuffling suppresses.'],
    ],
    [
      'drifting, left out, †',
      [
        'Directions below λ×/100, or whose path is for the most part a straight line along which what is left of the gradient carries them: nothing holds the weights in place there for a window, and theory is not put to the test.',
      ],
    ],
  ];
  if (own.length > 0)
    entries.push([
      ['/ epochs', ...own.map(samplerTheory)].join(', '),
      [
        `The prediction for batches as they were drawn (${own.map((sampler) => SAMPLING[sampler]).join('; ')}): what one batch of an epoch adds, the others take back.`,
      ],
    ]);
  if (samplers.has('with-replacement'))
    entries.push([
      `/ own, ${samplerTheory('with-replacement')}`,
      ['The prediction for batches that are drawn independently of each other, as they were.'],
    ]);
  entries.push(
    [
      '/ white, independent-batch theory',
      ['The prediction as if every batch were drawn independently of all others: noise without a memory, “white”.'],
    ],
    [
      'two comp., two-component theory',
      [
        'The same with a second part of the noise: a batch has a curvature of its own too, and the weights’ distance from the minimum turns that into noise that shuffling does not take away.',
      ],
    ],
    [
      'within epochs',
      [
        'The variance about the mean of each epoch in place of that of the window, over its own prediction: drift hardly enters.',
      ],
    ],
    ['velocity', ['The variance of the weights’ steps v, over its prediction.']],
    [
      'inside 95 %',
      [
        'The share of directions whose 95 % interval holds the best theory there is: 95 % where theory is right, up to chance.',
      ],
    ],
    [
      'scatter (expected)',
      [
        'Median of |log₁₀(measured / predicted)|, and what the length of the window alone would give: 0.05 is a scatter of about 12 %.',
      ],
    ],
    [
      'curvature path / λ, ±σ / λ',
      [
        'The slope of the gradient against the weights along the path, and over a step of one measured σ to either side, over the eigenvalue: 1 where the loss is quadratic as far as the weights move.',
      ],
    ],
  );
  const seen = runs.filter(({ summary }) => summary.noise.samplesForClearView !== null);
  if (seen.length > 0)
    entries.push([
      'm, samples for a clear view',
      [
        'm = 3Tr(H)/(2Nλ×) is the share of the fluctuating curvature in the noise that was expected before recording. With so many samples, and S raised in proportion, it would be 0.01: too little to hide the suppression.',
        ...seen.map(({ label, summary }) => `${runs.length === 1 ? 'Here' : `${label}:`} ${clearView(summary)}.`),
      ],
    ]);
  return entries;
}

function crossover({ summary }: GlossaryRun): string {
  const { momentum, learningRate, batchesPerEpoch, crossoverEigenvalue } = summary;
  return `3 · (1 − ${shortNumber(momentum, 4)}) / (${shortNumber(learningRate, 4)} · ${wholeNumber(batchesPerEpoch)}) = ${shortNumber(crossoverEigenvalue, 4)}`;
}

function clearView({ noise, samples }: Summary): string {
  const expected = noise.expectedShare === null ? '' : `m = ${shortNumber(noise.expectedShare)} with `;
  return `${expected}${wholeNumber(samples)} samples; 0.01 with ${wholeNumber(noise.samplesForClearView!)}`;
}
