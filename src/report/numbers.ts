/** Numbers as they are written in pictures: a true minus sign, powers of ten with superscripts. */

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** `10⁻³` for −3. */
export function powerOfTen(exponent: number): string {
  const digits = [...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[Number(digit)]).join('');
  return `10${exponent < 0 ? '⁻' : ''}${digits}`;
}

/** At most `digits` significant digits, no trailing zeros; `6×10⁻⁵` where a plain decimal would be long. */
export function shortNumber(value: number, digits = 3): string {
  const rounded = Number(value.toPrecision(digits));
  const size = Math.abs(rounded);
  if (Number.isFinite(value) && value !== 0 && (size < 1e-3 || size >= 1e5)) return scientificNumber(value, digits);
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'undefined' : value > 0 ? '∞' : '−∞';
  return (rounded < 0 ? '−' : '') + String(size);
}

/** The same with a power of ten whatever the size: `2×10⁻²`, `10⁻³`. */
export function scientificNumber(value: number, digits = 3): string {
  if (value === 0 || !Number.isFinite(value)) return shortNumber(value, digits);
  const [mantissa, exponent] = Math.abs(value)
    .toExponential(digits - 1)
    .split('e');
  const factor = String(Number(mantissa));
  const power = powerOfTen(Number(exponent));
  return (value < 0 ? '−' : '') + (factor === '1' ? power : `${factor}×${power}`);
}

/** A whole number with a thin separator between thousands. */
export function wholeNumber(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
