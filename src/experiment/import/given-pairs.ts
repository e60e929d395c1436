/** Eigenpairs of the Hessian at the window's mean and the noise along them, where there is no network to find them with. */
import { ConfigurationError, DataError } from '../../errors.ts';
import { randomStream } from '../../random.ts';
import { toFloat64 } from '../../store/dtypes.ts';
import { readSafetensors, type SafetensorsFile } from '../../store/safetensors.ts';
import type { Experiment } from '../schema.ts';
import type { Directions } from '../spectrum/directions.ts';

/** How far a vector's length may be from 1, and two vectors' product from 0. */
const LENGTH_LIMIT = 1e-3;
const ANGLE_LIMIT = 1e-2;
/** Products of two vectors that are looked at; all where there are no more. */
const PAIRS_LOOKED_AT = 2000;

/** The directions of a file, in whatever order. @param size d @throws DataError where these are no orthonormal eigenpairs */
export function givenDirections({ import: given, seed }: Experiment, size: number): Directions {
  const path = given!.eigenpairs!;
  const file = readSafetensors(path);
  const eigenvalues = column(file, path, 'eigenvalues');
  const k = eigenvalues.length;
  const vectors = file.tensors.eigenvectors;
  if (!vectors || vectors.shape.join() !== `${k},${size}`)
    throw new DataError(
      `${path} has ${vectors ? `eigenvectors of shape [${vectors.shape.join(', ')}]` : 'no eigenvectors'}; expected [${k}, ${size}], a row for each of the ${k} eigenvalues`,
    );
  const eigenvectors = Float32Array.from(toFloat64(vectors.data, 'eigenvectors'));
  requireOrthonormal(eigenvectors, k, size, path, seed);
  const unknown = new Float64Array(k).fill(NaN);
  const residuals = 'residuals' in file.tensors ? column(file, path, 'residuals', k) : unknown;
  return {
    eigenvalues,
    eigenvectors,
    residuals,
    residualOverGap: unknown,
    density: { nodes: new Float64Array(0), weights: new Float64Array(0) },
    report: {
      wanted: k,
      converged: k,
      iterations: 0,
      products: 0,
      certified: { fresh: 0, disagreement: null },
      lowest: { eigenvalue: NaN, residual: NaN },
      asymmetry: 0,
      subset: null,
      shared: false,
    },
  };
}

/** Noise along the given directions, [k] each. */
export interface GivenNoise {
  readonly variance: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** NaN where nothing is known of it. */
  readonly multiplicative: Float64Array;
}

/** C of one batch's gradient along the directions, in the order of falling eigenvalues. @throws DataError where it is not there */
export function givenNoise({ import: given }: Experiment): GivenNoise {
  const path = given!.eigenpairs!;
  const file = readSafetensors(path);
  const eigenvalues = column(file, path, 'eigenvalues');
  const k = eigenvalues.length;
  const order = Array.from(eigenvalues.keys()).sort((a, b) => eigenvalues[b] - eigenvalues[a]);
  const sorted = (name: string) => {
    const values = column(file, path, name, k);
    return Float64Array.from(order, (from) => values[from]);
  };
  const variance = sorted('noise_variance');
  const wrong = variance.findIndex((value) => !(value >= 0));
  if (wrong !== -1) throw new DataError(`${path} has noise_variance ${variance[wrong]}; expected 0 or more`);
  const optional = (name: string, otherwise: Float64Array) => (name in file.tensors ? sorted(name) : otherwise);
  return {
    variance,
    low: optional('noise_variance_low', variance),
    high: optional('noise_variance_high', variance),
    multiplicative: optional('multiplicative_noise_variance', new Float64Array(k).fill(NaN)),
  };
}

function column({ tensors }: SafetensorsFile, path: string, name: string, length?: number): Float64Array {
  const tensor = tensors[name];
  if (!tensor || tensor.shape.length !== 1 || tensor.shape[0] === 0 || (length ?? tensor.shape[0]) !== tensor.shape[0])
    throw new DataError(
      `${path} has ${tensor ? `${name} of shape [${tensor.shape.join(', ')}]` : `no ${name}`}; expected [${length ?? 'directions'}]`,
    );
  return toFloat64(tensor.data, name);
}

function requireOrthonormal(rows: Float32Array, k: number, size: number, path: string, seed: number): void {
  const product = (a: number, b: number) => {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += rows[a * size + i] * rows[b * size + i];
    return sum;
  };
  for (let i = 0; i < k; i++) {
    const length = Math.sqrt(product(i, i));
    if (!(Math.abs(length - 1) <= LENGTH_LIMIT))
      throw new DataError(`${path}: eigenvector ${i} has length ${length.toPrecision(4)}; expected 1`);
  }
  const all = (k * (k - 1)) / 2;
  const random = randomStream(seed, 'import/orthogonality');
  for (let looked = 0; looked < Math.min(all, PAIRS_LOOKED_AT); looked++) {
    const [a, b] = all <= PAIRS_LOOKED_AT ? pairAt(looked) : anyPair(k, () => random.uniform());
    const angle = product(a, b);
    if (Math.abs(angle) > ANGLE_LIMIT)
      throw new ConfigurationError(
        `${path}: eigenvectors ${a} and ${b} have the product ${angle.toPrecision(2)}; expected 0, as of eigenvectors of one symmetric matrix`,
      );
  }
}

/** The n-th of the pairs (1, 0), (2, 0), (2, 1), … */
function pairAt(n: number): [number, number] {
  const a = Math.floor((1 + Math.sqrt(1 + 8 * n)) / 2);
  return [a, n - (a * (a - 1)) / 2];
}

function anyPair(k: number, uniform: () => number): [number, number] {
  const a = Math.min(k - 1, Math.floor(k * uniform()));
  const b = Math.min(k - 2, Math.floor((k - 1) * uniform()));
  return [a, b < a ? b : b + 1];
}
