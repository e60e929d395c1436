/** The noise of a fluctuating curvature. Channel: the definition, sample by sample, by the chain rule in plain loops. */
import { describe, expect, it } from 'vitest';
import { openBatchGradients } from '../../src/noise/batch-gradients.ts';
import { multiplicativeVariance } from '../../src/noise/multiplicative.ts';
import { silent } from '../../src/progress.ts';
import { randomStream } from '../../src/random.ts';
import { batchSource } from '../../src/sgd/samplers.ts';
import { openBackend } from '../../src/tensor/backend.ts';
import { mlpProblem, noisySamples, normals, plainMlp, range } from '../hessian/plain-mlp.ts';

const [N, K] = [60, 4];
const net = plainMlp(3, 4, 2);
const data = noisySamples(N, 3, 2);
const epochMean = normals(net.size, 1, 0.7);
const state = epochMean.map((value, i) => value + 0.05 * normals(net.size, 2)[i]);
const directions = normals(K * net.size, 3);
const exact = openBackend({ name: 'tensorflow', precision: 'float64', threads: 1 });

/** (1/S)(1−S/N) Var_n[e·(∇ℓ_n(θ) − ∇ℓ_n(θ̄))], the variance over N−1. */
function byDefinition(batchSize: number): number[] {
  const differences = range(N).map((n) => {
    const [there, here] = [net.gradient(state, data, n), net.gradient(epochMean, data, n)];
    return there.map((value, i) => value - here[i]);
  });
  return range(K).map((k) => {
    const along = differences.map((one) =>
      one.reduce((sum, value, i) => sum + value * directions[k * net.size + i], 0),
    );
    const mean = along.reduce((sum, value) => sum + value, 0) / N;
    const variance = along.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (N - 1);
    return (variance / batchSize) * (1 - batchSize / N);
  });
}

describe('multiplicativeVariance', () => {
  // S = 6 divides N; S = 7 leaves 4 samples that every epoch drops.
  it.each([6, 7])('is unbiased for the definition: batches of %i', async (batchSize) => {
    const batches = Math.floor(N / batchSize);
    const source = batchSource('reshuffle', N, batchSize, randomStream(1, 'test/multiplicative'), true);
    const gradients = openBatchGradients(mlpProblem(3, 4, 2), data, batchSize, directions, exact);
    const epochs = 400;
    const found = range(K).map((): number[] => []);
    try {
      for (let epoch = 0; epoch < epochs; epoch++) {
        const order = source.nextEpoch();
        const values = await multiplicativeVariance(
          gradients,
          { state, epochMean },
          order,
          batches,
          batchSize / N,
          silent,
        );
        values.forEach((value, k) => found[k].push(value));
      }
    } finally {
      gradients.dispose();
    }
    byDefinition(batchSize).forEach((expected, k) => {
      const mean = found[k].reduce((sum, value) => sum + value, 0) / epochs;
      const square = found[k].reduce((sum, value) => sum + (value - mean) ** 2, 0) / (epochs - 1);
      expect(Math.abs(mean - expected)).toBeLessThan(4 * Math.sqrt(square / epochs));
      expect(Math.sqrt(square / epochs) / mean).toBeLessThan(0.04);
    });
  });
});
