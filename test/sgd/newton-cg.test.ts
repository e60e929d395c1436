import { describe, expect, it } from 'vitest';
import { silent } from '../../src/progress.ts';
import { curvedDirectionsOnly, eigenbasisPreconditioner, type Eigenpairs, project } from '../../src/sgd/eigenbasis.ts';
import { type Curvature, type Point, steihaug, TrustRegion, unpreconditioned } from '../../src/sgd/newton-cg.ts';
import { dot, largestDifference, norm, withSpectrum } from '../hessian/matrices.ts';
import { normals } from '../hessian/plain-mlp.ts';

const SIZE = 20;
const spectrum = Array.from({ length: SIZE }, (_, i) => 8 / (i + 1));
const breathe = () => silent(0, 0);

/** A matrix of known eigenpairs Q·diag(λ)·Qᵀ: Hv, and any function of it. */
function matrix(eigenvalues: readonly number[]) {
  const known = withSpectrum(eigenvalues);
  const vectors = eigenvalues.map((_, i) => known.eigenvector(i));
  const of = (f: (eigenvalue: number) => number, v: Float64Array) => {
    const result = new Float64Array(SIZE);
    vectors.forEach((vector, i) => {
      const factor = f(eigenvalues[i]) * dot(vector, v);
      vector.forEach((value, at) => (result[at] += factor * value));
    });
    return result;
  };
  const pairs = (count: number): Eigenpairs => ({
    eigenvalues: Float64Array.from(eigenvalues.slice(0, count)),
    eigenvectors: Float32Array.from(vectors.slice(0, count).flatMap((vector) => [...vector])),
  });
  return { apply: (v: Float64Array) => of((value) => value, v), of, pairs };
}

const curvature = (matrix: { apply(v: Float64Array): Float64Array }): Curvature => ({
  apply: async (v) => matrix.apply(v),
});

// Channel of all: functions of a matrix whose eigenpairs are known beforehand.
describe('conjugate gradients in a trust region', () => {
  const H = matrix(spectrum);
  const gradient = normals(SIZE, 1);
  const newton = H.of((value) => -1 / value, gradient);

  it('solve Hp = −g where the region has room', async () => {
    const step = await steihaug(curvature(H), unpreconditioned, gradient, 1e3, 1e-12, breathe);
    expect(largestDifference(step.vector, newton)).toBeLessThan(1e-10);
    expect(step.atBoundary).toBe(false);
    expect(step.length).toBeCloseTo(norm(newton), 9);
    expect(step.predictedDecrease).toBeCloseTo(-0.5 * dot(gradient, newton), 10);
  });

  it('stop at the tolerance, in the norm that the preconditioner gives', async () => {
    for (const preconditioner of [unpreconditioned, eigenbasisPreconditioner(H.pairs(5), 1e-3)]) {
      const step = await steihaug(curvature(H), preconditioner, gradient, 1e3, 0.1, breathe);
      const residual = H.apply(step.vector).map((value, i) => value + gradient[i]);
      const size = (v: Float64Array) => Math.sqrt(dot(v, preconditioner.solve(v)));
      expect(size(residual)).toBeLessThan(0.1 * size(gradient));
      expect(size(residual)).toBeGreaterThan(1e-3 * size(gradient));
    }
  });

  it('need one product where the preconditioner is the curvature itself', async () => {
    let products = 0;
    const counting = {
      async apply(v: Float64Array) {
        products++;
        return H.apply(v);
      },
    };
    const step = await steihaug(counting, eigenbasisPreconditioner(H.pairs(SIZE), 1e-9), gradient, 1e3, 1e-4, breathe);
    expect(products).toBe(1);
    // Eigenvectors are float32.
    expect(largestDifference(step.vector, newton)).toBeLessThan(1e-4);
  });

  it('end at the edge of a small region, downhill, and know what the model says', async () => {
    const smooth = eigenbasisPreconditioner(H.pairs(6), 1e-3);
    for (const [preconditioner, length] of [
      [unpreconditioned, (p: Float64Array) => norm(p)],
      // M: the six leading curvatures, and the sixth for the rest.
      [
        smooth,
        (p: Float64Array) =>
          Math.sqrt(
            dot(
              p,
              H.of((value) => Math.max(value, spectrum[5]), p),
            ),
          ),
      ],
    ] as const) {
      const step = await steihaug(curvature(H), preconditioner, gradient, 0.3, 1e-12, breathe);
      expect(step.atBoundary).toBe(true);
      expect(step.length).toBeCloseTo(0.3, 10);
      expect(length(step.vector)).toBeCloseTo(0.3, 5);
      const model = -dot(gradient, step.vector) - 0.5 * dot(step.vector, H.apply(step.vector));
      expect(step.predictedDecrease).toBeCloseTo(model, 10);
      expect(model).toBeGreaterThan(0);
    }
  });

  it('follow negative curvature to the edge', async () => {
    const bent = matrix([...spectrum.slice(0, 19), -0.5]);
    const step = await steihaug(curvature(bent), unpreconditioned, gradient, 50, 1e-6, breathe);
    expect(step.atBoundary).toBe(true);
    expect(norm(step.vector)).toBeCloseTo(50, 8);
    // Farther down than the bowl without that direction is deep.
    const depth =
      0.5 *
      dot(
        gradient,
        bent.of((value) => (value > 0 ? 1 / value : 0), gradient),
      );
    expect(step.predictedDecrease).toBeGreaterThan(2 * depth);
  });
});

