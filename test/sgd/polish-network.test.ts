import { afterAll, describe, expect, it } from 'vitest';
import { openHessian } from '../../src/hessian/hessian.ts';
import { lanczos } from '../../src/hessian/lanczos.ts';
import { openFullBatch } from '../../src/models/full-batch.ts';
import { silent } from '../../src/progress.ts';
import { polish, type PolishTools } from '../../src/sgd/polish.ts';
import { heldByLibrary } from '../../src/tensor/backend.ts';
import { norm } from '../hessian/matrices.ts';
import { mlpProblem, noisySamples, normals, plainMlp, range } from '../hessian/plain-mlp.ts';

const [INPUTS, HIDDEN, OUTPUTS, SAMPLES] = [3, 5, 2, 400];
const WEIGHT_DECAY = 1e-2;
const net = plainMlp(INPUTS, HIDDEN, OUTPUTS);
const data = noisySamples(SAMPLES, INPUTS, OUTPUTS);
const FLAT = 1e-4;

/** The network as the program runs it. A window moves a direction by |g|/λ, and scatters it by 1e-6. */
async function polished(precision: 'float32' | 'float64', driftRatio: number) {
  const problem = mlpProblem(INPUTS, HIDDEN, OUTPUTS, { precision, weightDecay: WEIGHT_DECAY });
  const full = openFullBatch(problem, data);
  const hessian = openHessian(problem, data);
  const tools: PolishTools = {
    valueAndGradient: (theta) => full.valueAndGradient(theta),
    hessianAt: (theta) => hessian.at(theta),
    async eigenpairsAt(theta) {
      const operator = hessian.at(theta);
      try {
        return await lanczos(operator, { eigenpairs: net.size, tolerance: 1e-3 });
      } finally {
        operator.dispose();
      }
    },
    drift: async (_, { eigenvalues }) => {
      const chosen = [...eigenvalues.keys()].filter((i) => eigenvalues[i] > FLAT);
      return (along) => {
        const drifts = chosen.map((i) => Math.abs(along[i]) / eigenvalues[i] / 1e-6).sort((a, b) => a - b);
        return { median: drifts[drifts.length >> 1] ?? NaN, directions: chosen.length };
      };
    },
  };
  try {
    const options = { iterations: 200, driftRatio, smallestCurvature: FLAT };
    return await polish(normals(net.size, 4, 0.5), tools, options, silent);
  } finally {
    hessian.dispose();
    full.dispose();
  }
}

/** Gradient of the objective in plain float64 loops. */
const gradient = (theta: ArrayLike<number>) => net.meanGradient(theta, data, range(SAMPLES), WEIGHT_DECAY);

/** The lowest curvature at θ: finite differences of that gradient, put before Lanczos as a plain matrix. */
async function lowestCurvature(theta: Float64Array): Promise<number> {
  const h = 1e-5;
  const columns = range(net.size).map((j) => {
    const [ahead, behind] = [h, -h].map((step) => gradient(theta.map((value, i) => (i === j ? value + step : value))));
    return ahead.map((value, i) => (value - behind[i]) / (2 * h));
  });
  const apply = (v: Float64Array) =>
    Float64Array.from(columns, (column) => column.reduce((sum, value, i) => sum + value * v[i], 0));
  const { eigenvalues } = await lanczos(
    { size: net.size, apply, relativePrecision: 2 ** -53 },
    { eigenpairs: net.size },
  );
  return eigenvalues[net.size - 1];
}

// Channel: the gradient and the curvature in plain float64 loops, which share nothing with the back end.
describe('the polish of a small network', () => {
  const before = heldByLibrary();
  const start = norm(gradient(normals(net.size, 4, 0.5)));

  it('lowers the gradient by 1e6 at float64, to a minimum and no saddle', async () => {
    const { theta, converged, drift, steps } = await polished('float64', 1e-3);
    expect(converged).toBe(true);
    expect(drift.median).toBeLessThan(1e-3);
    expect(norm(gradient(theta))).toBeLessThan(1e-6 * start);
    expect(await lowestCurvature(theta)).toBeGreaterThan(-FLAT);
    // The last value noted, and that of the plain loops.
    expect(net.objective(theta, data, range(SAMPLES), WEIGHT_DECAY)).toBeLessThanOrEqual(steps.at(-1)!.value + 1e-12);
  });

  it('goes as far as float32 lets it, and is honest about it', async () => {
    const { theta, converged, drift, verdict, steps } = await polished('float32', 1e-4);
    // Gradients of 1e-7 are rounding at float32, and so is a drift of 1e-4·1e-6.
    expect(norm(gradient(theta))).toBeLessThan(1e-5 * start);
    expect(converged).toBe(drift.median < 1e-4);
    expect(converged).toBe(false);
    expect(verdict).toMatch(/^further Newton steps bring nothing/);
    expect(steps.length).toBeLessThan(200);
  });

  afterAll(() => expect(heldByLibrary()).toEqual(before));
});
