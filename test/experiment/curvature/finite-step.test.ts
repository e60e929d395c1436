/** The finite step. Channels: a kinked potential whose answer is known, and float64 beside float32. */
import { describe, expect, it } from 'vitest';
import { openDepartures } from '../../../src/experiment/curvature/departures.ts';
import { finiteSteps } from '../../../src/experiment/curvature/finite-step.ts';
import type { Workbench } from '../../../src/experiment/workbench.ts';
import { openHessian } from '../../../src/hessian/hessian.ts';
import { lanczos } from '../../../src/hessian/lanczos.ts';
import { lossFor } from '../../../src/models/losses.ts';
import type { Model } from '../../../src/models/model.ts';
import { defineProblem, type Problem } from '../../../src/models/problem.ts';
import { silent } from '../../../src/progress.ts';
import { noCheckpoint } from '../../../src/store/checkpoint.ts';
import { openBackend } from '../../../src/tensor/backend.ts';
import { mlpProblem, noisySamples, normals, range } from '../../hessian/plain-mlp.ts';

const bench = (problem: Problem) => ({ problem, savedBytes: 1e9 }) as Workbench;
const work = { seed: 1, checkpoint: noCheckpoint, report: silent };

describe('a kinked potential', () => {
  // Outputs |w| and targets −b: the loss is w²/2 + b|w| + b²/2, with a second derivative of 1 wherever it has one.
  const [b, decay] = [0.3, 0.25];
  const absolute: Model = {
    name: 'absolute',
    shapes: [{ name: 'w', shape: [1] }],
    unitsPerSample: 1,
    forward: (ops, [w], x) => ops.mul(x, ops.add(ops.relu(w), ops.relu(ops.neg(w)))),
  };
  const problem = defineProblem({
    backend: openBackend({ name: 'tensorflow', precision: 'float64', threads: 1 }),
    model: absolute,
    loss: lossFor('half-mean-squared-error', 'regression'),
    inputShape: [1],
    outputs: 1,
    weightDecay: decay,
  });
  const targets = (...values: number[]) => ({
    x: Float32Array.from(values, () => 1),
    y: Float32Array.from(values, (value) => -value),
    samples: values.length,
  });
  const spectrum = { eigenvalues: Float64Array.of(1 + decay), eigenvectors: Float32Array.of(1) };
  const mean = Float64Array.of(1e-9);

  it.each([1, 0.1, 0.01])('feels 1 + μ + b/σ at σ = %d, where its Hessian is 1 + μ', async (sigma) => {
    const departures = openDepartures(bench(problem), [targets(0.25, 0.5)], spectrum, mean);
    const found = await finiteSteps(departures, spectrum, mean, [0], Float64Array.of(sigma), work);
    departures.dispose();
    // The mean of the targets: 0.375 for b.
    expect(found.curvature[0]).toBeCloseTo(1 + decay + 0.375 / sigma, 10);
    expect(found.step[0]).toBeCloseTo(sigma, 14);
    expect(found.rounding[0]).toBeLessThan(1e-12 / sigma);
  });

  it('feels what each group of samples says, with its own Hessian taken off', async () => {
    const groups = [targets(b, b), targets(2 * b, 0)];
    const departures = openDepartures(bench(problem), groups, spectrum, mean);
    const found = await finiteSteps(departures, spectrum, mean, [0], Float64Array.of(0.1), work);
    departures.dispose();
    const exact = 1 + decay + b / 0.1;
    for (const value of found.curvature) expect(Math.abs(value - exact)).toBeLessThan(1e-6);
    expect(found.curvature).toHaveLength(2);
  });
});

describe('at float32', () => {
  it('is off by what the rounding is said to be', async () => {
    const [inputs, hidden, outputs] = [3, 4, 2];
    const samples = noisySamples(250, inputs, outputs);
    const exact = mlpProblem(inputs, hidden, outputs, { weightDecay: 0.03 });
    const rounded = mlpProblem(inputs, hidden, outputs, { weightDecay: 0.03, precision: 'float32' });
    const k = exact.size;
    const mean = normals(k, 1, 0.7).map(Math.fround);
    const family = openHessian(exact, samples);
    const operator = family.at(mean);
    const { eigenvalues, eigenvectors } = await lanczos(operator, { eigenpairs: k });
    operator.dispose();
    family.dispose();
    // A step so short that rounding is seen.
    const sigma = new Float64Array(k).fill(1e-4);
    const results = [];
    for (const problem of [exact, rounded]) {
      const departures = openDepartures(bench(problem), [samples], { eigenvalues, eigenvectors }, mean);
      results.push(await finiteSteps(departures, { eigenvalues, eigenvectors }, mean, range(k), sigma, work));
      departures.dispose();
    }
    const [single, double] = [results[1], results[0]];
    const deviates = range(k).map((i) => (single.curvature[i] - double.curvature[i]) / single.rounding[i]);
    const spread = Math.sqrt(deviates.reduce((sum, value) => sum + value ** 2, 0) / k);
    // 26 directions, each with an error from four pairs.
    expect(spread).toBeGreaterThan(0.3);
    expect(spread).toBeLessThan(3);
    expect(Math.max(...double.rounding)).toBeLessThan(1e-6 * Math.max(...single.rounding));
  });

  it('of no directions is nothing', async () => {
    const samples = noisySamples(20, 3, 2);
    const problem = mlpProblem(3, 4, 2, { precision: 'float32' });
    const spectrum = { eigenvalues: Float64Array.of(1), eigenvectors: new Float32Array(problem.size).fill(0.1) };
    const mean = normals(problem.size, 1);
    const departures = openDepartures(bench(problem), [samples], spectrum, mean);
    const { directions, step, curvature, rounding } = await finiteSteps(
      departures,
      spectrum,
      mean,
      [],
      Float64Array.of(1),
      work,
    );
    departures.dispose();
    expect([directions, step, curvature, rounding].map(({ length }) => length)).toEqual([0, 0, 0, 0]);
  });
});
