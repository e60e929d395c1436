/** Curvatures along given directions at given points: gone on with, after an interruption, at the next direction. */
import { Disposables, openTogether } from '../disposables.ts';
import { openHessians } from '../hessian/hessian.ts';
import { checkedNorm } from '../hessian/product.ts';
import type { Samples } from '../models/problem.ts';
import type { Report } from '../progress.ts';
import { AT_THE_END, type Checkpoint } from '../store/checkpoint.ts';
import { requireTensor } from '../store/safetensors.ts';
import type { Reals } from '../tensor/types.ts';
import { measured } from './profile.ts';
import type { Workbench } from './workbench.ts';

/** Along what, and where. */
export interface CurvaturesWanted {
  /** θ [d] each. */
  readonly points: readonly Reals[];
  /** Unit rows [k, d], and which of them. */
  readonly eigenvectors: Float32Array;
  readonly rows: readonly number[];
}

/**
 * eᵀH(θ)e with each group's objective, L2 included; one product a point, direction and group.
 *
 * @returns [points, rows, groups]
 * @throws RunError for products that are not finite
 */
export async function curvaturesAt(
  { problem, savedBytes }: Pick<Workbench, 'problem' | 'savedBytes'>,
  groups: readonly Samples[],
  { points, eigenvectors, rows }: CurvaturesWanted,
  { checkpoint, report }: { readonly checkpoint: Checkpoint; readonly report: Report },
): Promise<Float64Array> {
  const { size } = problem;
  const shape = [points.length, rows.length, groups.length];
  const total = points.length * rows.length;
  const saved = checkpoint.load();
  const curvatures = saved
    ? requireTensor(saved, 'curvatures', 'F64').data
    : new Float64Array(total * groups.length).fill(NaN);
  const held = new Disposables();
  try {
    const { families } = held.add(openHessians(problem, groups, savedBytes));
    for (const [point, theta] of points.entries()) {
      const first = point * rows.length;
      const left = [...rows.keys()].filter((row) => Number.isNaN(curvatures[(first + row) * groups.length]));
      if (left.length === 0) continue;
      const here = openTogether((open) => {
        const hessians = families.map((family) => measured('Hessian products', open.add(family.at(theta)), 'apply'));
        return { hessians, dispose: () => open.dispose() };
      });
      try {
        for (const row of left) {
          const direction = Float64Array.from(eigenvectors.subarray(rows[row] * size, (rows[row] + 1) * size));
          const done = first + row + 1;
          for (const [group, hessian] of here.hessians.entries()) {
            const product = await hessian.apply(direction);
            checkedNorm(product, size, done);
            curvatures[(done - 1) * groups.length + group] = direction.reduce((sum, e, j) => sum + e * product[j], 0);
          }
          if (checkpoint.isDue(done < total ? 1 : AT_THE_END))
            checkpoint.save({ curvatures: { shape, data: curvatures } });
          await report(done, total);
        }
      } finally {
        here.dispose();
      }
    }
  } finally {
    held.dispose();
  }
  return curvatures;
}
