/** What a straight line takes out of a window of whole cycles of one fixed shuffle. */
import type { UpdateRule } from './direction.ts';
import type { Expected } from './estimators.ts';
import type { EpochNoise } from './noise.ts';
import { cycleAutocovariance } from './shuffled-once.ts';
import { timeNorm } from './trend.ts';
import type { WindowMoments } from './window-moments.ts';

/**
 * Time over n cycles, summed at equal positions, is a sawtooth: n(p − (M−1)/2). Its product with the cycle's covariance
 * changes from one position to the next by −nM r(p+1), because the covariance sums to zero over a cycle.
 *
 * @param whole what the window shows without the line removed
 * @see docs/concepts/epoch-noise.md, equation 28
 */
export function cycleTrend(
  rule: UpdateRule,
  cycle: number,
  noise: EpochNoise,
  cycles: number,
  whole: WindowMoments,
): Expected {
  const { theta } = cycleAutocovariance(rule, cycle, noise);
  const updates = cycle * cycles;
  const norm = timeNorm(updates);
  const sawtooth = (position: number) => (cycles * (position - (cycle - 1) / 2)) / norm;
  let along = 0;
  for (let position = 0; position < cycle; position++) along += theta[position] * sawtooth(position);
  let [trace, square] = [0, 0];
  for (let position = 0; position < cycle; position++) {
    trace += sawtooth(position) * along;
    square += cycles * along * along;
    along -= (updates / norm) * theta[(position + 1) % cycle];
  }
  const all = whole.thetaVariance * updates;
  const left = all - trace;
  const leftSquare = all ** 2 / whole.thetaDegreesOfFreedom - (2 * square - trace * trace);
  return { variance: left / updates, degreesOfFreedom: left ** 2 / leftSquare };
}
