import { createRequire } from 'node:module';
import type * as tfjs from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { atPrecision, openBackend } from '../../src/tensor/backend.ts';
import { makeCurrent } from '../../src/tensor/library.ts';
import { int32, real, type Reals, type TensorFunction } from '../../src/tensor/types.ts';
import {
  hessianProduct,
  lossAndGradient,
  networkSpecs,
  networkValues,
  normals,
  PARAMETERS,
  relativeDistance,
} from './graph-functions.ts';

const single = openBackend({ name: 'tensorflow', precision: 'float32', threads: 1 });
const double = atPrecision(single, 'float64');
// The same library as the back end's: one engine, already repaired.
const tf = createRequire(import.meta.url)('@tensorflow/tfjs-node') as typeof tfjs;

/** The function itself, op by op, without a graph. */
function eager(fn: TensorFunction, inputs: readonly Float32Array[], shapes: readonly (readonly number[])[]): Reals[] {
  makeCurrent(tf, 'tensorflow');
  return tf.tidy(() =>
    fn(...inputs.map((values, i) => tf.tensor(values, [...shapes[i]]))).map((output) =>
      Float32Array.from(output.dataSync()),
    ),
  ) as unknown as Reals[];
}

describe('a compiled function at float32', () => {
  // Channel: the same ops called one by one; the simplified graph differs by rounding only.
  it.each([1, 2])('equals the function itself: network, values %i', async (seed) => {
    const values = networkValues(`eager/${seed}`);
    const shapes = networkSpecs.map(({ shape }) => shape);
    const gradient = single.compile(lossAndGradient(single), networkSpecs);
    expect(
      relativeDistance(await gradient.run(...values), eager(lossAndGradient(single), values, shapes)),
    ).toBeLessThan(5e-7);
    gradient.dispose();

    const vector = normals(PARAMETERS, `vector/${seed}`);
    const product = single.compile(hessianProduct(single), [...networkSpecs, real(PARAMETERS)]);
    const given = await product.run(...values, vector);
    const expected = eager(hessianProduct(single), [...values, vector], [...shapes, [PARAMETERS]]);
    expect(relativeDistance(given, expected)).toBeLessThan(3e-6);
    product.dispose();
  });

  it('equals the function itself: convolution and pooling', async () => {
    const { ops, derivatives } = single;
    const fn: TensorFunction = (filter, x, v) => [
      derivatives.hessianProduct(
        (p) => {
          const maps = ops.tanh(ops.conv2d(x as never, ops.reshape(p, [3, 3, 1, 2]), 1, 'same'));
          return ops.sum(ops.square(ops.avgPool(ops.maxPool(maps, 2) as never, 2, 2, 'same')));
        },
        filter,
        v,
      ),
    ];
    const values = [normals(18, 'filter'), normals(2 * 36, 'image'), normals(18, 'direction')];
    const shapes = [[18], [2, 6, 6, 1], [18]];
    const compiled = single.compile(fn, [real(18), real(2, 6, 6, 1), real(18)]);
    expect(relativeDistance(await compiled.run(...values), eager(fn, values, shapes))).toBeLessThan(1e-6);
    compiled.dispose();
  });

  it('keeps the signs of zeros in the constants that it holds', async () => {
    const constant = tf.tensor1d([0, -0, 0]);
    const compiled = single.compile((x) => [single.ops.div(x, constant)], [real(3)]);
    constant.dispose();
    expect([...(await compiled.run(Float32Array.of(1, 1, 1)))[0]]).toEqual([Infinity, -Infinity, Infinity]);
    compiled.dispose();
  });

  it('returns inputs, constants, reshapes and one tensor twice as they are', async () => {
    const { ops } = single;
    const compiled = single.compile((x) => [x, ops.reshape(x, [2, 2]), x, ops.ones([3])], [real(4), real(2)]);
    const x = Float32Array.of(1, 2, 3, 4);
    expect(await compiled.run(x, new Float32Array(2))).toEqual([x, x, x, Float32Array.of(1, 1, 1)]);
    compiled.dispose();
    const twice = double.compile((t) => [double.ops.exp(t), t, t], [real(1)]);
    expect(await twice.run(Float64Array.of(0.1))).toEqual([
      Float64Array.of(Math.exp(0.1)),
      Float64Array.of(0.1),
      Float64Array.of(0.1),
    ]);
    twice.dispose();
  });

  it('gathers rows by the indices of each run, not those of the recording', async () => {
    const compiled = single.compile((x, i) => [single.ops.gather(x, i as never)], [real(3, 2), int32(2)]);
    const x = Float32Array.of(0, 1, 2, 3, 4, 5);
    expect([...(await compiled.run(x, Int32Array.of(2, 0)))[0]]).toEqual([4, 5, 0, 1]);
    expect([...(await compiled.run(x, Int32Array.of(1, 1)))[0]]).toEqual([2, 3, 2, 3]);
    compiled.dispose();
  });
});

