import { afterAll, describe, expect, it } from 'vitest';
import type { Samples } from '../../src/models/problem.ts';
import { perSampleVariance } from '../../src/noise/per-sample.ts';
import { silent } from '../../src/progress.ts';
import { heldByLibrary } from '../../src/tensor/backend.ts';
import { mlpProblem, noisySamples, normals, plainMlp, range, SMALL_CHUNKS } from '../hessian/plain-mlp.ts';

const [INPUTS, HIDDEN, OUTPUTS] = [3, 4, 2];
const net = plainMlp(INPUTS, HIDDEN, OUTPUTS);
const theta = normals(net.size, 1, 0.7);
const K = 4;
const directions = normals(K * net.size, 2);

/** Variance over N−1 of e·∇ℓ_n, two passes over gradients that were written out by hand. */
function plainVariances(data: Samples): number[] {
  return range(K).map((k) => {
    const along = range(data.samples).map((n) =>
      net.gradient(theta, data, n).reduce((sum, value, i) => sum + value * directions[k * net.size + i], 0),
    );
    const mean = along.reduce((sum, value) => sum + value, 0) / along.length;
    return along.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (along.length - 1);
  });
}

const relative = (actual: ArrayLike<number>, expected: readonly number[]) =>
  Math.max(...expected.map((value, i) => Math.abs(actual[i] / value - 1)));

describe('the variance of per-sample gradients along directions', () => {
  const before = heldByLibrary();

  // Channel: plain loops. Chunks of 100, 100 and 50 samples, or one.
  it.each([
    [250, SMALL_CHUNKS],
    [250, undefined],
    [2, undefined],
  ])('of %i samples, %s units a sample', async (samples, unitsPerSample) => {
    const data = noisySamples(samples, INPUTS, OUTPUTS);
    const problem = mlpProblem(INPUTS, HIDDEN, OUTPUTS, { unitsPerSample });
    const variance = await perSampleVariance(problem, data, theta, directions, silent);
    expect(relative(variance, plainVariances(data))).toBeLessThan(1e-12);
  });

  // Channel: the same. L2 is the same for every sample, and float32 rounds each derivative by 2⁻²⁴ or a few of them.
  it('knows nothing of L2, and is exact to float32 at float32', async () => {
    const data = noisySamples(250, INPUTS, OUTPUTS);
    const decayed = mlpProblem(INPUTS, HIDDEN, OUTPUTS, { weightDecay: 10 });
    const expected = plainVariances(data);
    expect(relative(await perSampleVariance(decayed, data, theta, directions, silent), expected)).toBeLessThan(1e-12);
    const single = mlpProblem(INPUTS, HIDDEN, OUTPUTS, { precision: 'float32' });
    const along = Float32Array.from(directions);
    expect(relative(await perSampleVariance(single, data, theta, along, silent), expected)).toBeLessThan(1e-6);
  });

  // Channel: closed form. A target shifted by c makes every sample's derivative along the output bias larger by c, and
  // leaves the variance as it was; sums of squares about 0 would lose 12 digits of 16 here.
  it('loses no digits to a mean that is far larger than the scatter', async () => {
    const data = noisySamples(100, INPUTS, OUTPUTS);
    const shifted = { ...data, y: data.y.map((value) => Math.fround(value) + 2 ** 20) };
    const bias = new Float64Array(net.size);
    bias[net.size - 1] = 1;
    const problem = mlpProblem(INPUTS, HIDDEN, OUTPUTS);
    const [variance] = await perSampleVariance(problem, shifted, theta, bias, silent);
    const errors = range(100).map((n) => net.gradient(theta, shifted, n)[net.size - 1]);
    const mean = errors.reduce((sum, value) => sum + value, 0) / 100;
    const expected = errors.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 99;
    // The derivatives themselves are 1e6 with 1e-10 of rounding.
    expect(variance / expected).toBeCloseTo(1, 8);
  });

  it('tells after every direction of every chunk where it is, and cleans up when told to stop', async () => {
    const data = noisySamples(250, INPUTS, OUTPUTS);
    const problem = mlpProblem(INPUTS, HIDDEN, OUTPUTS, { unitsPerSample: SMALL_CHUNKS });
    const seen: string[] = [];
    await perSampleVariance(
      problem,
      data,
      theta,
      directions,
      async (done, total) => void seen.push(`${done}/${total}`),
    );
    expect(seen).toEqual(range(12).map((i) => `${i + 1}/12`));
    const stopped = perSampleVariance(problem, data, theta, directions, async (done) => {
      if (done === 5) throw new Error('stopped');
    });
    await expect(stopped).rejects.toThrow('stopped');
  });

  afterAll(() => expect(heldByLibrary()).toEqual(before));
});
