/** The variance of the samples' gradients along directions, by this process alone or with its crew. */
import { combineMoments, perSampleMoments, type SampleMoments, varianceOf } from '../noise/per-sample.ts';
import { RunError } from '../errors.ts';
import type { Report } from '../progress.ts';
import { partsOf } from './crew.ts';
import type { SubsetChoice } from './crew-member.ts';
import { chosenSamples, samplesOfPart } from './shared-hessian.ts';
import type { Workbench } from './workbench.ts';

/**
 * C₀ [k] over all training samples or a subset of them (null: all), as {@link perSampleVariance}.
 *
 * @param report told of this process's part: the others' are as large
 */
export async function sharedPerSampleVariance(
  bench: Workbench,
  seed: number,
  subset: SubsetChoice | null,
  theta: Float64Array,
  directions: Float32Array,
  report: Report,
): Promise<Float64Array> {
  const { crew, problem } = bench;
  const { samples } = chosenSamples(bench, seed, subset);
  // A part without a sample has no moments.
  if (!crew || samples < crew.size)
    return varianceOf(await perSampleMoments(problem, chosenSamples(bench, seed, subset), theta, directions, report));
  const parts = partsOf(samples, crew.size);
  const answers = await crew.order((member) => ({ momentsAt: theta, directions, part: parts[member], subset }));
  const own = await perSampleMoments(problem, samplesOfPart(bench, seed, parts[0], subset), theta, directions, report);
  const others = (await Promise.all(answers)).map(({ moments, error }): SampleMoments => {
    if (moments) return moments;
    throw new RunError(`a process that shares the work failed: ${error ?? 'no moments'}`);
  });
  return varianceOf(combineMoments([own, ...others]));
}
