/** The part of an axis that is shown, chosen from the data. */
import type { Scale } from './figure.ts';

/** Room on each side: a factor on log axes, a fraction of the span on linear ones. */
const LOG_ROOM = 1.3;
const LINEAR_ROOM = 0.04;

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
