/** Commutator and correlations of sample covariances whose truth is known. */
import { describe, expect, it } from 'vitest';
import { noiseRelations } from '../../src/noise/relations.ts';
import { randomStream } from '../../src/random.ts';

/** Covariance of n Gaussian vectors x = Lz [k, k]. */
function sampled(mixing: readonly (readonly number[])[], n: number, seed: number): Float64Array {
  const random = randomStream(seed, 'test/noise/relations');
  const k = mixing.length;
  const covariance = new Float64Array(k * k);
  for (let draw = 0; draw < n; draw++) {
    const z = Array.from({ length: k }, () => random.normal());
    const x = mixing.map((row) => row.reduce((sum, value, j) => sum + value * z[j], 0));
    for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) covariance[i * k + j] += (x[i] * x[j]) / n;
  }
  return covariance;
}

const k = 30;
const curvatures = Array.from({ length: k }, (_, i) => 1 / (i + 1));
const diagonal = curvatures.map((value, i) => curvatures.map((_, j) => (i === j ? Math.sqrt(value) : 0)));

describe('noiseRelations', () => {
  it('of noise that shares the Hessian’s eigenvectors: nothing but sampling is left', () => {
    const found = noiseRelations(sampled(diagonal, 2000, 1), curvatures, 2000);
    expect(found.correlationFloor).toBeCloseTo(1 / Math.sqrt(2000), 12);
    expect(found.correlation).toBeLessThan(0.3 * found.correlationFloor);
    expect(found.commutator).toBeLessThan(0.5 * found.commutatorFloor);
  });

  // Channel: the definition on the true covariance, LLᵀ.
  it('of noise that does not: the true values, sampling taken off', () => {
    const mixing = diagonal.map((row, i) =>
      row.map((value, j) => value + (j === (i + 1) % k ? 0.5 * diagonal[i][i] : 0)),
    );
    const truth = mixing.map((a) => mixing.map((b) => a.reduce((sum, value, l) => sum + value * b[l], 0)));
    let [commutator, square, curvature, correlation] = [0, 0, 0, 0];
    for (let i = 0; i < k; i++) {
      curvature += curvatures[i] ** 2;
      for (let j = 0; j < k; j++) {
        commutator += (truth[i][j] * (curvatures[i] - curvatures[j])) ** 2;
        square += truth[i][j] ** 2;
        if (i !== j) correlation += truth[i][j] ** 2 / truth[i][i] / truth[j][j] / (k * (k - 1));
      }
    }
    const found = noiseRelations(sampled(mixing, 4000, 2), curvatures, 4000);
    expect(found.commutator / Math.sqrt(commutator / (2 * square * curvature))).toBeCloseTo(1, 1);
    expect(found.correlation / Math.sqrt(correlation)).toBeCloseTo(1, 1);
  });

  it('of one direction: nothing to correlate', () => {
    const found = noiseRelations(Float64Array.of(2), [1], 10);
    expect(found.correlation).toBeNaN();
    expect(found.commutator).toBe(0);
  });
});
