/**
 * By how much curvatures along given directions differ between two points, on a seeded subset of the samples. A subset's
 * curvatures are off by several per cent; their change from one point to the next is off by that part of itself only.
 */
import { meanOverGroups } from '../../statistics/mean.ts';
import type { Context } from '../context.ts';
import { curvaturesAt } from '../curvatures-at.ts';
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
  const groups = equalGroups(chosenSamples(bench, seed, { count: samples, purpose: 'spectrum/change' }), GROUPS);
  const quotients = await curvaturesAt(
    bench,
    groups,
    { points: [from, to], eigenvectors, rows: [...Array(count).keys()] },
    { checkpoint: checkpoint('curvatures'), report: voice.begin(`change of curvatures on ${samples} samples`) },
  );
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
