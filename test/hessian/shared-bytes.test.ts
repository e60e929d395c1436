/** What products share is known before it is computed. Channel: what a Hessian on thousands of samples says that it keeps. */
import { describe, expect, it } from 'vitest';
import { openHessian } from '../../src/hessian/hessian.ts';
import { sharedBytesPerSample } from '../../src/hessian/shared-bytes.ts';
import { lenet } from '../../src/models/lenet.ts';
import { lossFor } from '../../src/models/losses.ts';
import { mlp } from '../../src/models/mlp.ts';
import type { Model } from '../../src/models/model.ts';
import { defineProblem } from '../../src/models/problem.ts';
import { heldByLibrary, openBackend } from '../../src/tensor/backend.ts';
import { sizeOf } from '../../src/tensor/types.ts';

const cases: [string, Model, number[], number][] = [
  ['a wide network', mlp([20], 10, { hidden: [400], activation: 'tanh' }), [20], 3000],
  ['a deep one with relu', mlp([10], 10, { hidden: [50, 50, 50], activation: 'relu' }), [10], 3000],
  [
    'convolutions',
    lenet([16, 16, 1], 10, { padding: 'valid', activation: 'tanh', pooling: 'average' }),
    [16, 16, 1],
    600,
  ],
];

describe.each(['float32', 'float64'] as const)('%s', (precision) => {
  const backend = openBackend({ name: 'tensorflow', precision, threads: 2 });
  it.each(cases)('%s', (_, model, inputShape, samples) => {
    const outputs = 10;
    const loss = lossFor('cross-entropy', 'classes');
    const problem = defineProblem({ backend, model, loss, inputShape, outputs, weightDecay: 0 });
    const before = heldByLibrary();
    const perSample = sharedBytesPerSample(problem);
    expect(heldByLibrary()).toEqual(before);
    const x = new Float32Array(samples * sizeOf(inputShape)).fill(0.5);
    const y = new Float32Array(samples * outputs).fill(0.1);
    const hessian = openHessian(problem, { x, y, samples });
    const { savedBytes, dispose } = hessian.at(new Float64Array(problem.size));
    dispose();
    hessian.dispose();
    // Besides, a chunk keeps its inputs, cut into lanes, and weights, turned round.
    expect(perSample * samples).toBeLessThanOrEqual(savedBytes);
    expect(perSample * samples).toBeGreaterThan(savedBytes / 1.4);
    expect(sharedBytesPerSample(problem)).toBe(perSample);
  });
});

it('is nothing on a back end that keeps nothing', () => {
  const backend = openBackend({ name: 'cpu', precision: 'float32', threads: 1 });
  const model = mlp([4], 1, { hidden: [3], activation: 'tanh' });
  const loss = lossFor('half-mean-squared-error', 'regression');
  expect(
    sharedBytesPerSample(defineProblem({ backend, model, loss, inputShape: [4], outputs: 1, weightDecay: 0 })),
  ).toBe(0);
});
