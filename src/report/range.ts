/** The part of an axis that is shown, chosen from the data. */
import type { Scale } from './figure.ts';

/** Room on each side: a factor on log axes, a fraction of the span on linear ones. */
const LOG_ROOM = 1.3;
const LINEAR_ROOM = 0.04;
/** Values that lie further apart than this factor, with none in between, do not fit on one logarithmic axis. */
const GAP = 100;
/** What is not compared may stretch the axis by this factor. */
const FURTHEST = 1000;

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
 * median without a gap of more than a factor of 100; of the others, those that hang on to these likewise, up to a factor of
 * 1000 beyond. Along directions without noise a theory falls by 25 factors of ten: an axis that followed it would show
 * nothing else.
 *
 * @returns what hangs together of the others where nothing is compared; undefined without a single positive value
 */
export function belongingTogether(
  compared: readonly number[],
  others: readonly number[],
): readonly [number, number] | undefined {
  const drawable = (values: readonly number[]) => values.filter((value) => value > 0 && value < Infinity);
  const core = drawable(compared).length > 0 ? drawable(compared) : drawable(others);
  if (core.length === 0) return undefined;
  const middle = core.toSorted((a, b) => a - b)[core.length >> 1];
  const [low, high] = hangingTogether(core, [middle, middle]);
  const near = drawable(others).filter((value) => value >= low / FURTHEST && value <= high * FURTHEST);
  return hangingTogether(near, [low, high]);
}

/** Both ends moved outwards from value to value, over no gap of more than the factor. */
function hangingTogether(values: readonly number[], [low, high]: readonly [number, number]): readonly [number, number] {
  const sorted = values.toSorted((a, b) => a - b);
  for (const value of sorted) if (value > high && value <= high * GAP) high = value;
  for (const value of sorted.toReversed()) if (value < low && value >= low / GAP) low = value;
  return [low, high];
}
