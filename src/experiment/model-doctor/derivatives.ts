/** A model's derivatives at a point against central differences, which know nothing of how derivatives are taken. */
import { Disposables } from '../../disposables.ts';
import { openHessian } from '../../hessian/hessian.ts';
import { type FullBatch, openFullBatch } from '../../models/full-batch.ts';
import { places } from '../../models/model.ts';
import type { Problem, Samples } from '../../models/problem.ts';
import type { RandomStream } from '../../random.ts';
import { axpy, dot, norm } from '../../sgd/vectors.ts';
import { sizeOf } from '../../tensor/types.ts';
import { brief, type Finding, finiteOf, within } from './finding.ts';
import type { Kinks } from './kinks.ts';

/**
 * Lengths of steps, and the largest relative errors that rounding explains. The best step counts: long ones err by the
 * third derivative, short ones by rounding, and a step that crosses a kink by more than either. Central differences of
 * gradients at float64 reach about 1e-9, at float32 about 1e-3.
 */
const LIMITS = {
  float64: {
    steps: [1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7],
    gradient: 1e-5,
    product: 1e-5,
    asymmetry: 1e-8,
    rounding: 1e-15,
  },
  float32: { steps: [0.3, 0.1, 0.03, 0.01, 0.003], gradient: 3e-2, product: 3e-2, asymmetry: 1e-3, rounding: 1e-7 },
} as const;
/** Where the loss is flat, errors are measured in these shares of its value, or of its gradient. */
const FLAT = { gradient: 1e-3, product: 1e-6 };
/** Other ops than the checked ones do not get here. */
const OWN_GRADIENT =
  'forward must neither give gradients of its own (customGrad) nor read the values of tensors (dataSync), but compute by the ops that it is given';

/** What was computed at a point. */
interface AtPoint {
  readonly value: number;
  readonly gradient: Float64Array;
  /** Two directions, and what the Hessian makes of them. */
  readonly u: Float64Array;
  readonly v: Float64Array;
  readonly hu: Float64Array;
  readonly hv: Float64Array;
}

/**
 * @param theta a point that lies on no kink
 * @param where the point in words
 */
export async function checkDerivatives(
  problem: Problem,
  samples: Samples,
  theta: Float64Array,
  kinks: Kinks,
  random: RandomStream,
  where: string,
): Promise<Finding[]> {
  const held = new Disposables();
  try {
    const full = held.add(openFullBatch(problem, samples));
    const hessian = held.add(held.add(openHessian(problem, samples)).at(theta));
    const [u, v] = [0, 1].map(() => unit(theta.map(() => random.normal())));
    const here = await full.valueAndGradient(theta);
    const point = { ...here, u, v, hu: await hessian.apply(u), hv: await hessian.apply(v) };
    const finite = checkFinite(point);
    if (finite.state === 'failed') return [finite];
    return [
      finite,
      checkUse(problem, point.gradient),
      await checkGradient(problem, full, theta, point, where),
      await checkProduct(problem, full, theta, point, kinks, where),
      checkSymmetry(problem, point),
    ];
  } finally {
    held.dispose();
  }
}

function checkFinite({ value, gradient, hu, hv }: AtPoint): Finding {
  const text = `outputs, loss (${value.toPrecision(3)}), gradient and Hessian products`;
  return (
    finiteOf('loss', [value]) ??
    finiteOf('gradient', gradient) ??
    finiteOf('Hessian products', [...hu, ...hv]) ?? { check: 'finite', state: 'passed', value: 0, text }
  );
}

function checkUse({ model, backend }: Problem, gradient: Float64Array): Finding {
  const check = 'weights in use';
  const least = LIMITS[backend.precision].rounding * norm(gradient);
  const unused = places(model.shapes).filter(({ shape, offset }) =>
    gradient.subarray(offset, offset + sizeOf(shape)).every((slope) => Math.abs(slope) <= least),
  );
  const value = unused.length;
  const all = model.shapes.length;
  if (value === 0)
    return {
      check,
      state: 'passed',
      value,
      text: all === 1 ? 'the parameter has a gradient' : `all ${all} parameters have a gradient`,
    };
  const names = unused.map(({ name }) => name).join(', ');
  const text = `${names} ${value > 1 ? 'have' : 'has'} no gradient: not used by the forward pass, or cut off by weights that are 0`;
  return { check, state: 'warned', value, text };
}