describe('float64', () => {
  // Channel: the same formulas in JavaScript's own doubles. A float32 left anywhere would show at 1e-7.
  it('computes elementwise functions and reductions as JavaScript does', async () => {
    const { ops } = double;
    const x = Float64Array.of(0.1, 1.7, 2.3, 0.9);
    const compiled = double.compile(
      (t) => [ops.add(ops.softplus(ops.sin(t)), ops.div(ops.exp(ops.neg(t)), ops.sqrt(t))), ops.mean(ops.tanh(t))],
      [real(4)],
    );
    const [each, mean] = await compiled.run(x);
    compiled.dispose();
    x.forEach((t, i) => {
      const expected = Math.log1p(Math.exp(Math.sin(t))) + Math.exp(-t) / Math.sqrt(t);
      expect(Math.abs(each[i] / expected - 1)).toBeLessThan(1e-14);
    });
    expect(mean[0]).toBeCloseTo(
      x.reduce((sum, t) => sum + Math.tanh(t) / 4, 0),
      14,
    );
  });

  it('has second derivatives to the last digits', async () => {
    // f = Σ tanh(xᵢ)·xᵢ₊₁ (cyclic): row i of the Hessian holds −2·t·(1−t²)·xᵢ₊₁ on the diagonal and 1−t² beside it.
    const { ops, derivatives } = double;
    const compiled = double.compile(
      (x, v) => [
        derivatives.hessianProduct(
          (p) => ops.sum(ops.mul(ops.tanh(p), ops.concat([ops.slice(p, [1], [2]), ops.slice(p, [0], [1])], 0))),
          x,
          v,
        ),
      ],
      [real(3), real(3)],
    );
    const x = Float64Array.of(0.3, -0.7, 1.1);
    const v = Float64Array.of(0.1, 0.2, -0.3);
    const slope = x.map((value) => 1 - Math.tanh(value) ** 2);
    const expected = x.map((value, i) => {
      const [next, last] = [(i + 1) % 3, (i + 2) % 3];
      return -2 * Math.tanh(value) * slope[i] * x[next] * v[i] + slope[i] * v[next] + slope[last] * v[last];
    });
    const given = (await compiled.run(x, v))[0];
    compiled.dispose();
    given.forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(1e-15));
  });

  it('brings numbers through the binding unchanged', async () => {
    const compiled = double.compile((x) => [x], [real(6)]);
    const values = Float64Array.of(0.1, -0, Number.MAX_VALUE, Number.MIN_VALUE, -Infinity, Math.PI);
    expect((await compiled.run(values))[0]).toEqual(values);
    const stored = double.store(values, [6]);
    expect((await compiled.run(stored))[0]).toEqual(values);
    stored.dispose();
    compiled.dispose();
  });
});

describe('values across the border', () => {
  it.each([single, double])('are copies, wherever in memory an array lies: $precision', async (backend) => {
    const compiled = backend.compile((x) => [x], [real(64)]);
    // The binding shares arrays that lie at a multiple of 64 bytes; some of these sixteen do.
    for (let first = 0; first < 16; first++) {
      const array = backend.precision === 'float64' ? new Float64Array(80) : new Float32Array(80);
      const values = array.subarray(first, first + 64);
      const stored = backend.store(values, [64]);
      values.fill(7);
      const [output] = await compiled.run(stored);
      output.fill(9);
      expect([output[0], (await compiled.run(stored))[0][0], values[0]]).toEqual([9, 0, 7]);
      stored.dispose();
    }
    compiled.dispose();
  });
});
