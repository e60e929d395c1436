/** Numbers as they are written in pictures: a true minus sign, powers of ten with superscripts. */

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** `10⁻³` for −3. */
export function powerOfTen(exponent: number): string {
  const digits = [...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[Number(digit)]).join('');
  return `10${exponent < 0 ? '⁻' : ''}${digits}`;
}

/** At most `digits` significant digits, no trailing zeros; `6×10⁻⁵` where a plain decimal would be long. */
export function shortNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'undefined' : value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const sign = value < 0 ? '−' : '';
  const [mantissa, exponent] = Math.abs(value)
    .toExponential(digits - 1)
    .split('e');
  const power = Number(exponent);
  if (power >= -3 && power < 5) return sign + String(Number(Math.abs(value).toPrecision(digits)));
  const factor = String(Number(mantissa));
  return sign + (factor === '1' ? powerOfTen(power) : `${factor}×${powerOfTen(power)}`);
}

/** A whole number with a thin separator between thousands. */
export function wholeNumber(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
