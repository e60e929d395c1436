/** The few vector operations that the polish needs, float64. */

/** a·b. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** ‖vector‖. */
export const norm = (vector: Float64Array): number => Math.sqrt(dot(vector, vector));

/** a + b. */
export const plus = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value + b[i]);

/** target += factor · vector. */
export function axpy(target: Float64Array, factor: number, vector: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] += factor * vector[i];
}