describe('the eigenbasis as a preconditioner', () => {
  const eigenvalues = [4, 2, 1, ...new Array(SIZE - 5).fill(0.5), 0.01, -3];
  const M = matrix(eigenvalues);
  const vector = normals(SIZE, 2);

  it('divides by |λ|, and by no less than the smallest', () => {
    const solved = eigenbasisPreconditioner(M.pairs(SIZE), 0.1).solve(vector);
    const expected = M.of((value) => 1 / Math.max(Math.abs(value), 0.1), vector);
    expect(largestDifference(solved, expected)).toBeLessThan(1e-5);
  });

  it('takes what it does not span to be as curved as its flattest pair', () => {
    const solved = eigenbasisPreconditioner(M.pairs(2), 0.1).solve(vector);
    const expected = M.of((value) => (value > 2 ? 1 / value : 1 / 2), vector);
    expect(largestDifference(solved, expected)).toBeLessThan(1e-5);
  });

  it('may keep to what is curved: nothing else moves', () => {
    const solved = curvedDirectionsOnly(M.pairs(SIZE), 0.3).solve(vector);
    const expected = M.of((value) => (value > 0.3 ? 1 / value : 0), vector);
    expect(largestDifference(solved, expected)).toBeLessThan(1e-5);
    const along = project(M.pairs(SIZE), solved);
    expect(Math.abs(along[SIZE - 1])).toBeLessThan(1e-6);
    expect(Math.abs(along[SIZE - 2])).toBeLessThan(1e-6);
  });
});

describe('a trust region', () => {
  // Channel: one dimension by hand. L = x²/2 from x = 1, and steps whose model is right or wrong.
  const at = (x: number) => ({ value: 0.5 * x * x, gradient: Float64Array.of(x) });
  const from: Point = { theta: Float64Array.of(1), ...at(1) };
  const step = (to: number, predictedDecrease: number, atBoundary: boolean) => ({
    vector: Float64Array.of(to - 1),
    predictedDecrease,
    length: Math.abs(to - 1),
    atBoundary,
  });
  const judge = (region: TrustRegion, tried: ReturnType<typeof step>, there = at) =>
    region.judge(from, tried, async (theta) => there(theta[0]));

  it.each([
    ['a full step that went as predicted keeps it', step(0, 0.5, false), true, 1],
    ['one cut short doubles it', step(0.5, 0.375, true), true, 2],
    ['one that brought a fifth of what was promised makes it a quarter of the step', step(0, 2.5, false), true, 0.25],
    ['one that led up is refused', step(-2, 1, false), false, 0.75],
  ])('%s', async (_, tried, taken, radius) => {
    const region = new TrustRegion(1);
    expect((await judge(region, tried)) !== null).toBe(taken);
    expect(region.radius).toBeCloseTo(radius, 14);
  });

  it.each([NaN, Infinity])('refuses a step to where the objective is %d', async (value) => {
    const region = new TrustRegion(1);
    const nowhere = () => ({ value, gradient: Float64Array.of(NaN) });
    expect(await judge(region, step(0, 0.5, false), nowhere)).toBeNull();
    expect(region.radius).toBe(0.25);
  });

  it('asks the gradient where the decrease drowns in the rounding of the objective', async () => {
    const region = new TrustRegion(1);
    // Rounded to float32 on top of 10⁴ the values are equal.
    const high = (x: number) => ({ value: Math.fround(1e4 + 1e-6 * at(x).value), gradient: Float64Array.of(1e-6 * x) });
    const start: Point = { theta: Float64Array.of(1), ...high(1) };
    const judged = (to: number) => region.judge(start, step(to, 0.5e-6, false), async (theta) => high(theta[0]));
    expect(await judged(0)).not.toBeNull();
    expect(await judged(-2)).toBeNull();
  });
});
