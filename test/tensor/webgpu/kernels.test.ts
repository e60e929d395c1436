/** Own kernels on webgpu where shapes are extreme: nothing to sum, very many rows. Channel: back end cpu, and plain loops. */
import { afterEach, describe, expect, it } from 'vitest';
import { openBackend } from '../../../src/tensor/backend.ts';
import type { Ops } from '../../../src/tensor/ops.ts';
import { real, type Reals, sizeOf, type Tensor } from '../../../src/tensor/types.ts';
import { openGpu } from '../../../src/tensor/webgpu/device.ts';
import { loadLibrary } from '../../../src/tensor/webgpu/library.ts';
import { closeWebgpu, heldOnDevice, prepareWebgpu } from '../../../src/tensor/webgpu/open.ts';
import { record } from '../../../src/tensor/webgpu/record.ts';
import { openSoftware, skipped } from './software.ts';

const plain = openBackend({ name: 'cpu', precision: 'float32', threads: 1 });

/** Values of i·φ modulo 1, around 0: all distinct, in no order. */
const scattered = (count: number) => Float32Array.from({ length: count }, (_, i) => ((i * 0.6180339887) % 1) - 0.5);

describe.skipIf(skipped)(`on webgpu${skipped}`, () => {
  afterEach(() => expect(heldOnDevice()).toBe(0));

  async function run(
    backend: typeof plain,
    fn: (ops: Ops, ...x: Tensor[]) => Tensor,
    ...given: (readonly [Reals, ...number[]])[]
  ): Promise<Reals> {
    const specs = given.map(([, ...shape]) => real(...shape));
    const compiled = backend.compile((...x) => [fn(backend.ops, ...x)], specs);
    const [result] = await compiled.run(...given.map(([values]) => values));
    compiled.dispose();
    return result;
  }

  const zeros = (...shape: number[]) => [scattered(sizeOf(shape)), ...shape] as const;
  const NOTHING: [string, (ops: Ops, ...x: Tensor[]) => Tensor, (readonly [Reals, ...number[]])[]][] = [
    ['sum of no rows', ({ sum }, x) => sum(x, 0), [zeros(0, 3)]],
    ['sum of empty rows', ({ sum }, x) => sum(x, 1), [zeros(3, 0)]],
    ['sum along two axes with nothing between', ({ sum }, x) => sum(x, [0, 2]), [zeros(2, 3, 0)]],
    ['sum of nothing at all', ({ sum }, x) => sum(x), [zeros(0)]],
    ['sum of nothing, of which there are none', ({ sum }, x) => sum(x, 0), [zeros(0, 0)]],
    ['matMul along no terms', ({ matMul }, a, b) => matMul(a as never, b as never), [zeros(2, 0), zeros(0, 3)]],
    ['transposed', ({ matMul }, a, b) => matMul(a as never, b as never, true, true), [zeros(0, 2), zeros(3, 0)]],
    ['matMul of no rows', ({ matMul }, a, b) => matMul(a as never, b as never), [zeros(0, 2), zeros(2, 3)]],
    ['matMul of no columns', ({ matMul }, a, b) => matMul(a as never, b as never), [zeros(2, 2), zeros(2, 0)]],
    ['matMul without anything', ({ matMul }, a, b) => matMul(a as never, b as never), [zeros(0, 0), zeros(0, 0)]],
  ];
  it.each(NOTHING)('%s is what it is on cpu', async (_, fn, given) => {
    const found = await run(openSoftware(), fn, ...given);
    expect(found).toEqual(await run(plain, fn, ...given));
    expect(found.every((value) => value === 0)).toBe(true);
  });

  it.each([
    ['tall', 1_048_600, 2],
    ['wide', 2, 1_048_600],
  ])('transposes a %s matrix', async (_, rows, columns) => {
    const x = scattered(rows * columns);
    const found = await run(openSoftware(), (ops, t) => ops.transpose(t), [x, rows, columns]);
    const expected = new Float32Array(x.length);
    for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) expected[j * rows + i] = x[i * columns + j];
    expect(Buffer.from(found.buffer).equals(Buffer.from(expected.buffer))).toBe(true);
  });

  it.each([1, 10, 64, 65, 5000])('finds the largest of rows of %i and of columns, to the bit', async (columns) => {
    const rows = 70;
    const x = scattered(rows * columns);
    const at = (row: number, column: number) => x[row * columns + column];
    // A row of no finite number, and one with something that is no number.
    x.fill(-Infinity, 0, columns);
    x[3 * columns + (columns >> 1)] = NaN;
    const each = (count: number) => Array.from({ length: count }, (_, i) => i);
    const ofRows = each(rows).map((row) => Math.max(...each(columns).map((column) => at(row, column))));
    const ofColumns = each(columns).map((column) => Math.max(...each(rows).map((row) => at(row, column))));
    const largest = (axis: number) => run(openSoftware(), (_, t) => t.max(axis), [x, rows, columns]);
    expect([...(await largest(1))]).toEqual(ofRows);
    expect([...(await largest(0))]).toEqual(ofColumns);
  });

  it('gives no short row a group of threads of its own', async () => {
    const gpu = await openGpu({ software: true });
    const library = loadLibrary(gpu);
    const { steps } = record(library, (x) => [library.tf.logSoftmax(x)], [real(50_000, 10)]);
    gpu.close();
    closeWebgpu();
    await prepareWebgpu({ software: true });
    const groups = steps.map(({ name, workgroups: [x, y, z] }) => [name, x * y * z] as const);
    expect(groups.length).toBeGreaterThan(3);
    for (const [name, count] of groups) expect(count, name).toBeLessThanOrEqual(Math.ceil(500_000 / 64));
  });

  it('the mean of nothing is no number, as on tensorflow', async () => {
    for (const backend of [openSoftware(), openBackend({ name: 'tensorflow', precision: 'float32', threads: 1 })])
      expect([...(await run(backend, (ops, x) => ops.mean(x, 1), zeros(3, 0)))]).toEqual([NaN, NaN, NaN]);
  });
});
