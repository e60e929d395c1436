/** Own kernels on webgpu where shapes are extreme: nothing to sum, very many rows. Channel: back end cpu, and plain loops. */
import { afterEach, describe, expect, it } from 'vitest';
import { openBackend } from '../../../src/tensor/backend.ts';
import type { Ops } from '../../../src/tensor/ops.ts';
import { real, type Reals, sizeOf, type Tensor } from '../../../src/tensor/types.ts';
import { heldOnDevice } from '../../../src/tensor/webgpu/open.ts';
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

  it('the mean of nothing is no number, as on tensorflow', async () => {
    for (const backend of [openSoftware(), openBackend({ name: 'tensorflow', precision: 'float32', threads: 1 })])
      expect([...(await run(backend, (ops, x) => ops.mean(x, 1), zeros(3, 0)))]).toEqual([NaN, NaN, NaN]);
  });
});
