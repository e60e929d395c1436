/** The curvature over one standard deviation of the weights to either side of the window's mean. */
import type { Report } from '../../progress.ts';
import { randomStream, type RandomStream } from '../../random.ts';
import { AT_THE_END, type Checkpoint } from '../../store/checkpoint.ts';
import { requireTensor } from '../../store/safetensors.ts';
import type { Reals } from '../../tensor/types.ts';
import type { Spectrum } from '../run-files.ts';
import type { Departures } from './departures.ts';

/** Pairs of points that differ by rounding alone, from whose gradients the rounding of a gradient is told. */
export const ROUNDING_PAIRS = 4;

/** [q] each unless said otherwise. */
export interface FiniteSteps {
  readonly directions: Int32Array;
  /** Half the distance of the two points. */
  readonly step: Float64Array;
  /** [e·∇L(θ̄+σe) − e·∇L(θ̄−σe)]/(2σ) as each group of samples has it [groups, q]. */
  readonly curvature: Float64Array;
  /** Standard error of the curvature from the rounding of the gradients; {@link ROUNDING_PAIRS} degrees of freedom. */
  readonly rounding: Float64Array;
}

/**
 * [e·∇L(θ̄+σe) − e·∇L(θ̄−σe)]/(2σ) with σ the measured standard deviation of the weights. The points are rounded to the run's
 * precision, and the distance is that of the rounded ones.
 *
 * @param directions indices [q]
 * @param deviations σ of all directions [k]
 */
export async function finiteSteps(
  departures: Departures,
  { eigenvalues, eigenvectors }: Pick<Spectrum, 'eigenvalues' | 'eigenvectors'>,
  mean: Float64Array,
  directions: readonly number[],
  deviations: Float64Array,
  { seed, checkpoint, report }: { readonly seed: number; readonly checkpoint: Checkpoint; readonly report: Report },
): Promise<FiniteSteps> {
  const [q, size, k] = [directions.length, mean.length, eigenvalues.length];
  const step = new Float64Array(q);
  const curvature = new Float64Array(departures.groups * q);
  const saved = checkpoint.load();
  if (saved) {
    step.set(requireTensor(saved, 'step', 'F64').data);
    curvature.set(requireTensor(saved, 'curvature', 'F64').data);
  }
  for (let at = (saved?.metadata.done as number | undefined) ?? 0; at < q; at++) {
    const i = directions[at];
    const beside = (sign: number) =>
      departures.rounded(mean.map((value, j) => value + sign * deviations[i] * eigenvectors[i * size + j]));
    const { distance, departure } = await departures.between(beside(1), beside(-1));
    step[at] = distance[i] / 2;
    for (let group = 0; group < departures.groups; group++)
      curvature[group * q + at] = eigenvalues[i] + departure[group * k + i] / distance[i];
    await report(at + 1, q);
    if (checkpoint.isDue(at + 1 < q ? 1 : AT_THE_END))
      checkpoint.save(
        { step: { shape: [q], data: step }, curvature: { shape: [curvature.length], data: curvature } },
        { done: at + 1 },
      );
  }
  const noise = q > 0 ? await gradientRounding(departures, mean, k, randomStream(seed, 'curvature/rounding')) : null;
  return {
    directions: Int32Array.from(directions),
    step,
    curvature,
    rounding: step.map((half, at) => noise![directions[at]] / (2 * half)),
  };
}

/** Root mean square of what rounding adds to the difference of two gradients along each direction [k]. */
async function gradientRounding(
  departures: Departures,
  mean: Float64Array,
  k: number,
  random: RandomStream,
): Promise<Float64Array> {
  const near = (): Reals => {
    const point = departures.rounded(mean);
    const unit = point instanceof Float32Array ? 2 ** -23 : 2 ** -52;
    return point.map((value) => value * (1 + unit * (random.integer(2) === 0 ? 1 : -1)));
  };
  const squares = new Float64Array(k);
  for (let pair = 0; pair < ROUNDING_PAIRS; pair++) {
    const { departure } = await departures.between(near(), near());
    for (let i = 0; i < k; i++) {
      let sum = 0;
      for (let group = 0; group < departures.groups; group++) sum += departure[group * k + i];
      squares[i] += (sum / departures.groups) ** 2;
    }
  }
  return squares.map((square) => Math.sqrt(square / ROUNDING_PAIRS));
}
