/**
 * By how much curvatures along given directions differ between two points, on a seeded subset of the samples. A subset's
 * curvatures are off by several per cent; their change from one point to the next is off by that part of itself only.
 */
import { openTogether } from '../../disposables.ts';
import { openHessians } from '../../hessian/hessian.ts';
import { checkedNorm } from '../../hessian/product.ts';
import { meanOverGroups } from '../../statistics/mean.ts';
import { AT_THE_END } from '../../store/checkpoint.ts';
import { requireTensor } from '../../store/safetensors.ts';
import type { Context } from '../context.ts';
import { measured } from '../profile.ts';
import { chosenSamples, equalGroups, type Workbench } from '../workbench.ts';

/** Of the subset, whose scatter gives the intervals. */
export const GROUPS = 8;

/** Two points, float64 [d]. */
export interface Move {
  readonly from: Float64Array;
  readonly to: Float64Array;
}

/** eᵀ(H(to) − H(from))e [k], with half its 95 % interval. */
export interface CurvatureChanges {
  readonly value: Float64Array;
  readonly margin: Float64Array;
}

/**
 * One product a direction, point and group. L2 drops out; the intervals are of the mean over all samples, of which the
 * subset is a part.
 *
 * @param eigenvectors unit rows [k, d]
 * @param samples of the subset, a multiple of {@link GROUPS}
 */
export async function curvatureChanges(
  { experiment: { seed }, voice, checkpoint }: Pick<Context, 'experiment' | 'voice' | 'checkpoint'>,
  bench: Workbench,
  { from, to }: Move,
  eigenvectors: Float32Array,
  samples: number,
): Promise<CurvatureChanges> {
  const { size } = bench.problem;
  const count = eigenvectors.length / size;
  const progress = checkpoint('curvatures');
  const saved = progress.load();
  /** eᵀHe [points, k, groups]. */
  const quotients = saved
    ? requireTensor(saved, 'quotients', 'F64').data
    : new Float64Array(2 * count * GROUPS).fill(NaN);
  const report = voice.begin(`change of curvatures on ${samples} samples`);
  const opened = openTogether((held) => {
    const chosen = chosenSamples(bench, seed, { count: samples, purpose: 'spectrum/change' });
    const { families } = held.add(openHessians(bench.problem, equalGroups(chosen, GROUPS), bench.savedBytes));
    return { families, dispose: () => held.dispose() };
  });
  try {
    for (const [point, theta] of [from, to].entries()) {
      const hessians = openTogether((held) => {
        const groups = opened.families.map((family) =>
          measured('Hessian products', held.add(family.at(theta)), 'apply'),
        );
        return { groups, dispose: () => held.dispose() };
      });
      try {
        for (let i = 0; i < count; i++) {
          const row = (point * count + i) * GROUPS;
          if (!Number.isNaN(quotients[row])) continue;
          const vector = Float64Array.from(eigenvectors.subarray(i * size, (i + 1) * size));
          hessians.groups.forEach((hessian, group) => {
            const product = hessian.apply(vector);
            checkedNorm(product, size, i + 1);
            quotients[row + group] = product.reduce((sum, value, j) => sum + value * vector[j], 0);
          });
          if (progress.isDue(point * count + i + 1 < 2 * count ? 1 : AT_THE_END))
            progress.save({ quotients: { shape: [2, count, GROUPS], data: quotients } });
          await report(point * count + i + 1, 2 * count);
        }
      } finally {
        hessians.dispose();
      }
    }
  } finally {
    opened.dispose();
  }
  const share = Math.sqrt(1 - samples / bench.samples);
  const changes = Array.from({ length: count }, (_, i) => {
    const at = (point: number) => quotients.subarray((point * count + i) * GROUPS, (point * count + i + 1) * GROUPS);
    const before = at(0);
    return meanOverGroups(
      at(1).map((value, group) => value - before[group]),
      GROUPS,
    );
  });
  return {
    value: Float64Array.from(changes, ({ value }) => value),
    margin: Float64Array.from(changes, ({ value, high }) => share * (high - value)),
  };
}
