/** The variance of the samples' gradients along directions, by this process alone or with its crew. */
import { combineMoments, perSampleMoments, perSampleVariance, varianceOf } from '../noise/per-sample.ts';
import type { Report } from '../progress.ts';
import type { SubsetChoice } from './crew-member.ts';
import { chosenSamples, expected, samplesOfPart, shareOut } from './shared-hessian.ts';
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
  const { problem } = bench;
  const shares = shareOut(bench, subset);
  if (!shares) return await perSampleVariance(problem, chosenSamples(bench, seed, subset), theta, directions, report);
  const { crew, parts } = shares;
  const answers = await crew.order((member) => ({ momentsAt: theta, directions, part: parts[member], subset }));
  const own = await perSampleMoments(problem, samplesOfPart(bench, seed, parts[0], subset), theta, directions, report);
  const others = (await Promise.all(answers)).map((answer) => expected(answer, 'moments'));
  return varianceOf(combineMoments([own, ...others]));
}
