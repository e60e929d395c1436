import { createRequire } from 'node:module';
import type * as tfjs from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors.ts';
import { openBackend } from '../../src/tensor/backend.ts';
import { checkedOps } from '../../src/tensor/ops.ts';
import { real, type Tensor } from '../../src/tensor/types.ts';

const native = openBackend({ name: 'tensorflow', precision: 'float32', threads: 1 });
const cpu = openBackend({ name: 'cpu', precision: 'float32', threads: 1 });
const tf = createRequire(import.meta.url)('@tensorflow/tfjs-node') as typeof tfjs;

describe.each([native, cpu])('ops on $name', ({ ops, compile, derivatives }) => {
  const loose = ops as unknown as Record<string, unknown>;

  it('are those on the list', () => {
    for (const name of checkedOps) expect(loose[name], name).toBeTypeOf('function');
  });

  it('throw by name when they are not on it', () => {
    const functions = Object.entries(tf).filter(([, value]) => typeof value === 'function');
    const others = functions.map(([name]) => name).filter((name) => !checkedOps.includes(name));
    expect(others).toEqual(expect.arrayContaining(['elu', 'max', 'logSumExp', 'softmax', 'dropout', 'grad']));
    for (const name of others)
      expect(() => loose[name], name).toThrow(
        `op ${name} has no checked second derivative, so that the Hessian would be wrong: use one of add, sub, mul`,
      );
  });

  it('throw as the mistake of a model, when the model is compiled', async () => {
    const compiled = async () =>
      compile((x) => [(ops as unknown as typeof tfjs).elu(x)], [real(2)]).run(new Float32Array(2));
    await expect(compiled).rejects.toThrow(ConfigurationError);
    await expect(compiled).rejects.toThrow('op elu');
  });

  it('know no names that tfjs does not know', () => {
    expect(loose.nonsense).toBeUndefined();
  });

  // Channel: pooling written as loops over the windows.
  it('maxPool cuts off an edge that does not fill a window', async () => {
    const [height, width, size] = [5, 7, 3];
    const x = Float32Array.from({ length: height * width }, (_, i) => Math.sin(7 * i));
    const pool = compile((t) => [ops.maxPool(t, size)], [real(1, height, width, 1)]);
    const expected = [0, 1].map((column) => {
      let largest = -Infinity;
      for (let r = 0; r < size; r++)
        for (let c = 0; c < size; c++) largest = Math.max(largest, x[r * width + column * size + c]);
      return largest;
    });
    expect([...(await pool.run(x))[0]]).toEqual(expected);
    pool.dispose();
  });

  it('maxPool gives the gradient of a tie to the leftmost of the largest, and of these to the topmost', async () => {
    const gradient = async (values: number[]) => {
      const compiled = compile(
        (t) => [derivatives.gradient((p) => ops.sum(ops.maxPool(ops.reshape(p, [1, 2, 2, 1]), 2)), t)],
        [real(4)],
      );
      const given = [...(await compiled.run(Float32Array.from(values)))[0]];
      compiled.dispose();
      return given;
    };
    expect(await gradient([0, 0, 0, 0])).toEqual([1, 0, 0, 0]);
    expect(await gradient([0, 1, 1, 0])).toEqual([0, 0, 1, 0]);
    expect(await gradient([0, 1, 0, 1])).toEqual([0, 1, 0, 0]);
  });

  it('maxPool refuses a window that does not fit, and tensors that are no images', async () => {
    const pool = (size: number, ...shape: number[]) => compile((t) => [ops.maxPool(t, size)], [real(...shape)]);
    const run = (size: number, ...shape: number[]) =>
      pool(size, ...shape).run(new Float32Array(shape.reduce((a, b) => a * b)));
    await expect(async () => run(3, 1, 2, 4, 1)).rejects.toThrow(
      'maxPool was given a window of side 3 and a tensor [1, 2, 4, 1]',
    );
    await expect(async () => run(2, 4, 4)).rejects.toThrow(
      'expected [batch, height, width, channels] and a window that fits',
    );
    await expect(async () => run(1.5, 1, 2, 4, 1)).rejects.toThrow('window of side 1.5');
    expect([...(await run(1, 1, 2, 1, 1))[0]]).toEqual([0, 0]);
  });

  it('avgPool with padding same averages over the elements that lie inside', async () => {
    const pool = compile((t) => [ops.avgPool(t as never, 2, 2, 'same')], [real(1, 3, 3, 1)]);
    expect([...(await pool.run(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9)))[0]]).toEqual([3, 4.5, 7.5, 9]);
    pool.dispose();
  });

  it('avgPool refuses explicit padding', async () => {
    const pool = async () =>
      compile((t) => [ops.avgPool(t as never, 2, 2, 1)], [real(1, 4, 4, 1)]).run(new Float32Array(16));
    await expect(pool).rejects.toThrow("avgPool was given padding 1, expected 'valid' or 'same'");
  });
});

it('a convolution of images with the channels first has no Hessian', async () => {
  const product = cpu.compile(
    (filter, x, v) => {
      const { ops, derivatives } = cpu;
      const scalar = (p: Tensor) =>
        ops.sum(ops.square(ops.conv2d(x as never, ops.reshape(p, [2, 2, 1, 1]), 1, 'valid', 'NCHW')));
      return [derivatives.hessianProduct(scalar, filter, v)];
    },
    [real(4), real(1, 1, 3, 3), real(4)],
  );
  await expect(product.run(new Float32Array(4), new Float32Array(9), new Float32Array(4))).rejects.toThrow(
    'conv2d with data format NCHW has no second derivative: give images as [batch, height, width, channels], NHWC',
  );
});
