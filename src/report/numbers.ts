/** Numbers as they are written in pictures, tables and on pages: a true minus sign, powers of ten with superscripts. */

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

/** With so many decimals, zeros included; a power of ten with three digits where it is long: `0.600`, `−1.860`, `1.62×10⁵`. */
export function fixedNumber(value: number, decimals: number): string {
  if (!Number.isFinite(value) || Math.abs(value) >= 1000) return shortNumber(value);
  const text = Math.abs(value).toFixed(decimals);
  return (value < 0 && Number(text) !== 0 ? '−' : '') + text;
}

/** With so many significant digits, zeros included, and a power of ten: `1.210×10⁻⁴`. Numbers below one another line up. */
export function fixedScientific(value: number, digits: number): string {
  if (value === 0 || !Number.isFinite(value)) return shortNumber(value);
  const [mantissa, exponent] = Math.abs(value)
    .toExponential(digits - 1)
    .split('e');
  return `${value < 0 ? '−' : ''}${mantissa}×${powerOfTen(Number(exponent))}`;
}

/** A positive value with its standard error to the same decimals: `0.989 ± 0.014`, `26.0 ± 1.6`, `(1.62 ± 0.16)×10⁵`. */
export function withError(value: number, error: number | null): string {
  if (!(value < 1000)) {
    if (error === null || !Number.isFinite(value)) return shortNumber(value);
    const exponent = Math.floor(Math.log10(value));
    const scaled = (number: number) => (number / 10 ** exponent).toFixed(2);
    return `(${scaled(value)} ± ${scaled(error)})×${powerOfTen(exponent)}`;
  }
  const decimals = value < 10 ? 3 : value < 100 ? 1 : 0;
  return fixedNumber(value, decimals) + (error === null ? '' : ` ± ${fixedNumber(error, decimals)}`);
}

/** A whole number with a thin separator between thousands. */
export function wholeNumber(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
