/** What the curvature at the minimum says before the window is recorded. */
import { Disposables } from '../../disposables.ts';
import { ConfigurationError } from '../../errors.ts';
import { type HessianAt, openHessian } from '../../hessian/hessian.ts';
import { lanczos } from '../../hessian/lanczos.ts';
import { AT_THE_END } from '../../store/checkpoint.ts';
import { openJournal } from '../../store/journal.ts';
import type { Reals } from '../../tensor/types.ts';
import { crossoverEigenvalue } from '../../theory/index.ts';
import type { Context } from '../context.ts';
import { makeRoom } from '../memory.ts';
import { measured } from '../profile.ts';
import { estimateVisibility, type Visibility, visibilityInWords, warningOfInvisibility } from '../visibility.ts';
import { affordableSamples, chosenSamples, type Workbench } from '../workbench.ts';

/** The largest eigenvalue is wanted to tell stability only. */
const STABILITY_TOLERANCE = 1e-2;
/**
 * Layer outputs over the samples that are looked at. Of large networks that is a seeded subset: its trace is unbiased, and off
 * by a few per cent; its largest eigenvalue is a little too large.
 */
const UNITS = 3e7;

/** How many samples are looked at; all, where these are not too many. */
export const samplesLookedAt = (bench: Pick<Workbench, 'samples' | 'problem'>): number =>
  affordableSamples(bench, UNITS);

/**
 * Looks at the minimum, and says what is to be expected there.
 *
 * @throws ConfigurationError where the learning rate is beyond the stability of the stiffest direction: 2(1+β)/λ_max
 */
export async function lookAtMinimum(context: Context, bench: Workbench, theta: Reals): Promise<Visibility> {
  const { experiment, voice } = context;
  const checkpoint = context.checkpoint('visibility');
  const known = checkpoint.load()?.metadata.visibility as Visibility | undefined;
  const visibility = known ?? (await measureVisibility(context, bench, theta));
  if (!known && checkpoint.isDue(AT_THE_END)) checkpoint.save({}, { visibility });
  voice.say(visibilityInWords(visibility));
  const warning = warningOfInvisibility(visibility);
  if (warning && experiment.sgd.sampler !== 'with-replacement') voice.warn(warning);
  return visibility;
}

async function measureVisibility(
  { experiment: { sgd, seed }, voice, checkpoint }: Context,
  bench: Workbench,
  theta: Reals,
): Promise<Visibility> {
  const { batchesPerEpoch, problem } = bench;
  const samples = batchesPerEpoch * sgd.batchSize;
  const held = new Disposables();
  try {
    const journal = openJournal(checkpoint('minimum'), problem.size);
    held.add({ dispose: () => journal.close() });
    const count = samplesLookedAt(bench);
    const subset = count < bench.samples ? { count, purpose: 'record/look' } : null;
    if (subset) voice.say(`curvature at the minimum: that of ${count} samples`);
    const hessian = held.add(openHessian(problem, chosenSamples(bench, seed, subset), bench.savedBytes));
    const at: HessianAt = held.add(hessian.at(theta));
    const counted = measured('Hessian products', at, 'apply');
    const apply = (vector: Float64Array) => journal.recall(vector, () => counted.apply(vector));
    const operator = { size: problem.size, relativePrecision: at.relativePrecision, apply };
    const report = voice.begin('largest curvature');
    const { eigenvalues } = await lanczos(operator, {
      eigenpairs: 1,
      tolerance: STABILITY_TOLERANCE,
      seed,
      wayOut: () => makeRoom(at),
      onProgress: ({ iteration, expected }) => report(iteration, expected),
    });
    const limit = (2 * (1 + sgd.momentum)) / eigenvalues[0];
    if (sgd.learningRate >= limit && eigenvalues[0] > 0)
      throw new ConfigurationError(
        `sgd.learningRate is ${sgd.learningRate}, but the largest Hessian eigenvalue here is ${eigenvalues[0].toPrecision(4)}, where heavy ball diverges from ${limit.toPrecision(4)} = 2(1+β)/λ_max on: lower it below that`,
      );
    const crossover = crossoverEigenvalue({ ...sgd, batchesPerEpoch });
    const settings = { weightDecay: sgd.weightDecay, samples, crossover, seed };
    return await estimateVisibility(operator, settings, voice.begin('trace of the Hessian'));
  } finally {
    held.dispose();
  }
}
