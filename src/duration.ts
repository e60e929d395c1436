/** Time in words. Depends on nothing. */

/** `0.4 s`, `75 s`, `12 min`, `2 h 10 min`, `1 d 4 h`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${seconds.toFixed(0)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 24 * 60) return inTwo(minutes, 60, 'h', 'min');
  return inTwo(Math.round(minutes / 60), 24, 'd', 'h');
}

/** A whole number of small units as so many large ones and the rest, which is left out where there is none. */
function inTwo(count: number, per: number, large: string, small: string): string {
  const rest = count % per;
  return `${Math.floor(count / per)} ${large}${rest > 0 ? ` ${rest} ${small}` : ''}`;
}

/** A short time in two digits: `0.20 ms`, `180 ms`, `2.3 s`. */
export function inMilliseconds(milliseconds: number): string {
  const [digits, unit] = milliseconds < 999.5 ? [milliseconds, 'ms'] : [milliseconds / 1000, 's'];
  return `${digits < 99.5 ? digits.toPrecision(2) : digits.toFixed(0)} ${unit}`;
}
