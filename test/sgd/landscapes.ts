/** Functions with known minima and saddles, dressed as what the polish needs from other rooms. */
import { lanczos } from '../../src/hessian/lanczos.ts';
import { operatorFrom } from '../../src/hessian/operator.ts';
import { silent } from '../../src/progress.ts';
import { polish, type PolishOptions, type PolishResult, type PolishTools } from '../../src/sgd/polish.ts';
import { dot, withSpectrum } from '../hessian/matrices.ts';

export interface Landscape {
  readonly size: number;
  value(x: Float64Array): number;
  gradient(x: Float64Array): Float64Array;
  /** The Hessian at x times v. */
  curve(x: Float64Array, v: Float64Array): Float64Array;
}

/** Weights move by this much of a unit in a window: drifts are held against it, |g|/λ over SIGMA. */
export const SIGMA = 1e-3;
export const FLAT = 1e-3;

export interface Counts {
  operators: number;
  disposed: number;
  bases: number;
  evaluations: number;
}

export function toolsFor(
  landscape: Landscape,
  { leading = landscape.size, roundValue = (value: number) => value, wrongCurvature = 1, dent = 0 } = {},
): { tools: PolishTools; counts: Counts } {
  const { size } = landscape;
  const counts = { operators: 0, disposed: 0, bases: 0, evaluations: 0 };
  const tools: PolishTools = {
    async valueAndGradient(theta) {
      counts.evaluations++;
      return { value: roundValue(landscape.value(theta)), gradient: landscape.gradient(theta) };
    },
    hessianAt(theta) {
      counts.operators++;
      return {
        size,
        apply: async (v) => landscape.curve(theta, v),
        dispose: () => void counts.disposed++,
      };
    },
    eigenpairsAt(theta) {
      counts.bases++;
      // As of a subset of samples: a factor off, and less curved along the last coordinate than it is.
      const curvature = operatorFrom(size, (v) =>
        landscape.curve(theta, v).map((value, i) => wrongCurvature * value - (i === size - 1 ? dent * v[i] : 0)),
      );
      return lanczos(curvature, { eigenpairs: leading });
    },
    drift: async (_, { eigenvalues }) => {
      const chosen = [...eigenvalues.keys()].filter((i) => eigenvalues[i] > FLAT);
      return (along) => {
        const drifts = chosen.map((i) => Math.abs(along[i]) / eigenvalues[i] / SIGMA).sort((a, b) => a - b);
        return { median: drifts[drifts.length >> 1] ?? NaN, directions: chosen.length };
      };
    },
  };
  return { tools, counts };
}

export const OPTIONS: PolishOptions = {
  iterations: 200,
  driftRatio: 0.1,
  smallestCurvature: FLAT,
};

export async function polished(
  landscape: Landscape,
  start: Float64Array,
  options: Partial<PolishOptions> = {},
  how: Parameters<typeof toolsFor>[1] = {},
): Promise<PolishResult & { readonly counts: Counts }> {
  const { tools, counts } = toolsFor(landscape, how);
  return { ...(await polish(start, tools, { ...OPTIONS, ...options }, silent)), counts };
}

/** ½ Σ λᵢ(xᵢ − cᵢ)² + height. */
export function bowl(eigenvalues: readonly number[], centre: Float64Array, height = 0): Landscape {
  return {
    size: eigenvalues.length,
    value: (x) => eigenvalues.reduce((sum, value, i) => sum + 0.5 * value * (x[i] - centre[i]) ** 2, height),
    gradient: (x) => x.map((value, i) => eigenvalues[i] * (value - centre[i])),
    curve: (_, v) => v.map((value, i) => eigenvalues[i] * value),
  };
}

/** The same bowl in general position, written so that rounding never lets the gradient vanish: ½xᵀHx − (Hc)ᵀx + height. */
export function turnedBowl(eigenvalues: readonly number[], centre: Float64Array, height: number): Landscape {
  const { operator } = withSpectrum(eigenvalues);
  const apply = (v: Float64Array) => operator.apply(v) as Float64Array;
  const slope = apply(centre);
  return {
    size: eigenvalues.length,
    value: (x) => height + 0.5 * dot(x, apply(x)) - dot(slope, x),
    gradient: (x) => apply(x).map((value, i) => value - slope[i]),
    curve: (_, v) => apply(v),
  };
}

/** ½ Σ λᵢxᵢ² + (q/4) x⁴ in the coordinates of negative λ: a saddle at 0, minima at xᵢ = ±√(−λᵢ/q). */
export function saddle(eigenvalues: readonly number[], q = 1): Landscape {
  const quartic = eigenvalues.map((value) => (value < 0 ? q : 0));
  return {
    size: eigenvalues.length,
    value: (x) =>
      eigenvalues.reduce((sum, value, i) => sum + 0.5 * value * x[i] ** 2 + 0.25 * quartic[i] * x[i] ** 4, 0),
    gradient: (x) => x.map((value, i) => eigenvalues[i] * value + quartic[i] * value ** 3),
    curve: (x, v) => v.map((value, i) => (eigenvalues[i] + 3 * quartic[i] * x[i] ** 2) * value),
  };
}

/** Rosenbrock's valley in pairs of coordinates, minimum 0 at (1, 1, …). */
export function valley(size: number): Landscape {
  const pairs = Array.from({ length: size / 2 }, (_, i) => 2 * i);
  return {
    size,
    value: (x) => pairs.reduce((sum, i) => sum + 100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2, 0),
    gradient(x) {
      const gradient = new Float64Array(size);
      for (const i of pairs) {
        gradient[i] = -400 * x[i] * (x[i + 1] - x[i] ** 2) - 2 * (1 - x[i]);
        gradient[i + 1] = 200 * (x[i + 1] - x[i] ** 2);
      }
      return gradient;
    },
    curve(x, v) {
      const product = new Float64Array(size);
      for (const i of pairs) {
        product[i] = (1200 * x[i] ** 2 - 400 * x[i + 1] + 2) * v[i] - 400 * x[i] * v[i + 1];
        product[i + 1] = -400 * x[i] * v[i] + 200 * v[i + 1];
      }
      return product;
    },
  };
}
