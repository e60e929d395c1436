import { rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openBatchGradients } from '../../src/noise/batch-gradients.ts';
import { silent } from '../../src/progress.ts';
import { randomStream } from '../../src/random.ts';
import { heldByLibrary, openBackend } from '../../src/tensor/backend.ts';
import { openCheckpoint } from '../../src/store/checkpoint.ts';
import { scratchFolder } from '../store/scratch.ts';
import { mlpProblem, noisySamples, normals, plainMlp, range } from '../hessian/plain-mlp.ts';

const [INPUTS, HIDDEN, OUTPUTS] = [3, 4, 2];
const net = plainMlp(INPUTS, HIDDEN, OUTPUTS);
const theta = normals(net.size, 1, 0.7);
const K = 3;
const directions = normals(K * net.size, 2);
const data = noisySamples(40, INPUTS, OUTPUTS);
const exact = openBackend({ name: 'tensorflow', precision: 'float64', threads: 1 });

/** Opened for one call. */
async function batchGradientsAlong(
  problem: ReturnType<typeof mlpProblem>,
  at: Float64Array,
  indices: Int32Array,
  batchSize: number,
  report = silent,
  lessAt?: Float64Array,
) {
  const gradients = openBatchGradients(problem, data, batchSize, directions, exact);
  try {
    return await gradients.along(at, indices, report, { lessAt });
  } finally {
    gradients.dispose();
  }
}

function plainAlong(indices: Int32Array, batchSize: number, at = theta): number[] {
  return range(indices.length / batchSize).flatMap((batch) => {
    const gradient = net.meanGradient(at, data, indices.subarray(batch * batchSize, (batch + 1) * batchSize));
    return range(K).map((k) => gradient.reduce((sum, value, i) => sum + value * directions[k * net.size + i], 0));
  });
}

const random = randomStream(3, 'test/noise/batches');
const drawn = (count: number) => Int32Array.from({ length: count }, () => random.integer(40));

const largest = (actual: ArrayLike<number>, expected: readonly number[]) =>
  Math.max(...expected.map((value, i) => Math.abs(actual[i] - value)));

describe('batch gradients along directions', () => {
  const before = heldByLibrary();

  // Channel: plain loops, samples that come twice in a batch included. 300 batches: more than one block of 256.
  it.each([
    [1, 5],
    [7, 8],
    [256, 2],
    [300, 2],
  ])('of %i batches of %i samples', async (batches, batchSize) => {
    const indices = drawn(batches * batchSize);
    const problem = mlpProblem(INPUTS, HIDDEN, OUTPUTS);
    const along = await batchGradientsAlong(problem, theta, indices, batchSize);
    expect(along).toHaveLength(batches * K);
    expect(largest(along, plainAlong(indices, batchSize))).toBeLessThan(1e-13);
  });

  it('less those at another point', async () => {
    const indices = drawn(300 * 2);
    const problem = mlpProblem(INPUTS, HIDDEN, OUTPUTS);
    const other = normals(net.size, 9, 0.7);
    const along = await batchGradientsAlong(problem, theta, indices, 2, silent, other);
    const [here, there] = [plainAlong(indices, 2, theta), plainAlong(indices, 2, other)];
    expect(
      largest(
        along,
        here.map((value, i) => value - there[i]),
      ),
    ).toBeLessThan(1e-13);
  });

  // As on a device whose tensors hold two directions at most, and on one whose tensors hold all.
  it.each([2 * net.size, Infinity])('on the device alone, with %d numbers a tensor at most', async (largestTensor) => {
    const indices = drawn(60);
    const { backend, ...rest } = mlpProblem(INPUTS, HIDDEN, OUTPUTS);
    const problem = { ...rest, backend: { ...backend, isDevice: true, largestTensor } };
    const other = normals(net.size, 9, 0.7);
    const [here, there] = [plainAlong(indices, 6, theta), plainAlong(indices, 6, other)];
    expect(largest(await batchGradientsAlong(problem, theta, indices, 6), here)).toBeLessThan(1e-13);
    const apart = await batchGradientsAlong(problem, theta, indices, 6, silent, other);
    const expected = here.map((value, i) => value - there[i]);
    expect(largest(apart, expected)).toBeLessThan(1e-13);
  });

  it('leave L2 out, and are exact to float32 where the gradients are', async () => {
    const indices = drawn(60);
    const problem = mlpProblem(INPUTS, HIDDEN, OUTPUTS, { precision: 'float32', weightDecay: 5 });
    const along = await batchGradientsAlong(problem, theta, indices, 6);
    expect(largest(along, plainAlong(indices, 6))).toBeLessThan(2e-6);
  });

  it('tell after every batch where they are, and clean up when told to stop', async () => {
    const problem = mlpProblem(INPUTS, HIDDEN, OUTPUTS);
    const seen: number[] = [];
    const stop = async (done: number, total: number) => {
      expect(total).toBe(10);
      seen.push(done);
      if (done === 7) throw new Error('stopped');
    };
    const work = batchGradientsAlong(problem, theta, drawn(20), 2, stop);
    await expect(work).rejects.toThrow('stopped');
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  // Projected in blocks of 256: what was projected before the end is known to the next process.
  it('go on after an interruption, with the same bytes', async () => {
    const problem = mlpProblem(INPUTS, HIDDEN, OUTPUTS);
    const indices = drawn(600 * 2);
    const whole = await batchGradientsAlong(problem, theta, indices, 2);
    const folder = scratchFolder();
    const open = () => openCheckpoint(join(folder, 'work'), 'key', 0);
    const work = async (last: number) => {
      const seen: number[] = [];
      const report = async (done: number) => {
        seen.push(done);
        if (done === last) throw new Error('stopped');
      };
      const gradients = openBatchGradients(problem, data, 2, directions, exact);
      try {
        return { along: await gradients.along(theta, indices, report, { checkpoint: open() }), first: seen[0] };
      } finally {
        gradients.dispose();
      }
    };
    await expect(work(300)).rejects.toThrow('stopped');
    await expect(work(513)).rejects.toThrow('stopped');
    expect(await work(Infinity)).toEqual({ along: whole, first: 513 });
    // All is known; and nothing where the file is damaged.
    expect(await work(Infinity)).toEqual({ along: whole, first: undefined });
    truncateSync(open().pathOf('rows'), 1000);
    expect(await work(Infinity)).toEqual({ along: whole, first: 1 });
    rmSync(open().pathOf('rows'));
    expect(await work(Infinity)).toEqual({ along: whole, first: 1 });
  });

  afterAll(() => expect(heldByLibrary()).toEqual(before));
});
