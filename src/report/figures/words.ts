/** Words and small choices that several pictures share. */
import type { MarkerLine } from '../figure.ts';
import type { RunNumbers, ReportInput } from '../input.ts';
import { shortNumber, wholeNumber } from '../numbers.ts';
import type { Sampler } from '../../theory/index.ts';

/** What the sampler's own prediction is called. */
export function samplerTheory(sampler: Sampler): string {
  if (sampler === 'with-replacement') return 'theory of this sampler (independent batches)';
  return sampler === 'shuffle-once' ? 'epoch theory (one order kept)' : 'epoch theory';
}

/** What the prediction is called that ignores epochs. */
export const WHITE_THEORY = 'independent-batch theory';

/** How batches are drawn. */
export const SAMPLING: Readonly<Record<Sampler, string>> = {
  reshuffle: 'reshuffled every epoch',
  'shuffle-once': 'one order for all epochs',
  'with-replacement': 'independent batches',
};

type Optimiser = Pick<RunNumbers, 'learningRate' | 'momentum' | 'batchesPerEpoch' | 'sampler'>;

/** Settings under the title of a picture; without how batches were drawn where it shows several ways. */
export function settings(
  { title, run }: Pick<ReportInput, 'title'> & { readonly run: Optimiser },
  withSampling = true,
): string {
  const { learningRate, momentum, batchesPerEpoch, sampler } = run;
  const words = `${withSampling ? `${SAMPLING[sampler]}; ` : ''}η = ${shortNumber(learningRate)}, β = ${shortNumber(momentum)}, M = ${wholeNumber(batchesPerEpoch)}`;
  return title ? `${title}\n${words}` : words;
}

/** The subtitle of a picture of a run, and what of it is this picture's own. */
export function subtitled(
  input: Parameters<typeof settings>[0],
  detail = '',
  withSampling = true,
): { readonly subtitle: string; readonly detail: string } {
  return { subtitle: [settings(input, withSampling), ...(detail === '' ? [] : [detail])].join('; '), detail };
}

/** The crossover, for pictures with λ along x. */
export function crossoverMarker(run: Pick<RunNumbers, 'crossoverEigenvalue'>): MarkerLine[] {
  const { crossoverEigenvalue } = run;
  if (!(crossoverEigenvalue > 0)) return [];
  return [{ value: crossoverEigenvalue, label: `crossover λ_× = ${shortNumber(crossoverEigenvalue)}` }];
}

/** `1 direction`, `17 directions`. */
export function directions(count: number): string {
  return `${wholeNumber(count)} ${count === 1 ? 'direction' : 'directions'}`;
}
