/** Where a logarithmic axis has its ticks, and what is written at them. */
import { powerOfTen, scientificNumber, shortNumber } from './numbers.ts';

/** A tick; an empty label makes it a minor one. */
export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** With smaller numbers on an axis, all are written with a power of ten. */
const SMALLEST_PLAIN = 1e-3;
/** More decades than this and only every second, third, … is labelled. */
const LABELLED_DECADES = 9;

/**
 * Ticks of a logarithmic axis: every power of ten labelled as `10⁻³`, 2…9 times it without a label. Over less than two
 * decades 2 and 5 times them are labelled too, as plain numbers, and over less still all.
 *
 * @param low smallest value shown, > 0
 * @param high largest value shown, > low
 */
export function logTicks(low: number, high: number): Tick[] {
  const within = (value: number) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const decades = [];
  for (let exponent = first; exponent <= last; exponent++) if (within(10 ** exponent)) decades.push(exponent);
  const every = Math.max(1, Math.ceil(decades.length / LABELLED_DECADES));
  const few = high < 100 * low;

  const ticks: Tick[] = [];
  for (let exponent = first; exponent <= last; exponent++) {
    for (let factor = 1; factor < 10; factor++) {
      // `1e-3` parses to the nearest double, 10 ** -3 need not.
      const value = Number(`${factor}e${exponent}`);
      if (!within(value)) continue;
      ticks.push({ value, label: label(factor, exponent) });
    }
  }
  if (few && ticks.length > 1 && ticks.filter((tick) => tick.label !== '').length < 3)
    return ticks.map(({ value }) => ({ value, label: number(value) }));
  // A range between two ticks holds one or none: its ends are better than nothing.
  if (ticks.length < 2)
    return [low, ...ticks.map((tick) => tick.value).filter((value) => value > low && value < high), high].map(
      (value) => ({
        value,
        label: number(value),
      }),
    );
  return every > 4 ? ticks.filter((tick) => tick.label !== '') : ticks;

  /** All numbers of an axis in one form: `0.001` beside `5×10⁻⁴` would look like two units. */
  function number(value: number): string {
    return low < SMALLEST_PLAIN ? scientificNumber(value) : shortNumber(value);
  }

  function label(factor: number, exponent: number): string {
    if (few) return [1, 2, 5].includes(factor) ? number(Number(`${factor}e${exponent}`)) : '';
    return factor === 1 && exponent % every === 0 ? powerOfTen(exponent) : '';
  }
}

/** A number of a linear axis with as many decimals as tell the ticks apart, and a true minus sign. */
export function linearLabel(value: number, ticks: readonly number[]): string {
  const step = ticks.length > 1 ? Math.abs(ticks[1] - ticks[0]) : Math.abs(value) || 1;
  const decimals = Math.min(8, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)));
  const text = Math.abs(value) < step * 1e-6 ? '0' : Math.abs(value).toFixed(decimals);
  return (value < 0 && text !== '0' ? '−' : '') + text;
}
