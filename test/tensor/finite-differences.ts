/** Derivatives by differences of values: they share no code with automatic differentiation. */

/**
 * Derivative at 0 of a function of one number with vector values: five-point stencil, error of fourth order.
 * At float64 and a step of 1e-3 the truncation (h⁴/30 times the fifth derivative) and the rounding (1e-16/h) both lie
 * below 1e-10 for functions whose derivatives are of order 1 to 100.
 */
export async function derivativeAtZero(
  curve: (t: number) => ArrayLike<number> | Promise<ArrayLike<number>>,
  step = 1e-3,
): Promise<Float64Array> {
  const values: Float64Array[] = [];
  for (const t of [-2 * step, -step, step, 2 * step]) values.push(Float64Array.from(await curve(t)));
  const [back2, back1, forth1, forth2] = values;
  return back2.map((value, i) => (value - 8 * back1[i] + 8 * forth1[i] - forth2[i]) / (12 * step));
}

/** The gradient of a scalar function, one coordinate at a time. */
export async function gradientByDifferences(
  value: (point: Float64Array) => Promise<number>,
  point: Float64Array,
): Promise<Float64Array> {
  const gradient = new Float64Array(point.length);
  for (let i = 0; i < point.length; i++)
    [gradient[i]] = await derivativeAtZero(async (t) => [await value(point.map((x, j) => (i === j ? x + t : x)))]);
  return gradient;
}

/** The derivative of a vector function along a direction. */
export function alongDirection(
  values: (point: Float64Array) => ArrayLike<number> | Promise<ArrayLike<number>>,
  point: Float64Array,
  direction: Float64Array,
): Promise<Float64Array> {
  return derivativeAtZero((t) => values(point.map((x, i) => x + t * direction[i])));
}

/** Largest absolute difference of two vectors of one length. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`vectors of ${a.length} and ${b.length} elements are compared`);
  // Math.max of a NaN is NaN, which no tolerance accepts.
  return Math.max(0, ...Array.from(a, (value, i) => Math.abs(value - b[i])));
}

export const largest = (a: ArrayLike<number>): number => Math.max(0, ...Array.from(a, Math.abs));
