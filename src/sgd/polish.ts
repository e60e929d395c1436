/**
 * Goes to the minimum before the window opens, so that what the window shows is noise and not descent.
 *
 * First a trust-region Newton–CG (Steihaug 1983; Nocedal & Wright, algorithm 7.2), which follows negative curvature away
 * from saddles. Then, in the quadratic region, Newton steps along the Hessian's eigendirections with |λ| in place of λ
 * (the saddle-free Newton method, Dauphin et al. 2014), until the drift that is left is small against the fluctuations
 * that the theory predicts.
 */
import type { Report } from '../progress.ts';

/** What the polish needs from other rooms. Vectors are float64 [d]. */
export interface PolishTools {
  valueAndGradient(theta: Float64Array): { readonly value: number; readonly gradient: Float64Array };
  hessianAt(theta: Float64Array): Operator;
  /** Eigenpairs at a point: all of them where that is affordable, else the leading ones. */
  eigenpairs(operator: Operator): Promise<Eigenpairs>;
  /** Gives, for the eigenpairs at a point, the drift of a gradient there. */
  drift(theta: Float64Array, pairs: Eigenpairs): Promise<(gradientAlong: Float64Array) => Drift>;
}

export interface Operator {
  readonly size: number;
  apply(vector: Float64Array): Float64Array;
  dispose(): void;
}

export interface Eigenpairs {
  /** Descending [k]. */
  readonly eigenvalues: Float64Array;
  /** Unit rows [k, d]. */
  readonly eigenvectors: Float32Array;
}

/** Median over the directions above λ_cross/100 of the drift over the window, in predicted standard deviations. */
export interface Drift {
  readonly median: number;
  readonly directions: number;
}

export interface PolishOptions {
  /** Newton steps at the most, of both kinds together. */
  readonly iterations: number;
  /** The drift to reach. */
  readonly driftRatio: number;
  /** Curvatures below this are treated as this one: there the quadratic model is not trusted that far. */
  readonly smallestCurvature: number;
}

export interface PolishResult {
  readonly theta: Float64Array;
  readonly converged: boolean;
  /** One sentence: what was reached, or why no more. */
  readonly verdict: string;
  readonly drift: Drift;
  readonly steps: readonly PolishStep[];
}

export interface PolishStep {
  readonly kind: 'newton-cg' | 'eigenbasis';
  /** Objective and gradient norm before the step. */
  readonly value: number;
  readonly gradientNorm: number;
  /** Known in the eigenbasis only. */
  readonly drift: number | null;
}

const CG_ITERATIONS = 100;
const BASES = 3;

export async function polish(
  start: Float64Array,
  tools: PolishTools,
  options: PolishOptions,
  report: Report,
): Promise<PolishResult> {
  const steps: PolishStep[] = [];
  let theta = await newtonCg(start, tools, options, steps, report);

  let drift: Drift = { median: Infinity, directions: 0 };
  let lowest = -Infinity;
  for (let basis = 0; basis < BASES; basis++) {
    const operator = tools.hessianAt(theta);
    let pairs: Eigenpairs;
    try {
      pairs = await tools.eigenpairs(operator);
    } finally {
      operator.dispose();
    }
    lowest = pairs.eigenvalues[pairs.eigenvalues.length - 1];
    const driftOf = await tools.drift(theta, pairs);
    let previous = Infinity;
    for (;;) {
      const { value, gradient } = tools.valueAndGradient(theta);
      const along = project(pairs, gradient);
      drift = driftOf(along);
      steps.push({ kind: 'eigenbasis', value, gradientNorm: norm(gradient), drift: drift.median });
      await report(steps.length, options.iterations, `drift ${drift.median.toPrecision(3)} σ`);
      if (drift.median < options.driftRatio) return { theta, converged: true, verdict: reached(drift), drift, steps };
      if (steps.length >= options.iterations || drift.median > 0.7 * previous) break;
      previous = drift.median;
      theta = saddleFreeStep(theta, gradient, along, pairs, options.smallestCurvature);
    }
    if (steps.length >= options.iterations) break;
  }
  const reason =
    steps.length >= options.iterations
      ? `stopped after ${options.iterations} iterations (polish.iterations)`
      : `further Newton steps bring nothing (lowest eigenvalue ${lowest.toPrecision(3)})`;
  return { theta, converged: false, verdict: `${reason}; ${left(drift, options.driftRatio)}`, drift, steps };
}

const overDirections = ({ directions }: Drift) => `median over ${directions} directions above λ_cross/100`;
const reached = (drift: Drift) =>
  `near the minimum: expected drift over the window ${drift.median.toPrecision(2)} predicted σ (${overDirections(drift)})`;
const left = (drift: Drift, wanted: number) =>
  `expected drift over the window ${drift.median.toPrecision(2)} predicted σ (${overDirections(drift)}), wanted below ${wanted}`;

