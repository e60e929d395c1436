/** What a run's files hold, and the little arithmetic that the definitions need. */
import { join } from 'node:path';
import { readJson } from '../../../src/store/json.ts';
import { readSafetensors } from '../../../src/store/safetensors.ts';
import type { Summary } from '../../../src/report/summary.ts';
import { range } from '../../hessian/plain-mlp.ts';
import { plain, SAMPLES, SIZE, tinySamples, WEIGHT_DECAY } from './tiny.ts';

/** The samples of the tiny experiment, and the indices of all of them. */
export const data = tinySamples();
export const everyone = range(SAMPLES);

/** Values of one tensor of a run. */
export const numbers = (directory: string, file: string, tensor: string): Float64Array =>
  readSafetensors(join(directory, `${file}.safetensors`)).tensors[tensor].data as Float64Array;

export const summary = (directory: string): Summary => readJson<Summary>(join(directory, 'summary.json'));
export const warningCodes = (directory: string): string[] => summary(directory).warnings.map(({ code }) => code);

export const row = (values: Float64Array, index: number, width = SIZE): Float64Array =>
  values.subarray(index * width, (index + 1) * width);

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Variance over the samples of e·∇ℓ_n at the run's mean, over N−1, for each of its directions: C₀. */
export function perSampleVariances(directory: string): number[] {
  const gradients = everyone.map((n) => plain.gradient(numbers(directory, 'mean', 'theta'), data, n));
  return range(SIZE).map((i) => {
    const e = row(numbers(directory, 'spectrum', 'eigenvectors'), i);
    const along = gradients.map((gradient) => dot(e, gradient));
    const mean = along.reduce((sum, value) => sum + value, 0) / SAMPLES;
    return along.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (SAMPLES - 1);
  });
}

/** Central differences of the plain gradient of the objective: Hv to about 1e-9. */
export function hessianTimes(theta: Float64Array, vector: ArrayLike<number>): Float64Array {
  const step = 1e-5;
  const at = (sign: number) =>
    plain.meanGradient(
      theta.map((value, i) => value + sign * step * vector[i]),
      data,
      everyone,
      WEIGHT_DECAY,
    );
  const behind = at(-1);
  return at(1).map((value, i) => (value - behind[i]) / (2 * step));
}
