import { afterAll, describe, expect, it } from 'vitest';
import { openBackend } from '../../src/tensor/backend.ts';
import { type Compiled, real, type Tensor } from '../../src/tensor/types.ts';
import { largestDifference } from './finite-differences.ts';

const native = openBackend({ name: 'tensorflow', precision: 'float64', threads: 1 });
const cpu = openBackend({ name: 'cpu', precision: 'float32', threads: 1 });

// Channel: closed forms. f(p) = Σ exp(p) + p₀p₁p₂.
describe.each([native, cpu])('derivatives on $name', (backend) => {
  const { ops, derivatives } = backend;
  const compiled: Compiled[] = [];
  const compile: typeof backend.compile = (...parameters) => {
    compiled.push(backend.compile(...parameters));
    return compiled[compiled.length - 1];
  };
  afterAll(() => compiled.forEach((one) => one.dispose()));

  const p = Float64Array.of(0.25, -0.5, 0.75);
  const v = Float64Array.of(1, -2, 0.5);
  const tolerance = backend.precision === 'float64' ? 1e-14 : 1e-6;
  const f = (t: Tensor) => {
    const [a, b, c] = ops.split(t, 3);
    return ops.add(ops.sum(ops.exp(t)), ops.sum(ops.mul(a, ops.mul(b, c))));
  };
  const others = (i: number) => p[(i + 1) % 3] * p[(i + 2) % 3];
  const gradient = p.map((value, i) => Math.exp(value) + others(i));
  const slope = gradient.reduce((sum, value, i) => sum + value * v[i], 0);

  it('give the gradient', async () => {
    const given = (await compile((t) => [derivatives.gradient(f, t)], [real(3)]).run(p))[0];
    expect(largestDifference(given, gradient)).toBeLessThan(tolerance);
  });

  it('give value and gradient together', async () => {
    const [value, given] = await compile((t) => derivatives.valueAndGradient(f, t), [real(3)]).run(p);
    const expected = p.reduce((sum, t) => sum + Math.exp(t), p[0] * p[1] * p[2]);
    expect(value).toHaveLength(1);
    expect(Math.abs(value[0] - expected)).toBeLessThan(tolerance);
    expect(largestDifference(given, gradient)).toBeLessThan(tolerance);
  });

  it('give the Hessian product', async () => {
    const given = (await compile((t, u) => [derivatives.hessianProduct(f, t, u)], [real(3), real(3)]).run(p, v))[0];
    const expected = p.map((value, i) => {
      const [next, last] = [(i + 1) % 3, (i + 2) % 3];
      return Math.exp(value) * v[i] + p[last] * v[next] + p[next] * v[last];
    });
    expect(largestDifference(given, expected)).toBeLessThan(tolerance);
  });

  it('give the derivatives of many values along a vector, each its own', async () => {
    // Values (f, f², p₀): along v they change by ∇f·v, 2f ∇f·v and v₀.
    const values = (t: Tensor) => {
      const value = ops.reshape(f(t), [1]);
      return ops.concat([value, ops.square(value), ops.slice(t, [0], [1])], 0);
    };
    const given = (await compile((t, u) => [derivatives.directional(values, t, u)], [real(3), real(3)]).run(p, v))[0];
    const value = p.reduce((sum, t) => sum + Math.exp(t), p[0] * p[1] * p[2]);
    expect(largestDifference(given, [slope, 2 * value * slope, v[0]])).toBeLessThan(8 * tolerance);
  });
});
