/** Costs as multiples of what was measured, by hand. */
import { describe, expect, it } from 'vitest';
import { costOfPairs, costOfRun, stepsPerPair, timeUpdates } from '../../../src/experiment/probe/cost.ts';
import { resolveExperiment } from '../../../src/experiment/index.ts';
import { mlpProblem, noisySamples, normals } from '../../hessian/plain-mlp.ts';

const bench = {
  samples: 10_000,
  problem: { size: 1000, model: { unitsPerSample: 20_000 } } as never,
  batchesPerEpoch: 100,
};
const pace = { secondsPerUpdate: 0.01, secondsPerProduct: 2, stepsPerPair: 2.5 };

describe('stepsPerPair', () => {
  const spectrum = [
    [10, 1e-7],
    [5, 1e-5],
    [2, 1e-3],
    [1, 1e-2],
  ].map(([inSample, residual], i) => ({
    rank: i + 1,
    eigenvalue: inSample,
    inSample,
    disjoint: null,
    relativeResidual: residual / inSample,
  }));

  it.each([
    [1e-7, 1],
    [1e-5, 2],
    [2e-4, 3],
    [2e-3, 4],
  ])('at a tolerance of %d of the largest eigenvalue counts %i pairs', (tolerance, within) => {
    expect(stepsPerPair({ spectrum, iterations: 20 }, tolerance)).toBe(20 / within);
  });

  it('takes the whole run for the first pair where none is within it', () => {
    expect(stepsPerPair({ spectrum, iterations: 20 }, 1e-12)).toBe(20);
  });
});

describe('costOfPairs', () => {
  it('is steps, a check of ten, and a product for each pair', () => {
    expect(costOfPairs(60, pace, null, bench)).toEqual({ eigenpairs: 60, products: 220, seconds: 440 });
  });

  it('of a subset has cheaper steps; each pair is held against all samples', () => {
    expect(costOfPairs(60, pace, 2500, bench)).toEqual({ eigenpairs: 60, products: 220, seconds: 2 * (160 / 4 + 60) });
    expect(costOfPairs(60, pace, 1e6, bench)).toEqual(costOfPairs(60, pace, null, bench));
  });

  it('takes no more steps than there are directions', () => {
    expect(costOfPairs(999, pace, null, bench).products).toBe(1999);
    expect(costOfPairs(1000, { ...pace, stepsPerPair: 0.1 }, null, bench).products).toBe(2000);
  });
});

describe('costOfRun', () => {
  it('adds up burn-in, window and what is configured', () => {
    const experiment = resolveExperiment({ record: { burnInEpochs: 6, epochs: 10 }, spectrum: { eigenpairs: 60 } });
    expect(costOfRun(experiment, bench, pace)).toEqual({
      ...pace,
      // 60 products for the trace, ten for the largest curvature, with 3·10⁷/20,000 of the samples.
      lookSeconds: 21,
      updates: 1600,
      windowSeconds: 16,
      spectrum: { eigenpairs: 60, products: 220, seconds: 440 },
    });
  });
});

describe('timeUpdates', () => {
  it('measures a time, and leaves the weights as they are', async () => {
    const [problem, samples] = [mlpProblem(4, 3, 1), noisySamples(20, 4, 1)];
    const theta = normals(problem.size, 1);
    const before = theta.slice();
    const settings = { batchSize: 3 * samples.samples, momentum: 0.9, learningRate: 0.1 };
    const told: number[] = [];
    const seconds = await timeUpdates({ problem }, samples, theta, settings, async (done) => void told.push(done));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThan(1);
    expect(theta).toEqual(before);
    expect(told.at(-1)).toBe(10);
  });
});
