/**
 * Principal components of the path, and of a random walk of the same length: sorting by sample variance makes variance and
 * curvature of the components beyond the first ten or so seem related by a power law where they are not.
 *
 * @see docs/concepts/measuring.md
 */
import { lanczos } from '../../hessian/lanczos.ts';
import { FLOAT32_PRECISION, FLOAT64_PRECISION, operatorFrom } from '../../hessian/operator.ts';
import type { Report } from '../../progress.ts';
import { randomStream } from '../../random.ts';
import { fitLogLogSlope } from '../../statistics/line-fit.ts';
import { openProjection } from '../../tensor/projection.ts';
import { quadraticPath } from '../../theory/index.ts';
import { gram } from '../noise/window-noise.ts';
import type { Workbench } from '../workbench.ts';
import type { WindowSettings } from './directions.ts';

/** Components of one path along the computed directions, by falling variance. */
export interface Components {
  readonly variance: Float64Array;
  /** uᵀHu in the computed subspace. */
  readonly curvature: Float64Array;
  /** Share of all variance. */
  readonly share: Float64Array;
}

/** How many components, at most. */
const COMPONENTS = 200;
/** The exponent is fitted from this rank on: the first few components are drift or slow modes. */
const FIRST_FITTED = 10;
const TOLERANCE = 1e-5;

/** @param theta the path along the directions about its mean [K, k] */
export async function principalComponents(
  theta: Float32Array | Float64Array,
  eigenvalues: Float64Array,
  problem: Workbench['problem'],
  seed: number,
  report: Report,
): Promise<Components> {
  const k = eigenvalues.length;
  const updates = theta.length / k;
  const array = problem.backend.precision === 'float32' ? Float32Array : Float64Array;
  const covariance = await gram(theta, k, problem, report);
  let total = 0;
  for (let i = 0; i < k; i++) total += covariance[i * k + i] / updates;
  const projection = openProjection(problem.backend, covariance, k, k);
  // The covariance is symmetric: its rows are its columns.
  const operator = operatorFrom(
    k,
    async (vector) => Float64Array.from(await projection.project(array.from(vector), 1), (value) => value / updates),
    problem.backend.precision === 'float32' ? FLOAT32_PRECISION : FLOAT64_PRECISION,
  );
  let found: Awaited<ReturnType<typeof lanczos>>;
  try {
    found = await lanczos(operator, {
      eigenpairs: Math.min(COMPONENTS, k, updates - 1),
      tolerance: TOLERANCE,
      seed,
      certify: false,
      onProgress: ({ iteration, expected }) => report(iteration, expected),
    });
  } finally {
    projection.dispose();
  }
  const curvature = Float64Array.from(found.eigenvalues, (_, rank) => {
    let sum = 0;
    for (let i = 0; i < k; i++) sum += eigenvalues[i] * found.eigenvectors[rank * k + i] ** 2;
    return sum;
  });
  return { variance: found.eigenvalues, curvature, share: found.eigenvalues.map((value) => value / total) };
}

/**
 * A window of the quadratic model under white Gaussian noise: what independent batches of the same variance would make,
 * from rest through the run's own burn-in [K, k], its mean removed.
 */
export async function randomWalk(
  { learningRate, momentum, batchesPerEpoch, updates, burnInUpdates }: WindowSettings,
  eigenvalues: Float64Array,
  noiseVariances: Float64Array,
  seed: number,
  report: Report,
): Promise<Float32Array> {
  const k = eigenvalues.length;
  const random = randomStream(seed, 'compare/random-walk');
  const path = quadraticPath({ learningRate, momentum, eigenvalues });
  const scale = noiseVariances.map((value) => Math.sqrt(Math.max(0, value)));
  const window = new Float32Array(updates * k);
  const sum = new Float64Array(k);
  const noise = new Float64Array(batchesPerEpoch * k);
  for (let done = 0; done < burnInUpdates + updates; done += batchesPerEpoch) {
    await report(done, burnInUpdates + updates);
    for (let at = 0; at < noise.length; at++) noise[at] = scale[at % k] * random.normal();
    const { theta } = path.advance(noise);
    if (done < burnInUpdates) continue;
    window.set(theta, (done - burnInUpdates) * k);
    for (let at = 0; at < theta.length; at++) sum[at % k] += theta[at];
  }
  for (let at = 0; at < window.length; at++) window[at] -= sum[at % k] / updates;
  return window;
}

/** Slope of log variance over log curvature, from this rank on: the tenth, where there are enough. */
export function componentExponent({ variance, curvature }: Components): {
  readonly exponent: number | null;
  readonly firstRank: number;
} {
  const firstRank = variance.length > 2 * FIRST_FITTED ? FIRST_FITTED : 1;
  const tail = (values: Float64Array) => [...values.subarray(firstRank - 1)];
  return { exponent: fitLogLogSlope(tail(curvature), tail(variance))?.value ?? null, firstRank };
}
