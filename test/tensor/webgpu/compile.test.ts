/** Recorded functions on webgpu: what they give again and again, what they keep and hold, what they refuse. */
import { afterEach, describe, expect, it } from 'vitest';
import { openBackend } from '../../../src/tensor/backend.ts';
import { int32, real, type Tensor, type TensorFunction } from '../../../src/tensor/types.ts';
import { heldOnDevice } from '../../../src/tensor/webgpu/open.ts';
import { largest, largestDifference } from '../finite-differences.ts';
import {
  hessianProduct,
  lossAndGradient,
  networkSpecs,
  networkValues,
  normals,
  PARAMETERS,
} from '../graph-functions.ts';
import { openSoftware, skipped } from './software.ts';

const double = openBackend({ name: 'tensorflow', precision: 'float64', threads: 1, stateInSession: false });

describe.skipIf(skipped)(`on webgpu${skipped}`, () => {
  const backend = skipped ? double : openSoftware();
  const { ops } = backend;
  const values = networkValues('webgpu');
  const vector = normals(PARAMETERS, 'webgpu/vector');
  afterEach(() => expect(heldOnDevice()).toBe(0));

  it('a compiled function gives what it gives at float64, every time', async () => {
    const [compiled, exact] = [backend, double].map((one) => one.compile(lossAndGradient(one), networkSpecs));
    const expected = await exact.run(...values);
    const first = await compiled.run(...values);
    for (const [i, output] of expected.entries())
      expect(largestDifference(first[i], output)).toBeLessThan(1e-6 * (1 + largest(output)));
    expect(await compiled.run(...values)).toEqual(first);
    compiled.dispose();
    compiled.dispose();
    exact.dispose();
  });

  it('a linearised function gives the same at each point, while others are fixed too', async () => {
    const whole = backend.compile(hessianProduct(backend), [...networkSpecs, real(PARAMETERS)]);
    const family = backend.linearize(hessianProduct(backend), networkSpecs, [real(PARAMETERS)]);
    const points = [values, networkValues('webgpu/other')];
    const stored = points.map((point) => point.map((value, i) => backend.store(value, networkSpecs[i].shape)));
    const linear = stored.map((point) => family.at(...point));
    expect(linear[0].bytes).toBeGreaterThan(0);
    for (const at of [0, 1, 0])
      expect((await linear[at].run(vector))[0]).toEqual((await whole.run(...points[at], vector))[0]);
    for (const thing of [...linear, ...linear, family, family, whole, ...stored.flat()]) thing.dispose();
  });

  it('calls that are not waited for follow each other', async () => {
    const compiled = backend.compile((x, y) => [ops.add(ops.square(x), y)], [real(3), real(3)]);
    const x = Float32Array.of(1, 2, 3);
    const runs = [0, 1, 2].map((k) => {
      const run = compiled.run(x, Float32Array.of(k, k, k));
      // Taken over already.
      x.fill(k + 1);
      return run;
    });
    expect((await Promise.all(runs)).map(([sum]) => [...sum])).toEqual([
      [1, 4, 9],
      [2, 2, 2],
      [6, 6, 6],
    ]);
    compiled.dispose();
  });

  it('kept outputs have the values that are read, and are inputs of other functions', async () => {
    const gradient = backend.compile((...given) => [lossAndGradient(backend)(...given)[1]], networkSpecs);
    const double = backend.compile((x) => [ops.add(x, x), x], [real(PARAMETERS)]);
    const [read] = await gradient.run(...values);
    const [kept] = gradient.keep(...values);
    const [twice, same] = double.keep(kept);
    kept.dispose();
    expect(await same.read()).toEqual(read);
    expect(await twice.read()).toEqual(read.map((value) => value + value));
    for (const thing of [twice, same, double, gradient]) thing.dispose();
  });

  it('gathers rows of stored values, whichever are given', async () => {
    const compiled = backend.compile((x, i) => [ops.gather(x, i as never)], [real(3, 2), int32(2)]);
    const two = [0, 10].map((first) =>
      backend.store(
        Float32Array.from({ length: 6 }, (_, i) => first + i),
        [3, 2],
      ),
    );
    expect([...(await compiled.run(two[0], Int32Array.of(2, 0)))[0]]).toEqual([4, 5, 0, 1]);
    expect([...(await compiled.run(two[1], Int32Array.of(1, 1)))[0]]).toEqual([12, 13, 12, 13]);
    for (const thing of [...two, compiled]) thing.dispose();
  });

  it('gives outputs that do not depend on the inputs, constants and fills among them', async () => {
    const compiled = backend.compile(
      (x) => [ops.zeros([2]), ops.onesLike(x), ops.exp(ops.scalar(0)), ops.tensor([1, 2], [2]), x],
      [real(2)],
    );
    const outputs = await compiled.run(Float32Array.of(5, 6));
    expect(outputs.map((output) => [...output])).toEqual([[0, 0], [1, 1], [1], [1, 2], [5, 6]]);
    compiled.dispose();
  });

  it('gives comparisons as real numbers', async () => {
    const compiled = backend.compile(
      (x) => {
        const positive = x.greater(0).cast('float32');
        return [positive, ops.sum(positive), ops.mul(x, positive), ops.matMul(positive as never, x as never)];
      },
      [real(2, 2)],
    );
    const outputs = await compiled.run(Float32Array.of(-1, 2, 3, -4));
    expect(outputs.map((output) => [...output])).toEqual([[0, 1, 1, 0], [2], [-0, 2, 3, -0], [3, -4, -1, 2]]);
    compiled.dispose();
  });

  it('concatenates more tensors than a program may read', async () => {
    const compiled = backend.compile((x) => [ops.concat(ops.split(x, 40).reverse() as never)], [real(40)]);
    const x = Float32Array.from({ length: 40 }, (_, i) => i);
    expect((await compiled.run(x))[0]).toEqual(x.toReversed());
    compiled.dispose();
  });

  it.each<[string, TensorFunction, string]>([
    ['reads values', (x) => [ops.mul(x, x.dataSync()[0])], 'reads the values of a tensor while it is compiled'],
    ['returns whole numbers', (x) => [x.toInt()], 'must return real numbers'],
    ['uses a kernel that reads', (x) => [x.tile([2]).topk(2).values.erf().unique().values], 'cannot be compiled'],
    ['throws midway', (x) => [ops.matMul(ops.tanh(x) as never, x as never)], 'matMul'],
  ])('a function that %s is refused, and leaves nothing', async (_, fn, message) => {
    expect(() => backend.compile(fn, [real(4)])).toThrow(message);
    const compiled = backend.compile((x) => [ops.square(x)], [real(1)]);
    expect([...(await compiled.run(Float32Array.of(3)))[0]]).toEqual([9]);
    compiled.dispose();
  });

  it('refuses what is too large for the device, and leaves nothing', () => {
    const most = 40_000;
    const outer = (x: Tensor) => ops.matMul(ops.reshape(x, [most, 1]), ops.reshape(x, [1, most]));
    expect(() => backend.compile((x) => [ops.sum(ops.exp(outer(x)))], [real(most)])).toThrow(
      /a tensor of 6400000000 bytes does not fit the graphics device, which takes \d+ at most/,
    );
  });

  it('gathers from as many rows as float32 tells apart', () => {
    const gather: TensorFunction = (x, rows) => [ops.gather(x, rows as never)];
    const most = 2 ** 24;
    backend.compile(gather, [real(most, 2), int32(3)]).dispose();
    expect(() => backend.compile(gather, [real(most + 1, 2), int32(3)])).toThrow(
      'op GatherV2 cannot be compiled for back end webgpu: of 16777217 rows it tells no more than 16777216 apart there; use back end tensorflow',
    );
    const columns: TensorFunction = (x, rows) => [ops.gather(x, rows as never, 1)];
    backend.compile(columns, [real(most + 1, 2), int32(3)]).dispose();
  });

  it('refuses wrong inputs, and those of other back ends', async () => {
    const compiled = backend.compile((x) => [ops.square(x)], [real(2)]);
    await expect(compiled.run(new Float32Array(3))).rejects.toThrow(RangeError);
    const elsewhere = double.store(new Float64Array(2), [2]);
    expect(() => compiled.keep(elsewhere)).toThrow('is stored on tensorflow at float64');
    expect(() => backend.store(new Float32Array(3), [2])).toThrow('3 values given for a tensor of shape [2]');
    elsewhere.dispose();
    compiled.dispose();
  });
});
