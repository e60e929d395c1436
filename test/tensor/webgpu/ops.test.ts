/**
 * Every checked op on webgpu: value, gradient and Hessian product against the tensorflow back end at float64, whose own
 * derivatives are tested against finite differences (op-derivatives.test.ts). Other kernels, on another device.
 */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/random.ts';
import { type Backend, openBackend } from '../../../src/tensor/backend.ts';
import type { Ops } from '../../../src/tensor/ops.ts';
import { real, type Reals, sizeOf, type Tensor } from '../../../src/tensor/types.ts';
import { largest, largestDifference } from '../finite-differences.ts';
import type { OpCase } from '../op-case.ts';
import { opCases } from '../op-cases.ts';
import { openSoftware, skipped } from './software.ts';

const DATA = 200;
const double = openBackend({ name: 'tensorflow', precision: 'float64', threads: 1, stateInSession: false });

/** Σ w·sin(result): an outer function with curvature, so that linear ops show up in the Hessian too. */
function scalarOf(ops: Ops, { operands, apply }: OpCase, p: Tensor, data: Tensor): Tensor {
  const parts = ops.split(p, operands.map(sizeOf)).map((part, i) => ops.reshape(part, [...operands[i]]));
  const fixed = (...shape: number[]) => ops.reshape(ops.slice(data, [0], [sizeOf(shape)]), shape);
  const sums = [apply(ops, parts, fixed)]
    .flat()
    .map((result) => ops.sum(ops.mul(ops.sin(result), fixed(...result.shape))));
  return sums.reduce((total, sum) => ops.add(total, sum));
}

/** Value, gradient and Hessian product. */
async function allOf({ ops, derivatives, compile }: Backend, example: OpCase, given: Reals[]): Promise<Reals[]> {
  const [size] = given.map(({ length }) => length);
  const compiled = compile(
    (p, data, v) => {
      const scalar = (q: Tensor) => scalarOf(ops, example, q, data);
      return [scalar(p), derivatives.gradient(scalar, p), derivatives.hessianProduct(scalar, p, v)];
    },
    [real(size), real(DATA), real(size)],
  );
  const results = await compiled.run(...given);
  compiled.dispose();
  return results;
}

/** Evenly spaced values in a shuffled order: all distinct, and none zero where the range is symmetric. */
function spread(count: number, [low, high]: OpCase['range'], purpose: string): Float32Array {
  const order = randomStream(1, purpose).shuffle(Int32Array.from({ length: count }, (_, i) => i));
  return Float32Array.from(order, (i) => low + ((high - low) * (i + 0.3)) / count);
}

describe.skipIf(skipped)(`on webgpu${skipped}`, () => {
  const rows = Object.entries(opCases).flatMap(([name, cases]) => cases.map((one) => [name, one.form, one] as const));

  it.each(rows)('%s, %s: value, gradient and Hessian product are those of float64', async (name, form, example) => {
    const size = example.operands.reduce((sum, shape) => sum + sizeOf(shape), 0);
    const purpose = `${name}/${form}`;
    const given = [
      spread(size, example.range, purpose),
      spread(DATA, example.range, `${purpose}/data`),
      spread(size, [-0.5, 1], `${purpose}/vector`),
    ];
    const exact = await allOf(double, example, given);
    const found = await allOf(openSoftware(), example, given);
    // Some tens of roundings of 6e-8 each, relative to the largest element.
    for (const [i, values] of exact.entries())
      expect(largestDifference(found[i], values)).toBeLessThan(3e-6 * (1 + largest(values)));
  });
});