/** Trust-region Newton–CG until the quadratic model is good: full steps whose predicted and actual decrease agree. */
async function newtonCg(
  start: Float64Array,
  { valueAndGradient, hessianAt }: PolishTools,
  { iterations }: PolishOptions,
  steps: PolishStep[],
  report: Report,
): Promise<Float64Array> {
  let theta = start;
  let { value, gradient } = valueAndGradient(theta);
  const firstNorm = norm(gradient);
  let radius = 0.1 * Math.max(1, norm(theta));
  let good = 0;
  while (steps.length < iterations && good < 2) {
    const gradientNorm = norm(gradient);
    if (gradientNorm === 0) break;
    steps.push({ kind: 'newton-cg', value, gradientNorm, drift: null });
    await report(steps.length, iterations, `loss ${value.toPrecision(6)}, gradient ${gradientNorm.toExponential(2)}`);
    const operator = hessianAt(theta);
    const forcing = Math.min(0.1, Math.sqrt(gradientNorm / firstNorm));
    let step: TrustStep;
    try {
      step = await steihaug(operator, gradient, radius, forcing * gradientNorm, () =>
        report(steps.length, iterations, `loss ${value.toPrecision(6)}, gradient ${gradientNorm.toExponential(2)}`),
      );
    } finally {
      operator.dispose();
    }
    const next = theta.map((coordinate, i) => coordinate + step.vector[i]);
    const there = valueAndGradient(next);
    const agreement = (value - there.value) / step.predictedDecrease;
    // Near the minimum the decrease drowns in rounding; a smaller gradient is then as good.
    const drowned = step.predictedDecrease < 1e-12 * Math.abs(value) && norm(there.gradient) < gradientNorm;
    if (agreement > 0.1 || drowned) {
      theta = next;
      ({ value, gradient } = there);
    }
    good = (!step.atBoundary && Math.abs(agreement - 1) < 0.1) || drowned ? good + 1 : 0;
    if (agreement < 0.25 && !drowned) radius = 0.25 * norm(step.vector);
    else if (agreement > 0.75 && step.atBoundary) radius *= 2;
    if (radius < 1e-9) break;
  }
  return theta;
}

interface TrustStep {
  readonly vector: Float64Array;
  /** By the quadratic model, ≥ 0. */
  readonly predictedDecrease: number;
  readonly atBoundary: boolean;
}

/** Conjugate gradients for Hp = −g inside ‖p‖ ≤ radius; negative curvature is followed to the boundary. */
async function steihaug(
  operator: Operator,
  gradient: Float64Array,
  radius: number,
  tolerance: number,
  breathe: () => Promise<void>,
): Promise<TrustStep> {
  const size = gradient.length;
  const p = new Float64Array(size);
  const hp = new Float64Array(size);
  const residual = gradient.slice();
  const direction = gradient.map((value) => -value);
  let squared = dot(residual, residual);
  const advance = (length: number, product: Float64Array) => {
    for (let i = 0; i < size; i++) {
      p[i] += length * direction[i];
      hp[i] += length * product[i];
      residual[i] += length * product[i];
    }
  };
  const result = (atBoundary: boolean): TrustStep => ({
    vector: p,
    predictedDecrease: -(dot(gradient, p) + 0.5 * dot(p, hp)),
    atBoundary,
  });
  for (let iteration = 0; iteration < CG_ITERATIONS; iteration++) {
    await breathe();
    const product = operator.apply(direction);
    const curvature = dot(direction, product);
    const toBoundary = lengthToBoundary(p, direction, radius);
    const length = squared / curvature;
    if (curvature <= 0 || length >= toBoundary) {
      advance(toBoundary, product);
      return result(true);
    }
    advance(length, product);
    const next = dot(residual, residual);
    if (Math.sqrt(next) < tolerance) break;
    const beta = next / squared;
    squared = next;
    for (let i = 0; i < size; i++) direction[i] = beta * direction[i] - residual[i];
  }
  return result(false);
}

/** The t > 0 with ‖p + t·direction‖ = radius. */
function lengthToBoundary(p: Float64Array, direction: Float64Array, radius: number): number {
  const a = dot(direction, direction);
  const b = dot(p, direction);
  const c = dot(p, p) - radius * radius;
  return (-b + Math.sqrt(Math.max(0, b * b - a * c))) / a;
}

/** θ − Σ eᵢ gᵢ/|λᵢ|; what the eigenpairs do not span moves by the smallest |λ| among them, which bounds what is there. */
function saddleFreeStep(
  theta: Float64Array,
  gradient: Float64Array,
  along: Float64Array,
  { eigenvalues, eigenvectors }: Eigenpairs,
  smallestCurvature: number,
): Float64Array {
  const size = theta.length;
  const curvature = (index: number) => Math.max(Math.abs(eigenvalues[index]), smallestCurvature);
  const step = new Float64Array(size);
  if (eigenvalues.length < size) {
    const beyond = curvature(eigenvalues.length - 1);
    for (let i = 0; i < size; i++) step[i] = -gradient[i] / beyond;
    for (let index = 0; index < eigenvalues.length; index++)
      addScaled(step, along[index] / beyond, eigenvectors, index * size);
  }
  for (let index = 0; index < eigenvalues.length; index++)
    addScaled(step, -along[index] / curvature(index), eigenvectors, index * size);
  const longest = 0.05 * Math.max(1, norm(theta));
  const scale = Math.min(1, longest / norm(step));
  return theta.map((value, i) => value + scale * step[i]);
}

function project({ eigenvalues, eigenvectors }: Eigenpairs, vector: Float64Array): Float64Array {
  const size = vector.length;
  return Float64Array.from(eigenvalues, (_, index) => {
    let sum = 0;
    for (let i = 0, at = index * size; i < size; i++, at++) sum += eigenvectors[at] * vector[i];
    return sum;
  });
}

function addScaled(target: Float64Array, factor: number, rows: Float32Array, offset: number): void {
  for (let i = 0; i < target.length; i++) target[i] += factor * rows[offset + i];
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

const norm = (vector: Float64Array): number => Math.sqrt(dot(vector, vector));