async function checkGradient(
  { backend, size }: Problem,
  full: FullBatch,
  theta: Float64Array,
  { value, gradient, u }: AtPoint,
  where: string,
): Promise<Finding> {
  const { steps, gradient: limit } = LIMITS[backend.precision];
  // Not downhill: along the gradient networks with kinks and normalisations bend within the shortest step.
  const slope = dot(gradient, u);
  const typical = norm(gradient) / Math.sqrt(size);
  const scale = Math.max(Math.abs(slope), typical / 10) + FLAT.gradient * Math.abs(value) + Number.MIN_VALUE;
  const errors: number[] = [];
  for (const step of steps) {
    const ahead = await full.value(moved(theta, u, step));
    const behind = await full.value(moved(theta, u, -step));
    errors.push(Math.abs((ahead - behind) / (2 * step) - slope) / scale);
  }
  const error = least(errors);
  return within(
    'gradient',
    error,
    limit,
    `differences of the loss agree to ${brief(error)}, ${where}`,
    `differences of the loss disagree by ${brief(error)} (limit ${brief(limit)}), ${where}: ${OWN_GRADIENT}`,
  );
}

async function checkProduct(
  { backend }: Problem,
  full: FullBatch,
  theta: Float64Array,
  { gradient, v, hv }: AtPoint,
  kinks: Kinks,
  where: string,
): Promise<Finding> {
  const { steps, product: limit } = LIMITS[backend.precision];
  const scale = norm(hv) + FLAT.product * norm(gradient) + Number.MIN_VALUE;
  const errors: number[] = [];
  for (const step of steps) {
    const { gradient: ahead } = await full.valueAndGradient(moved(theta, v, step));
    const { gradient: behind } = await full.valueAndGradient(moved(theta, v, -step));
    errors.push(norm(hv.map((product, i) => (ahead[i] - behind[i]) / (2 * step) - product)) / scale);
  }
  const error = least(errors);
  const found = within(
    'Hessian products',
    error,
    limit,
    `differences of the gradient agree to ${brief(error)}, ${where}`,
    `differences of the gradient disagree by ${brief(error)} (limit ${brief(limit)}), ${where}: ${OWN_GRADIENT}`,
  );
  // Steps as long as float32 needs cross kinks.
  if (found.state === 'passed' || backend.precision === 'float64' || kinks.ops.length === 0) return found;
  const text = `differences of the gradient disagree by ${brief(error)}, ${where}: at float32 that may come of the kinks of ${kinks.ops.join(', ')}; back end tensorflow tells`;
  return { ...found, state: 'warned', text };
}

function checkSymmetry({ backend, size }: Problem, { u, v, hu, hv }: AtPoint): Finding {
  const { asymmetry: limit } = LIMITS[backend.precision];
  // Of the size that the product of a unit vector with one that points anywhere has.
  const scale = (norm(hu) + norm(hv)) / Math.sqrt(size) + Number.MIN_VALUE;
  const error = Math.abs(dot(u, hv) - dot(v, hu)) / scale;
  return within(
    'symmetric',
    error,
    limit,
    `uᵀHv = vᵀHu to ${brief(error)}`,
    `uᵀHv and vᵀHu differ by ${brief(error)} (limit ${brief(limit)}): what is differentiated is no gradient of a loss`,
  );
}

const least = (errors: readonly number[]): number =>
  errors.reduce((best, error) => (error < best || Number.isNaN(best) ? error : best), NaN);

function moved(theta: Float64Array, direction: Float64Array, by: number): Float64Array {
  const there = theta.slice();
  axpy(there, by, direction);
  return there;
}

function unit(vector: Float64Array): Float64Array {
  const length = norm(vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}
