/**
 * Rounding on webgpu. Elementary functions against JavaScript's at float64, in units in the last place; long sums against
 * exact ones. What WGSL promises would be coarser by orders of magnitude, and so were tfjs's own kernels here.
 */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/random.ts';
import { real, type Reals, type TensorFunction } from '../../../src/tensor/types.ts';
import { openSoftware, skipped } from './software.ts';

/** Distance of a float32 number from the next, at a value. */
const unit = (value: number): number => 2 ** (Math.floor(Math.log2(Math.max(Math.abs(value), 2 ** -126))) - 23);

function uniform(count: number, low: number, high: number, purpose: string): Float32Array {
  const random = randomStream(1, purpose);
  return Float32Array.from({ length: count }, () => low + (high - low) * random.uniform());
}

const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

describe.skipIf(skipped)(`on webgpu${skipped}`, () => {
  const run = async (fn: TensorFunction, ...given: [Reals, ...number[]][]): Promise<Reals> => {
    const compiled = openSoftware().compile(
      fn,
      given.map(([, ...shape]) => real(...shape)),
    );
    const [result] = await compiled.run(...given.map(([values]) => values));
    compiled.dispose();
    return result;
  };
  const { ops } = skipped ? ({} as ReturnType<typeof openSoftware>) : openSoftware();

  it.each<['exp' | 'log' | 'log1p' | 'tanh' | 'sigmoid' | 'softplus', (x: number) => number, number, number]>([
    ['exp', Math.exp, -20, 20],
    ['exp', Math.exp, -87, 88.7],
    ['log', Math.log, 1e-6, 100],
    ['log', Math.log, 0.9, 1.1],
    ['log1p', Math.log1p, -0.9, 5],
    ['log1p', Math.log1p, -1e-3, 1e-3],
    ['tanh', Math.tanh, -10, 10],
    ['tanh', Math.tanh, -0.01, 0.01],
    ['sigmoid', (x) => 1 / (1 + Math.exp(-x)), -80, 80],
    ['softplus', softplus, -80, 80],
  ])('%s is exact to 3 units in the last place', async (name, exact, low, high) => {
    const x = uniform(4000, low, high, `${name}/${low}`);
    const found = await run((t) => [ops[name](t)], [x, 4000]);
    const errors = [...x].map((value, i) => Math.abs(found[i] - exact(value)) / unit(exact(value)));
    expect(Math.max(...errors)).toBeLessThan(3);
  });

  it.each(['sin', 'cos'] as const)('%s is exact to 2e-7 over ten turns', async (name) => {
    const x = uniform(4000, -60, 60, name);
    const found = await run((t) => [ops[name](t)], [x, 4000]);
    expect(Math.max(...[...x].map((value, i) => Math.abs(found[i] - Math[name](value))))).toBeLessThan(2e-7);
  });

  it('log is exact below the normal numbers', async () => {
    const x = Float32Array.of(1.2e-38, 1e-38, 5e-39, 1e-40, 3e-42, 1.4e-45);
    const found = await run((t) => [ops.log(t)], [x, x.length]);
    for (const [i, value] of x.entries()) expect(Math.abs(found[i] - Math.log(value))).toBeLessThan(1e-5);
  });

  it.each([0.5, -0.5, 2.5, -1.7, 10.1, -20.3])('pow to %d is exact as far as the logarithm is', async (b) => {
    const x = uniform(4000, -4, 4, `pow/${b}`).map(Math.exp);
    const found = await run((t, u) => [ops.pow(t, u)], [x, 4000], [Float32Array.of(b), 1]);
    for (const [i, value] of x.entries()) {
      const exponent = Math.fround(b) * Math.log(value);
      // Neither 0 nor Infinity.
      if (Math.abs(exponent) > 87) continue;
      const exact = Math.exp(exponent);
      expect(Math.abs(found[i] - exact) / unit(exact)).toBeLessThan(2 + 2 * Math.abs(exponent));
    }
  });

  it.each([
    [2, 4],
    [-3, -0.125],
    [1e10, Infinity],
    [-1e10, 0],
  ])('pow of −2 to %d is %d', async (b, expected) => {
    expect((await run((t, u) => [ops.pow(t, u)], [Float32Array.of(-2), 1], [Float32Array.of(b), 1]))[0]).toBe(expected);
  });

  it('has the limits of the functions', async () => {
    const x = Float32Array.of(-Infinity, -100, 0, 100, Infinity, NaN);
    expect([...(await run((t) => [ops.exp(t)], [x, 6]))]).toEqual([0, 0, 1, Infinity, Infinity, NaN]);
    expect([...(await run((t) => [ops.log(t)], [x, 6]))].slice(2)).toEqual([
      -Infinity,
      Math.fround(Math.log(100)),
      Infinity,
      NaN,
    ]);
    expect([...(await run((t) => [ops.tanh(t)], [x, 6]))].slice(0, 5)).toEqual([-1, -1, 0, 1, 1]);
    expect([...(await run((t) => [ops.softplus(t)], [x, 6]))].slice(3, 5)).toEqual([100, Infinity]);
  });

  it('sums a million numbers as if in float64', async () => {
    const x = uniform(1e6, 0, 1, 'sum');
    const exact = x.reduce((sum, value) => sum + value, 0);
    const [sum] = await run((t) => [ops.sum(t)], [x, 1000, 1000]);
    expect(Math.abs(sum / exact - 1)).toBeLessThan(1e-7);
    const columns = await run((t) => [ops.sum(t, 0)], [x, 100_000, 10]);
    for (let column = 0; column < 10; column++) {
      let total = 0;
      for (let row = 0; row < 100_000; row++) total += x[10 * row + column];
      expect(Math.abs(columns[column] / total - 1)).toBeLessThan(2e-7);
    }
  });

  it('multiplies matrices along 50,000 terms as if in float64', async () => {
    const [a, b] = [uniform(200_000, 0, 1, 'left'), uniform(150_000, 0, 1, 'right')];
    const found = await run((x, y) => [ops.matMul(x as never, y as never, true)], [a, 50_000, 4], [b, 50_000, 3]);
    for (let row = 0; row < 4; row++)
      for (let column = 0; column < 3; column++) {
        let total = 0;
        for (let k = 0; k < 50_000; k++) total += a[4 * k + row] * b[3 * k + column];
        expect(Math.abs(found[3 * row + column] / total - 1)).toBeLessThan(3e-7);
      }
  });

  it('gives the same bytes every time', async () => {
    const [a, b] = [uniform(300_000, -1, 1, 'bytes/left'), uniform(300_000, -1, 1, 'bytes/right')];
    const product = () => run((x, y) => [ops.matMul(x as never, y as never, true)], [a, 10_000, 30], [b, 10_000, 30]);
    expect(await product()).toEqual(await product());
  });
});
