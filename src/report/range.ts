/** The part of an axis that is shown, chosen from the data. */
import type { Scale } from './figure.ts';

/** Room on each side: a factor on log axes, a fraction of the span on linear ones. */
const LOG_ROOM = 1.3;
const LINEAR_ROOM = 0.04;
/** Values that lie further apart than this factor, with none in between, do not fit on one logarithmic axis. */
const REACH = 100;

/**
 * Smallest range that shows all values with some room around them. Values an axis cannot show (NaN, and on log axes
 * everything ≤ 0) are passed over; with none left any range will do, and it is 1/10…10 or 0…1.
 */
export function rangeOf(values: Iterable<number>, scale: Scale): readonly [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value) || (scale === 'log' && value <= 0)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return scale === 'log' ? [0.1, 10] : [0, 1];
  if (scale === 'log') return low === high ? [low / 3, high * 3] : [low / LOG_ROOM, high * LOG_ROOM];
  const room = low === high ? Math.abs(low) / 10 || 1 : (high - low) * LINEAR_ROOM;
  return [low - room, high + room];
}

/**
 * Smallest and largest value that a logarithmic axis has to show: of those compared, all that hang together about their
 * median without a gap of more than a factor of 100; of the others, those that lie no further than that beyond. Along
 * directions without noise a theory falls by 25 factors of ten: an axis that followed it would show nothing else.
 *
 * @returns what any others span where nothing is compared; undefined without a single positive value
 */
export function belongingTogether(
  compared: Iterable<number>,
  others: Iterable<number>,
): readonly [number, number] | undefined {
  const drawable = (values: Iterable<number>) =>
    [...values].filter((value) => value > 0 && value < Infinity).sort((a, b) => a - b);
  const first = drawable(compared);
  const core = first.length > 0 ? first : drawable(others);
  if (core.length === 0) return undefined;
  let [from, to] = [core.length >> 1, core.length >> 1];
  while (from > 0 && core[from] <= REACH * core[from - 1]) from--;
  while (to < core.length - 1 && core[to + 1] <= REACH * core[to]) to++;
  const near = drawable(others).filter((value) => value >= core[from] / REACH && value <= core[to] * REACH);
  return [Math.min(core[from], near[0] ?? Infinity), Math.max(core[to], near.at(-1) ?? 0)];
}
