/**
 * Every checked op: gradient against finite differences of the value, Hessian product against finite differences of the
 * gradient, both in float64. Independent channel: differences of values that the forward kernels give; nothing of
 * automatic differentiation enters them. A test of symmetry would not do: a Hessian with a missing term is symmetric.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../src/random.ts';
import { type Backend, openBackend } from '../../src/tensor/backend.ts';
import { checkedOps, type Ops } from '../../src/tensor/ops.ts';
import { real, type Reals, sizeOf, type Tensor } from '../../src/tensor/types.ts';
import { alongDirection, gradientByDifferences, largest, largestDifference } from './finite-differences.ts';
import type { OpCase } from './op-case.ts';
import { opCases } from './op-cases.ts';

const DATA = 200;
const cpu = openBackend({ name: 'cpu', precision: 'float32', threads: 1 });
const double = openBackend({ name: 'tensorflow', precision: 'float64', threads: 1 });
const single = openBackend({ name: 'tensorflow', precision: 'float32', threads: 1 });

/** Σ w·sin(result): an outer function with curvature, so that linear ops show up in the Hessian too. */
function scalarOf(ops: Ops, { operands, apply }: OpCase, p: Tensor, data: Tensor): Tensor {
  const parts = ops.split(p, operands.map(sizeOf)).map((part, i) => ops.reshape(part, [...operands[i]]));
  const fixed = (...shape: number[]) => ops.reshape(ops.slice(data, [0], [sizeOf(shape)]), shape);
  const results = [apply(ops, parts, fixed)].flat();
  const sums = results.map((result) => ops.sum(ops.mul(ops.sin(result), fixed(...result.shape))));
  return sums.reduce((total, sum) => ops.add(total, sum));
}

function derivativesOn(backend: Backend, example: OpCase, size: number) {
  const { ops, derivatives } = backend;
  const specs = [real(size), real(DATA)];
  const value = backend.compile((p, data) => [scalarOf(ops, example, p, data)], specs);
  const gradient = backend.compile(
    (p, data) => [derivatives.gradient((q) => scalarOf(ops, example, q, data), p)],
    specs,
  );
  const product = backend.compile(
    (p, data, v) => [derivatives.hessianProduct((q) => scalarOf(ops, example, q, data), p, v)],
    [...specs, real(size)],
  );
  return {
    value: async (p: Reals, data: Reals) => (await value.run(p, data))[0][0],
    gradient: async (p: Reals, data: Reals) => (await gradient.run(p, data))[0],
    product: async (p: Reals, data: Reals, v: Reals) => (await product.run(p, data, v))[0],
    dispose: () => [value, gradient, product].forEach((compiled) => compiled.dispose()),
  };
}

/** Evenly spaced values in a shuffled order: all distinct, and none zero where the range is symmetric. */
function spread(count: number, [low, high]: OpCase['range'], purpose: string): Float64Array {
  const order = randomStream(1, purpose).shuffle(Int32Array.from({ length: count }, (_, i) => i));
  return Float64Array.from(order, (i) => low + ((high - low) * (i + 0.3)) / count);
}

const rounded = (values: Float64Array) => Float64Array.from(Float32Array.from(values));

describe('the table of cases', () => {
  it('has an entry for every checked op and for no other', () => {
    expect(Object.keys(opCases).sort()).toEqual([...checkedOps].sort());
  });

  it('lets every case call the op that it stands for', async () => {
    for (const [name, cases] of Object.entries(opCases))
      for (const example of cases) {
        const called = new Set<string>();
        const apply: OpCase['apply'] = (ops, parts, fixed) => {
          const overheard = new Proxy(ops, {
            get(target, op) {
              called.add(String(op));
              return Reflect.get(target, op);
            },
          });
          return example.apply(overheard, parts, fixed);
        };
        const size = example.operands.reduce((sum, shape) => sum + sizeOf(shape), 0);
        await derivativesOn(cpu, { ...example, apply }, size).value(
          new Float32Array(size).fill(1),
          new Float32Array(DATA),
        );
        expect(called, `${name}: ${example.form}`).toContain(name);
      }
  });
});

describe.each(Object.entries(opCases))('%s', (name, cases) => {
  describe.each(cases.map((example) => [example.form, example] as const))('%s', (form, example) => {
    const size = example.operands.reduce((sum, shape) => sum + sizeOf(shape), 0);
    const purpose = `${name}/${form}`;
    // Numbers that float32 holds exactly, so that all back ends are asked for the same point.
    const point = rounded(spread(size, example.range, purpose));
    const data = rounded(spread(DATA, example.range, `${purpose}/data`));
    const vector = rounded(spread(size, [-0.5, 1], `${purpose}/vector`));
    let exact: ReturnType<typeof derivativesOn>;
    let product: Float64Array;
    beforeAll(async () => {
      exact = derivativesOn(double, example, size);
      product = await alongDirection((p) => exact.gradient(p, data), point, vector);
    });
    afterAll(() => exact?.dispose());

    it('has the gradient of its values', async () => {
      const expected = await gradientByDifferences((p) => exact.value(p, data), point);
      expect(largestDifference(await exact.gradient(point, data), expected)).toBeLessThan(
        1e-8 * (1 + largest(expected)),
      );
    });

    it('has the Hessian of its gradient', async () => {
      expect(largest(product)).toBeGreaterThan(1e-4);
      expect(largestDifference(await exact.product(point, data, vector), product)).toBeLessThan(
        1e-8 * (1 + largest(product)),
      );
    });

    // float32: some tens of roundings of 6e-8 each, relative to the largest element.
    it.each([single, cpu])('has the same Hessian at float32 on $name', async (backend) => {
      const approximate = derivativesOn(backend, example, size);
      const given = await approximate.product(
        ...([point, data, vector].map((v) => Float32Array.from(v)) as [Reals, Reals, Reals]),
      );
      approximate.dispose();
      expect(largestDifference(given, product)).toBeLessThan(2e-5 * (1 + largest(product)));
    });
  });
});
