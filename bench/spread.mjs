// @ts-check
/** The middle and the ends of repeated measurements. @param {number[]} values */
export function spread(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: sorted[sorted.length >> 1], low: sorted[0], high: sorted[sorted.length - 1] };
}

/** `1.87× as long (1.82 … 2.14)`. @param {{ median: number, low: number, high: number }} ratio */
export function timesAsLong({ median, low, high }) {
  return `${median.toFixed(2)}× as long (${low.toFixed(2)} … ${high.toFixed(2)})`;
}

const THREE_DIGITS = new Intl.NumberFormat('en', { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });

/** `0.169`, `49.8`, `1,250`. @param {number} value */
export const threeDigits = (value) => THREE_DIGITS.format(value);
